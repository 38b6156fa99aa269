import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAgentConfig, parseAgentConfig } from './config.ts';
import { AgentConfigError } from './config-error.ts';
import { publicRegistry } from './config-registries.ts';
import { folder } from './testing/fixtures.ts';

const under = (registry: string) => `dispatcher:
  capabilities:
    provisioning:
      images:
        discovery:
          registry:
            url: registry.example.com
${registry.replace(/^/gm, '            ')}
`;

const provisioning = (keys: string) => `dispatcher:
  capabilities:
    provisioning:
${keys.replace(/^/gm, '      ')}
`;

function codesOf(text: string, environment: Record<string, string> = {}) {
  try {
    parseAgentConfig(text, null, environment);
  } catch (error) {
    assert.ok(error instanceof AgentConfigError);
    return error.problems.map(({ code, line }) => [code, line]);
  }
  return [];
}

test('identities of the clouds, with secrets from the environment', () => {
  const environment = { SECRET: 'secret-1', TENANT: 'tenant-1' };
  const cases: [text: string, expected: object, username: string | null][] = [
    ['type: acr', { type: 'acr', method: 'workload_identity' }, null],
    [
      'type: acr, method: managed_identity, client_id: c',
      { type: 'acr', method: 'managed_identity', clientId: 'c' },
      'c',
    ],
    [
      'type: acr, method: service_principal, tenant_id: $TENANT, client_id: c, client_secret: $SECRET',
      { type: 'acr', method: 'service_principal', tenantId: 'tenant-1', clientId: 'c', clientSecret: 'secret-1' },
      'c',
    ],
    ['type: ecr', { type: 'ecr' }, null],
    [
      'type: ecr, region: eu-central-1, role_arn: "arn:aws:iam::123456789012:role/r", external_id: x',
      { type: 'ecr', region: 'eu-central-1', roleArn: 'arn:aws:iam::123456789012:role/r', externalId: 'x' },
      'arn:aws:iam::123456789012:role/r',
    ],
    [
      'type: ecr, access_key_id: AKIA, secret_access_key: $SECRET',
      { type: 'ecr', accessKeyId: 'AKIA', secretAccessKey: 'secret-1' },
      'AKIA',
    ],
    ['type: gcp', { type: 'gcp' }, null],
  ];
  for (const [text, expected, username] of cases) {
    const [registry] = parseAgentConfig(under(`authentication: { ${text} }`), null, environment).registries;
    assert.deepEqual(registry?.authentication, expected);
    const shown = publicRegistry(registry);
    assert.equal(shown.authentication.username, username);
    assert.ok(!JSON.stringify(shown).includes('secret-1') && !('fromOwnFile' in shown));
  }
});

test('a service account key may be text, or a file beside it', () => {
  const home = folder();
  const key = JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'secret-1' });
  writeFileSync(join(home, 'key.json'), key);
  for (const value of ['key.json', "'$KEY'"]) {
    writeFileSync(join(home, 'agent.yaml'), under(`authentication: { type: gcp, service_account_key: ${value} }`));
    const [registry] = loadAgentConfig(join(home, 'agent.yaml'), { KEY: key }).registries;
    assert.deepEqual(registry?.authentication, { type: 'gcp', serviceAccountKey: key });
    assert.equal(publicRegistry(registry).authentication.username, 'a@b');
  }
});

test("the incumbent's word for an identity of AWS, with a notice of the new one", () => {
  const config = parseAgentConfig(under('authentication: { type: eks_managed_identity }'), null, {});
  assert.deepEqual(config.registries[0]?.authentication, { type: 'ecr' });
  const notice = config.notices.find(({ message }) => message.includes('type: ecr'));
  assert.equal(notice?.line, 8);
});

const ENVIRONMENT = { PHAROS_REGISTRY_USERNAME: 'k8s', PHAROS_REGISTRY_PASSWORD: 'secret-1' };

test("the incumbent's keys fill in the registry, each with a notice that names the new key", () => {
  const config = parseAgentConfig(
    provisioning(`imageDiscovery: true
imagesetDiscoveryContainerRegistryURL: registry.example.com/team
imagesetDiscoveryContainerRegistryProvider: gitlab
imagesetDiscoveryAuthenticationType: token
imagesetDiscoveryAllowInsecureRegistry: true
image_discovery_credentials_secret_name: edb-cred`),
    null,
    ENVIRONMENT,
  );
  const [registry] = config.registries;
  assert.equal(registry?.url, 'registry.example.com/team');
  assert.equal(registry.provider, 'gitlab');
  assert.equal(registry.isDefault, false);
  assert.deepEqual(registry.authentication, { type: 'token', token: 'secret-1', username: 'k8s' });
  assert.deepEqual([registry.tls.skipVerify, registry.tls.plainHttp], [true, false]);
  assert.deepEqual(
    config.rules.map(({ name }) => name),
    ['postgresql', 'edb-postgres-advanced', 'edb-postgres-extended'],
  );
  const told = config.notices.map(({ line, message }) => `${line} ${message}`).join('\n');
  assert.match(told, /^4 imageDiscovery is not needed/m);
  assert.match(told, /^5 imagesetDiscoveryContainerRegistryURL .*registry\.url/m);
  assert.match(told, /^7 .*registry\.authentication.*PHAROS_REGISTRY_USERNAME and PHAROS_REGISTRY_PASSWORD/m);
  assert.match(told, /^8 .*tls\.skip_verify.*plain_http is the other switch/m);
  assert.match(told, /^9 .*docker_config/m);
  assert.ok(!told.includes('secret-1'));
});

test('the same keys in the values of an installation', () => {
  const config = parseAgentConfig(
    `beaconAgent:
  provisioning:
    provider: AWS
    imagesetDiscoveryContainerRegistryURL: 123456789012.dkr.ecr.eu-central-1.amazonaws.com
    imagesetDiscoveryContainerRegistryProvider: oci
    imagesetDiscoveryAuthenticationType: eks_managed_identity
  transparentDataEncryptionMethods: [passphrase]
componentsParameters:
  upm-beacon:
    beacon_location_id: here
    imageset_discovery_ca_certs: |
      -----BEGIN CERTIFICATE-----
      x
      -----END CERTIFICATE-----
`,
    null,
    {},
  );
  const [registry] = config.registries;
  assert.equal(registry?.provider, 'auto');
  assert.deepEqual(registry.authentication, { type: 'ecr' });
  assert.match(registry.tls.caCerts, /BEGIN CERTIFICATE/);
  const told = config.notices.map(({ message }) => message).join('\n');
  assert.match(told, /beacon_location_id is not used/);
  assert.match(told, /transparentDataEncryptionMethods is not used/);
});

test('discovery that is off reads nothing of these keys', () => {
  const text = provisioning('imageDiscovery: false\nimagesetDiscoveryContainerRegistryURL: registry.example.com');
  assert.deepEqual(parseAgentConfig(text, null, {}).registries, []);
});

test('old and new keys that say different things are a problem, and the same thing twice is none', () => {
  const both = (url: string) =>
    provisioning(`imagesetDiscoveryContainerRegistryURL: a.example.com
images: { discovery: { registry: { url: ${url} } } }`);
  assert.deepEqual(codesOf(both('b.example.com')), [['key-conflict', 4]]);
  assert.deepEqual(codesOf(both('a.example.com')), []);
  assert.deepEqual(
    codesOf(
      provisioning(`imagesetDiscoveryAuthenticationType: none
images: { discovery: { registry: { authentication: { type: token, token: x } } } }`),
    ),
    [['key-conflict', 4]],
  );
});

test('what the old keys cannot say', () => {
  const cases: [string, string][] = [
    ['imagesetDiscoveryAuthenticationType: kerberos', 'value-unknown'],
    ['imagesetDiscoveryContainerRegistryProvider: acr', 'value-unknown'],
    ['imagesetDiscoveryAuthenticationType: token', 'environment-variable-missing'],
    ['imagesetDiscoveryAllowInsecureRegistry: "yes"', 'wrong-type'],
    ['imagesetDiscoveryContainerRegistryURL: 7', 'wrong-type'],
    ['imagesetDiscoveryContainerRegistryURl: x', 'unknown-key'],
  ];
  for (const [text, code] of cases) assert.deepEqual(codesOf(provisioning(text)), [[code, 4]], text);
});
