/** Admission control end to end: a decision in the library reaches the webhook of an agent, and stays there without the library. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAgentConfig, type RunningAgent, startAgent } from '@pharos/agent';
import { createClient } from '@pharos/contract';
import { pino } from 'pino';
import { answerProbe, makeAgent, startTestServer, type TestServer } from '../packages/server/src/testing.ts';
import { digestOf, observation, reportScan } from '../packages/server/src/testing-registry.ts';
import { makeFolder } from './support/pharos.ts';

const LOCATION = 'eu-west';
const [INDEX, AMD64] = [digestOf('index'), digestOf('amd64')];
const stateDir = makeFolder();
let library: TestServer;
let agent: RunningAgent;
let port = 0;

before(async () => {
  library = await startTestServer();
  await fill();
  port = await freePort();
  const file = `dispatcher:
  location_id: ${LOCATION}
  capabilities:
    admission: { listen: "127.0.0.1:${port}", refresh: 1s, contact: "#platform" }`;
  agent = await startAgent({
    config: parseAgentConfig(file, null, { PHAROS_REGISTRY_URL: '' }),
    client: createClient({ baseUrl: library.server.url, token: library.server.embeddedToken() }),
    stateDir,
    log: pino({ level: 'silent' }),
    version: '0.0.0-test',
    embedded: false,
  });
});
after(async () => {
  await agent.stop();
  await library.stop();
});

/** A registry of the location with one image: an index of one platform under the tag 17.4. */
async function fill(): Promise<void> {
  const reader = makeAgent(library, LOCATION);
  await reader.hello();
  const body = { name: 'Team registry', url: 'registry.example.com', locationId: LOCATION };
  const [created] = await Promise.all([library.call('createRegistry', { body }), answerProbe(reader)]);
  const repositories = { include: ['**'], exclude: [] };
  const rule = { name: 'all', enabled: true, registryId: created.body.id, kind: null, description: '', repositories };
  await library.store.rules.create({ ...rule, tags: [] }, new Date());
  const platforms = [{ os: 'linux', architecture: 'amd64', variant: null, digest: AMD64, size: null }];
  const image = observation(INDEX, { mediaType: 'application/vnd.oci.image.index.v1+json', platforms });
  await reportScan(reader, {
    registryId: created.body.id,
    repository: 'team/pg',
    tags: { '17.4': INDEX },
    images: [image],
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}

/** What the API server would be answered about a new pod with this image. */
function asked(
  image: string,
  path = '/validate',
): Promise<{ allowed: boolean; status?: { message: string }; patch?: string }> {
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      ...{ uid: randomUUID(), kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', namespace: 'team' },
      ...{ name: 'web', userInfo: { username: 'alice' }, oldObject: null, dryRun: false },
      object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'db', image }] } },
    },
  });
  const ca = readFileSync(join(stateDir, 'admission', 'ca.pem'));
  const servername = 'pharos-admission.pharos-system.svc';
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', ca, servername }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve(JSON.parse(text).response);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain: ${what}`);
}

const decide = (state: 'approved' | 'revoked') =>
  library.store.decisions.decide([{ digest: INDEX, state, reason: 't', actor: 'a', actorKind: 'session' }], new Date());

test('a decision reaches the cluster within moments, and holds when the control plane is stopped', async () => {
  const name = 'registry.example.com/team/pg';
  const pinned = `${name}:17.4@${INDEX}`;
  await until('a snapshot', async () => (await asked(pinned)).status?.message.includes('pending') ?? false);
  assert.match((await asked(pinned)).status!.message, /nobody has approved it.*Ask #platform/);

  await decide('approved');
  await until('the approval', async () => (await asked(pinned)).allowed);
  assert.equal((await asked(`${name}@${AMD64}`)).allowed, true, 'a platform of an approved index');
  assert.match((await asked(`${name}:17.4`)).status!.message, /tags move/);
  const { patch } = await asked(`${name}:17.4`, '/mutate');
  assert.equal(JSON.parse(Buffer.from(patch!, 'base64').toString())[0].value, pinned);
  assert.match((await asked(`evil.example/team/pg@${digestOf('evil')}`)).status!.message, /unknown/);

  await until('the refusals', async () => (await library.call('listAdmissionRefusals', { query: {} })).body.total >= 3);
  const { body } = await library.call('listAdmission', { query: {} });
  assert.deepEqual([body.items[0].state, body.items[0].mode, body.items[0].images], ['ok', 'enforce', 1]);

  await decide('revoked');
  await until('the revocation', async () => (await asked(pinned)).status?.message.includes('revoked') ?? false);
  await library.server.stop();
  assert.match((await asked(pinned)).status!.message, /revoked/);
  assert.match((await asked(`${name}@${AMD64}`)).status!.message, /revoked/);
});
