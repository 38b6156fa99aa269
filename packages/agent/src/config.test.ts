import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAgentConfig, parseAgentConfig } from './config.ts';
import { AgentConfigError, type ConfigProblem } from './config-error.ts';
import { publicRegistry } from './config-registries.ts';
import { folder } from './testing/fixtures.ts';

/** The incumbent's published example: §4.3 of its agent guide, with the agent section of its setup guide. */
const INCUMBENT = `
agent:
  access_key: $BEACON_AGENT_ACCESS_KEY
  access_key_grpc_header: "x-access-key"
  batch: {size: 100}
  beacon_server: beacon.example.com:9443
  project_id: prj_deWgyhGmAQmJbTjo
  providers: ["onprem"]
  root_ca_path: ""
  plaintext: false
  feature_flag_interval: 10m0s
general:
  logging: {level: "info"}
provider:
  onprem:
    runner: {enabled: true}
    poll_interval: 5m0s
    databases: {one: {dsn: $DSN1, tags: []}}
dispatcher:
  enabled: true
  mode: standalone
  location_id: standalone-k8s
  capabilities:
    provisioning:
      images:
        discovery:
          registry:
            postgres_repositories:
              - name: postgresql
                description: Community PostgreSQL
              - name: edb-postgres-advanced
                description: EPAS
              - name: edb-postgres-extended
                description: PGE
              - name: postgresql-torsten
                description: Custom PG Build with AIDB
`;

const under = (registry: string) => `dispatcher:
  capabilities:
    provisioning:
      images:
        discovery:
          registry:
${registry.replace(/^/gm, '            ')}
`;

function problemsOf(text: string, environment: Record<string, string> = {}): readonly ConfigProblem[] {
  try {
    parseAgentConfig(text, '/etc/beacon/beacon_agent.yaml', environment);
  } catch (error) {
    assert.ok(error instanceof AgentConfigError);
    return error.problems;
  }
  return [];
}

test("the incumbent's file is valid as it stands", () => {
  const config = parseAgentConfig(INCUMBENT, null, { BEACON_AGENT_ACCESS_KEY: 'key-1' });
  assert.equal(config.beaconServer, 'https://beacon.example.com:9443');
  assert.equal(config.accessKey, 'key-1');
  assert.equal(config.locationId, 'standalone-k8s');
  const [registry] = config.registries;
  assert.equal(registry?.url, 'upmdev.azurecr.io');
  assert.equal(registry?.isDefault, true);
  assert.equal(registry?.intervalSeconds, 300);
  assert.deepEqual(
    config.rules.map(({ name, kind, description }) => [name, kind, description]),
    [
      ['postgresql', 'postgres', 'Community PostgreSQL'],
      ['edb-postgres-advanced', 'postgres', 'EPAS'],
      ['edb-postgres-extended', 'postgres', 'PGE'],
      ['postgresql-torsten', 'postgres', 'Custom PG Build with AIDB'],
    ],
  );
  const unused = config.notices.map(({ path }) => path);
  assert.ok(unused.includes('agent.batch') && unused.includes('general') && unused.includes('dispatcher.mode'));
  assert.match(config.notices[0]!.message, /not used by Pharos/);
});

test('the file of the design is valid, with several registries and rules beside the lists', () => {
  const config = parseAgentConfig(
    `agent:
  beacon_server: stdout
dispatcher:
  location_id: eu-west
  capabilities:
    provisioning:
      images:
        discovery:
          interval: 1h30m
          registry:
            url: https://harbor.example.com/prod/
            provider: harbor
            authentication: { type: basic, username: "\${TEAM}-robot", password: $PASSWORD }
            tls: { ca_certs: "", skip_verify: true, plain_http: false }
            model_repositories:
              - { name: nim/meta/llama-3.1-8b-instruct, description: Llama 3.1 8B }
            rules:
              - name: stamped
                kind: postgres
                repositories: { include: ["pg*"] }
                tags: [{ include: ["17.*"], exclude: ["*-rc*"], keep: 5 }]
          registries:
            - name: second
              url: registry.example.com:5000
              interval: 10s
              authentication: { type: token, token: "$$literal" }
`,
    null,
    { TEAM: 'red', PASSWORD: 'pa$$word' },
  );
  const [first, second] = config.registries;
  assert.equal(config.beaconServer, 'stdout');
  assert.equal(first?.url, 'harbor.example.com/prod');
  assert.equal(first?.intervalSeconds, 5400);
  assert.deepEqual(first?.authentication, { type: 'basic', username: 'red-robot', password: 'pa$$word' });
  assert.equal(second?.intervalSeconds, 10);
  assert.deepEqual(second?.authentication, { type: 'token', token: '$literal' });
  assert.deepEqual(
    config.rules.map(({ name, kind, registryId }) => [name, kind, registryId === first?.id]),
    [
      ['nim/meta/llama-3.1-8b-instruct', 'model', true],
      ['stamped', 'postgres', true],
    ],
  );
  assert.equal(JSON.stringify(config.registries.map(publicRegistry)).includes('literal'), false);
  assert.equal(JSON.stringify(config.registries.map(publicRegistry)).includes('word"'), false);
});

test('identities are the same at every start and different for different things', () => {
  const ids = (text: string) => {
    const { registries, rules } = parseAgentConfig(text, null, {});
    return [...registries, ...rules].map(({ id }) => id);
  };
  const text = under('postgres_repositories: [{ name: a }, { name: b }]\nmodel_repositories: [{ name: a }]');
  assert.deepEqual(ids(text), ids(text));
  assert.equal(new Set(ids(text)).size, 4);
  for (const id of ids(text)) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a registry that is not named takes the environment, then the default with its three repositories', () => {
  const fromEnvironment = parseAgentConfig('', null, { PHAROS_REGISTRY_URL: 'registry.example.com' });
  assert.deepEqual(
    fromEnvironment.registries.map(({ url, isDefault }) => [url, isDefault]),
    [['registry.example.com', false]],
  );
  const byDefault = parseAgentConfig(under('').replace(/\s+$/, '\n'), null, {});
  assert.deepEqual(
    byDefault.registries.map(({ url, isDefault }) => [url, isDefault]),
    [['upmdev.azurecr.io', true]],
  );
  assert.deepEqual(
    byDefault.rules.map(({ name }) => name),
    ['postgresql', 'edb-postgres-advanced', 'edb-postgres-extended'],
  );
  assert.deepEqual(parseAgentConfig('', null, {}).registries, []);
});

const BAD: [what: string, text: string, code: string, line: number | null, words: RegExp][] = [
  ['a tab', 'agent:\n\tbeacon_server: x\n', 'yaml-tab', 2, /tab/],
  ['broken YAML', 'agent: [1\n', 'yaml-syntax', 2, /./],
  ['a secret in broken YAML', 'agent: { a: 1 } secret-1\n', 'yaml-syntax', 1, /not valid YAML/],
  ['a list', '- a\n', 'yaml-syntax', 1, /map/],
  ['a key that stands twice', 'agent: {}\nagent: {}\n', 'yaml-duplicate-key', 2, /twice/],
  ['an alias', 'agent: &a {}\ndispatcher: *a\n', 'yaml-alias', 2, /Aliases/],
  ['an alias bomb', `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n`, 'yaml-alias', 2, /Aliases/],
  ['a tag', 'agent: !!js/function x\n', 'yaml-tag', 1, /Tags/],
  ['a misspelt key', 'agent:\n  beacon_sever: x\n', 'unknown-key', 2, /beacon_sever.*Did you mean "beacon_server"\?/],
  ['camel case', under('postgresRepositories: []'), 'unknown-key', 7, /Did you mean "postgres_repositories"\?/],
  ['a key of another place', 'dispatcher:\n  url: x\n', 'unknown-key', 2, /Unknown key "url" in dispatcher\.$/],
  [
    'a missing variable',
    'agent:\n  beacon_server: $MISSING_SERVER\n',
    'environment-variable-missing',
    2,
    /agent\.beacon_server.*MISSING_SERVER, which is not set/,
  ],
  ['a variable inside', under('url: $' + '{HOST_OF_IT}/x'), 'environment-variable-missing', 7, /HOST_OF_IT/],
  [
    'a duration without unit',
    'dispatcher: { capabilities: { provisioning: { images: { discovery: {\n interval: "5" } } } } }\n',
    'duration-invalid',
    2,
    /unit/,
  ],
  ['half a second', under('interval: 500ms'), 'duration-invalid', 7, /not a duration/],
  ['no time at all', under('interval: 0s'), 'duration-invalid', 7, /at least 1s/],
  [
    'a number for text',
    under('authentication: { type: basic, username: 1, password: x }'),
    'wrong-type',
    7,
    /username must be a string/,
  ],
  [
    'a missing password',
    under('authentication: { type: basic, username: a }'),
    'missing-key',
    7,
    /password is missing/,
  ],
  ['an unknown sign-in', under('authentication: { type: kerberos }'), 'value-unknown', 7, /type/],
  [
    'half a service principal',
    under('authentication: { type: acr, method: service_principal, client_id: a, client_secret: secret-1 }'),
    'sign-in-invalid',
    7,
    /tenant_id is needed/,
  ],
  [
    'half an access key',
    under('authentication: { type: ecr, secret_access_key: secret-1 }'),
    'sign-in-invalid',
    7,
    /access_key_id is needed/,
  ],
  ['a region that is none', under('authentication: { type: ecr, region: Frankfurt }'), 'value-invalid', 7, /region/],
  [
    'a key of another cloud',
    under('authentication: { type: eks_managed_identity, access_key_id: a }'),
    'unknown-key',
    7,
    /access_key_id/,
  ],
  [
    'a service account key that is none',
    under(`authentication: { type: gcp, service_account_key: '{"secret-1": 1}' }`),
    'sign-in-invalid',
    7,
    /service_account_key must be/,
  ],
  [
    'a service account key that is not there',
    under('authentication: { type: gcp, service_account_key: missing.json }'),
    'service-account-key-unreadable',
    7,
    /ENOENT/,
  ],
  ['an unknown provider', under('provider: gitlob'), 'value-unknown', 7, /provider/],
  ['a user in the address', under('url: https://user:secret-1@host'), 'registry-url-invalid', 7, /user name/],
  ['http without the switch', under('url: http://host'), 'registry-url-invalid', 7, /http/],
  [
    'a pattern that cannot be run',
    under('rules: [{ name: x, repositories: { include: ["re:(?=a)"] } }]'),
    'invalid-pattern',
    7,
    /./,
  ],
  [
    'a name that is none',
    under('postgres_repositories: [{ name: "Host/Repo:tag" }]'),
    'repository-name-invalid',
    7,
    /repository/,
  ],
  ['a name twice', under('postgres_repositories: [{ name: a }, { name: a }]'), 'name-taken', 7, /twice/],
  ['no certificate', under('tls: { ca_certs: "-----BEGIN nothing" }'), 'ca-certs-invalid', 7, /certificate/],
  ['a certificate file that is not there', under('tls: { ca_certs: missing.pem }'), 'ca-certs-unreadable', 7, /ENOENT/],
  [
    'a docker config that is no JSON',
    under('authentication: { type: docker_config, config: "{secret-1" }'),
    'docker-config-invalid',
    7,
    /JSON/,
  ],
  [
    'a server that is no address',
    'agent:\n  beacon_server: "https://user:secret-1@x"\n',
    'beacon-server-invalid',
    2,
    /not an address/,
  ],
  ['a location that is none', 'dispatcher:\n  location_id: "a b"\n', 'value-invalid', 2, /location_id/],
];

for (const [what, text, code, line, words] of BAD) {
  test(`refuses ${what}`, () => {
    const problems = problemsOf(text);
    const problem = problems.find((each) => each.code === code);
    assert.ok(problem, `expected ${code}, got ${JSON.stringify(problems)}`);
    assert.equal(problem.line, line);
    assert.match(problem.message, words);
    assert.ok(problem.hint.length > 5);
    assert.equal(JSON.stringify(problems).includes('secret-1'), false, 'a value was shown');
  });
}

test('an access key whose variable is not set is no error: an agent inside the server needs none', () => {
  const config = parseAgentConfig('agent:\n  access_key: $MISSING_KEY\n', null, {});
  assert.equal(config.accessKey, null);
  assert.match(config.notices.map((notice) => notice.message).join(), /MISSING_KEY, which is not set/);
});

test('all problems are told in one run, in the order of the file', () => {
  const problems = problemsOf(`agent:
  acces_key: x
  beacon_server: $NOT_THERE
dispatcher:
  enabled: maybe
  capabilities: { provisioning: { images: { discovery: { intervall: 5m } } } }
`);
  assert.deepEqual(
    problems.map(({ code, line }) => [code, line]),
    [
      ['unknown-key', 2],
      ['environment-variable-missing', 3],
      ['wrong-type', 5],
      ['unknown-key', 6],
    ],
  );
});

test('looks for the file in the home folder, and says where when it cannot be read', () => {
  const home = folder();
  assert.equal(loadAgentConfig(null, { HOME: home }).path, null);
  mkdirSync(join(home, '.beacon'));
  const path = join(home, '.beacon', 'beacon_agent.yaml');
  writeFileSync(path, 'dispatcher: { location_id: here }\n');
  assert.equal(loadAgentConfig(null, { HOME: home }).path, path);
  assert.equal(loadAgentConfig(path, {}).locationId, 'here');
  const codeOf = (file: string) => {
    try {
      loadAgentConfig(file, {});
    } catch (error) {
      return (error as AgentConfigError).problems[0]?.code;
    }
    return null;
  };
  assert.equal(codeOf(join(home, 'nowhere.yaml')), 'file-not-found');
  writeFileSync(join(home, 'large.yaml'), ' '.repeat(1024 * 1024 + 1));
  assert.equal(codeOf(join(home, 'large.yaml')), 'file-too-large');
  assert.equal(codeOf(home), 'file-unreadable');
});

test('secrets and certificates may stand in files beside it', () => {
  const home = folder();
  writeFileSync(join(home, 'docker.json'), '{"auths":{}}');
  writeFileSync(join(home, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
  writeFileSync(
    join(home, 'agent.yaml'),
    under('url: host\nauthentication: { type: docker_config, path: docker.json }\ntls: { ca_certs: ca.pem }'),
  );
  const [registry] = loadAgentConfig(join(home, 'agent.yaml'), {}).registries;
  assert.equal(registry?.fromOwnFile, true);
  assert.deepEqual(registry.authentication, { type: 'docker_config', config: '{"auths":{}}' });
  assert.match(registry.tls.caCerts, /BEGIN CERTIFICATE/);
});

test('an OCI layout is named by its path, relative ones from the folder of the file', () => {
  const read = (lines: string) =>
    parseAgentConfig(under(lines), '/etc/beacon/beacon_agent.yaml', {}).registries.map(({ url, provider, name }) => [
      url,
      provider,
      name,
    ]);
  const absolute = 'oci-layout:/mnt/images.tar';
  assert.deepEqual(read(`url: ${absolute}`), [[absolute, 'oci-layout', absolute]]);
  assert.deepEqual(read('url: OCI-layout:images/'), [
    ['oci-layout:/etc/beacon/images', 'oci-layout', 'oci-layout:/etc/beacon/images'],
  ]);
  assert.equal(read('url: ../My Images\nprovider: oci-layout')[0]![0], 'oci-layout:/etc/My Images');
  const codes = (lines: string) =>
    problemsOf(under(lines)).map(({ code, path }) => `${path.split('.').at(-1)} ${code}`);
  assert.deepEqual(codes(`url: ${absolute}\nprovider: acr\nauthentication: { type: token, token: x }`), [
    'provider layout-settings',
    'authentication layout-settings',
  ]);
  assert.deepEqual(codes('url: "oci-layout:"'), ['url registry-url-invalid']);
  assert.deepEqual(codes('url: https://host\nprovider: oci-layout'), ['url registry-url-invalid']);
});
