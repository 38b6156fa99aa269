import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentConfig, AuthenticationInput } from '@pharos/contract';
import { parseAgentConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import { Registries } from './registries.ts';
import { folder, silent } from './testing/fixtures.ts';
import { seal } from './testing/seal.ts';

const agent = generateKeyPairSync('x25519');
const publicKey = agent.publicKey.export({ format: 'jwk' }).x!;

/** What becomes of a registry that the control plane sends with this sign-in. */
async function sent(url: string, authentication: object) {
  const registries = new Registries({
    file: parseAgentConfig('', null, {}),
    privateKey: agent.privateKey,
    cachePath: join(folder(), 'config.json'),
    spendFolder: folder(),
    log: silent,
    metrics: createMetrics(),
    version: 'test',
  });
  const registry = {
    id: randomUUID(),
    name: url,
    url,
    provider: 'auto',
    apiUrl: null,
    tls: { caCerts: '', skipVerify: false, plainHttp: false },
    budget: { requestsPerDay: null, concurrency: null },
    intervalSeconds: 300,
    // Not of the contract: what a control plane in the wrong hands might try.
    fromOwnFile: true,
    authentication: seal(publicKey, JSON.stringify(authentication), `https://${url}`),
  };
  await registries.apply({ configVersion: '1', registries: [registry], rules: [] } as unknown as AgentConfig, null);
  const [active] = registries.all;
  await registries.close();
  return active!;
}

test("the control plane cannot have the machine's identity shown to strangers, or programs run", async () => {
  const identities: AuthenticationInput[] = [
    { type: 'acr', method: 'workload_identity' },
    { type: 'ecr', region: 'eu-central-1' },
    { type: 'gcp' },
  ];
  for (const identity of identities) {
    const active = await sent('registry.example.com', identity);
    assert.deepEqual([active.reader, active.error?.code], [null, 'identity-host-refused'], identity.type);
  }
  const helped = await sent('registry.example.com', { type: 'docker_config', config: '{"credsStore":"test"}' });
  assert.equal(helped.error?.code, 'docker-config-invalid');
  const smuggled = await sent('registry.example.com', { type: 'gcp', fromOwnFile: true });
  assert.equal(smuggled.error?.code, 'sealed-secret-invalid');
  assert.notEqual((await sent('team.azurecr.io', identities[0]!)).reader, null);
});
