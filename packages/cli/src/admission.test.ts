import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type Call, listOf, runIn, temporaryDirectory } from './testing.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const AGENT_FILE = `dispatcher:
  location_id: eu-west
  capabilities:
    admission: { listen: "0.0.0.0:9443", exempt_namespaces: [kube-system] }
`;
const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: team }\nspec: { containers: [{ name: c, image: nginx }] }\n';

const answer = (outcome: string, more: object = {}) => ({
  ...{
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'team',
    name: 'a',
    outcome,
    message: '',
    verdicts: [],
    pins: [],
    ...more,
  },
});

test('manifest writes what a cluster applies, with the authority that the agent will use', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'beacon_agent.yaml'), AGENT_FILE);
  const args = ['admission', 'manifest', '-f', 'beacon_agent.yaml', '--state-dir', join(cwd, 'state')];
  const ran = await runIn({ cwd }, ...args);
  assert.equal(ran.code, 0, ran.stderr);
  const objects = parseAllDocuments(ran.stdout).map((document) => document.toJS());
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['ServiceAccount', 'Service', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  );
  assert.equal(objects[1].spec.ports[0].targetPort, 9443);
  const bundles = objects.slice(2).map((object) => object.webhooks[0].clientConfig.caBundle);
  assert.match(Buffer.from(bundles[0], 'base64').toString(), /BEGIN CERTIFICATE/);
  const again = JSON.parse((await runIn({ cwd }, ...args, '--json')).stdout);
  assert.equal(again.items[3].webhooks[0].clientConfig.caBundle, bundles[1]);

  writeFileSync(join(cwd, 'beacon_agent.yaml'), 'dispatcher: { location_id: eu-west }\n');
  const off = await runIn({ cwd }, ...args);
  assert.notEqual(off.code, 0);
  assert.match(off.stderr, /admission-off/);
  writeFileSync(join(cwd, 'beacon_agent.yaml'), 'dispatcher: { capabilities: { admission: { mode: lenient } } }\n');
  assert.equal((await runIn({ cwd }, ...args)).code, 2);
});

test('check asks about every object of the files, and ends with 6 when one would be refused', async (t) => {
  const cwd = temporaryDirectory(t);
  mkdirSync(join(cwd, 'manifests'));
  const list = `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Service }\n  - { apiVersion: v1, kind: Pod }\n`;
  writeFileSync(join(cwd, 'manifests', 'all.yaml'), `${POD}---\n${list}---\n`);
  const verdict = {
    path: 'spec.containers[0].image',
    name: 'c',
    image: 'nginx',
    digest: null,
    state: 'unknown',
    outcome: 'refused',
    code: 'unknown',
    message: 'nginx is unknown.\u001b[31m',
  };
  const api = (outcome: string) => (call: Call) => {
    const { objects } = call.body as { objects: { kind: string }[] };
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ['Pod', 'Service', 'Pod'],
    );
    const pins = [{ path: '/spec/containers/0/image', value: `nginx:latest@${DIGEST}` }];
    const items = [answer(outcome, { verdicts: [verdict], pins }), answer('not-looked-at'), answer('admitted')];
    return { status: 200, body: { generation: 1, items } };
  };
  const args = ['admission', 'check', 'manifests', '--location', 'eu-west'];
  const refused = await runIn({ cwd, api: api('refused') }, ...args);
  assert.equal(refused.code, 6);
  assert.match(refused.stdout, /refused .*Pod team\/a/);
  assert.match(refused.stdout, /nginx is unknown/);
  assert.match(refused.stdout, /would write .*nginx:latest@sha256/);
  assert.ok(!refused.stdout.includes('\u001b[31m'));
  assert.equal((await runIn({ cwd, api: api('warned') }, ...args)).code, 0);
  assert.equal((await runIn({ cwd, api: api('refused') }, ...args, '-q')).stdout, 'Pod team/a\n');
  assert.equal((await runIn({ cwd }, ...args)).code, 5, 'without an answer it is no pass');
  assert.equal(
    (await runIn({ cwd, stdin: 'a: [', api: api('admitted') }, 'admission', 'check', '-', '--location', 'x')).code,
    2,
  );
  const offline = await runIn(
    { cwd },
    'admission',
    'check',
    'manifests',
    '--offline',
    '--state-dir',
    join(cwd, 'state'),
  );
  assert.match(offline.stderr, /admission-snapshot-missing/);
  assert.equal(offline.code, 1);
});

test('status and refusals are lists', async () => {
  const at = '2026-11-01T00:00:00.000Z';
  const status = {
    ...{
      agentId: '66666666-6666-4666-8666-666666666666',
      agent: 'one',
      locationId: 'eu-west',
      mode: 'audit',
      state: 'stale',
    },
    ...{
      message: 'too old',
      generation: 3,
      issuedAt: at,
      images: 7,
      maxAgeSeconds: 60,
      pinTags: true,
      exemptNamespaces: [],
    },
    ...{ startedAt: at, admitted: 5, warned: 1, refused: 0, audited: 2, exempted: 0, reportedAt: at },
  };
  const shown = await runIn({ api: () => listOf(status) }, 'admission', 'status');
  assert.match(shown.stdout, /one +eu-west +audit +stale/);
  const refusal = {
    ...{
      id: 1,
      locationId: 'eu-west',
      agentId: null,
      operation: 'CREATE',
      namespace: 'team',
      kind: 'Pod',
      name: 'web-',
    },
    ...{ user: 'alice', image: 'nginx', path: 'p', digest: null, state: 'unknown', code: 'unknown', message: 'm' },
    ...{ mode: 'enforce', count: 4, firstAt: at, lastAt: at },
  };
  const list = await runIn({ api: () => listOf(refusal) }, 'admission', 'refusals', '--location', 'eu-west');
  assert.match(list.stdout, /Pod team\/web- +nginx +unknown +alice/);
  assert.match(list.calls[0]!.path, /locationId=eu-west/);
});
