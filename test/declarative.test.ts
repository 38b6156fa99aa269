/** Everything that a file can say: `pharos apply` against a running Pharos, from an empty library to a database and a model. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { NOUNS } from '../packages/cli/src/apply/nouns.ts';
import { ADMIN_TOKEN, cleanUp, libraryTags, type Pharos, runPharos, startPharos, waitFor } from './support/pharos.ts';

const EPAS = 'edb-postgres-advanced:17.6-2509120845-full';

const FILE = `
hcpTags:
  - { name: gold, color: yellow, description: For production }
approvalRules:
  - { pattern: "prod/**" }
trust:
  - name: release key
    type: key
    key: |
KEY
policies:
  - name: signed
    effect: advise
    requirements: { signedBy: [release key], minAgeDays: 1 }
clusters:
  - name: orders
    location: local
    image: ${EPAS}
    operator: edb
    storage: 20Gi
    extensions: [vector]
modelDeployments:
  - name: chat
    location: local
    image: NIM
    target: kserve
    gpu: 2
`;

describe('what a file declares', () => {
  let pharos: Pharos;
  let text: string;
  const env = () => ({ PHAROS_URL: pharos.url, PHAROS_TOKEN: ADMIN_TOKEN });
  const apply = (input: string, ...args: string[]) => runPharos(['apply', '-f', '-', ...args], env(), input);

  before(async () => {
    pharos = await startPharos();
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const { items } = await pharos.client('listModels', { query: {} });
    const nim = items.find(({ format, images }) => format === 'nim' && images.length > 0)!;
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString().trimEnd();
    text = FILE.replace('NIM', nim.images[0]!.digest).replace('KEY', pem.replace(/^/gm, '      '));
    await pharos.client('decideImage', {
      params: { digest: nim.images[0]!.digest },
      body: { state: 'approved', reason: 'reviewed' },
    });
  });
  after(cleanUp);

  test('a dry run asks the control plane: an image that nobody approved is told before anything is made', async () => {
    const dry = await apply(text, '--dry-run');
    assert.equal(dry.code, 1, dry.stdout + dry.stderr);
    assert.match(dry.stdout, /^cluster local\/default\/orders {2}failed$/m);
    assert.match(dry.stdout, /image-not-approved/);
    assert.match(dry.stdout, /^HCP tag gold {2}would be created$/m);
    assert.match(dry.stdout, /^policy signed {2}would be created$/m);
    assert.equal((await pharos.client('listHcpTags', { query: {} })).items.length, 0);
  });

  test('it is made in order, and a second time nothing is left to do', async () => {
    const approved = await runPharos(['approve', EPAS, '--reason', 'reviewed'], env());
    assert.equal(approved.code, 0, approved.stderr);
    const first = await apply(text);
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.equal(first.stdout.match(/ {2}created$/gm)?.length, 6, first.stdout);

    const [policy] = (await pharos.client('listPolicies', { query: {} })).items;
    const [key] = (await pharos.client('listTrust', { query: {} })).items;
    assert.deepEqual(policy!.requirements.signedBy, [key!.id], 'what the same file made is found by its name');
    const [cluster] = (await pharos.client('listClusters', { query: {} })).items;
    assert.match(cluster!.image.reference, new RegExp(`${EPAS}@sha256:`));

    const second = await apply(text, '--dry-run', '--exit-code');
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.equal(second.stdout.match(/ {2}unchanged$/gm)?.length, 6, second.stdout);
  });

  test('what changed in the file is changed, field by field; what may not change is refused with a way out', async () => {
    const wanted = text
      .replace('storage: 20Gi', 'storage: 30Gi\n    instances: 5')
      .replace('minAgeDays: 1', 'minAgeDays: 3');
    const changed = await apply(wanted);
    assert.equal(changed.code, 0, changed.stdout + changed.stderr);
    assert.match(
      changed.stdout,
      /- instances: 3\n {2}\+ instances: 5\n {2}- storage.size: 20Gi\n {2}\+ storage.size: 30Gi/,
    );
    const [cluster] = (await pharos.client('listClusters', { query: {} })).items;
    assert.equal(cluster!.instances, 5);
    const [policy] = (await pharos.client('listPolicies', { query: {} })).items;
    assert.deepEqual([policy!.version, policy!.requirements.minAgeDays], [2, 3]);

    const refused = await apply(
      wanted
        .replace('operator: edb', 'operator: cnpg')
        .replace('{ pattern: "prod/**" }', '{ pattern: "prod/**", people: 1 }'),
    );
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(refused.stdout, /cluster local\/default\/orders {2}not possible\n {2}Its "operator" is edb/);
    assert.match(refused.stdout, /approval rule prod\/\*\* {2}not possible\n {2}It asks for 2/);
  });

  test('a name that nothing has, and an image that is not there, are told with their place', async () => {
    const policy = 'kind: Policy\nname: lost\neffect: advise\nrequirements: { rules: [nowhere] }\n';
    assert.match(
      (await apply(policy)).stdout,
      /policy lost {2}not possible\n {2}There is no rule "nowhere" here or in the file/,
    );
    const cluster = 'kind: Cluster\nname: lost\nlocation: local\nstorage: 1Gi\nimage: nowhere:17\n';
    assert.match(
      (await apply(cluster)).stdout,
      /cluster local\/default\/lost {2}not possible\n {2}There is no repository/,
    );
    const wrong = await apply('kind: Cluster\nname: lost\nlocation: local\nstorag: 1Gi\nimage: nowhere\n');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /line 4: Unknown key "storag"\. Did you mean "storage"\?/);
    assert.match(wrong.stderr, /line 5: "nowhere" names no tag/);
  });

  test('a catalog is held at an edition, and let go', async () => {
    const { items } = await pharos.client('listCatalogs', { query: {} });
    const { name, edition } = items.find(({ engine }) => engine === 'epas')!;
    const held = await apply(`kind: Catalog\nname: ${name}\nlocation: local\nedition: ${edition}\n`);
    assert.equal(held.code, 0, held.stdout + held.stderr);
    const of = async () => (await pharos.client('listCatalogs', { query: {} })).items.find((one) => one.name === name)!;
    assert.equal((await of()).mode, 'held');
    const again = await apply(
      `kind: Catalog\nname: ${name}\nlocation: local\nedition: ${(await of()).edition}\n`,
      '--dry-run',
    );
    assert.match(again.stdout, /unchanged/);
    assert.equal((await apply(`kind: Catalog\nname: ${name}\nlocation: local\n`)).code, 0);
    assert.equal((await of()).mode, 'automatic');
  });

  test('windows, stages, people, webhooks and what is said of repositories and models are declared too', async (t) => {
    const service = createServer((_request, reply) => {
      reply.setHeader('content-type', 'application/json');
      reply.end(
        JSON.stringify({ object: 'list', data: ['granite', 'granite-2'].map((id) => ({ id, object: 'model' })) }),
      );
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    t.after(() => service.close());
    const { items: registries } = await pharos.client('listRegistries', { query: {} });
    const { items: models } = await pharos.client('listModels', { query: {} });
    const { name: catalog } = (await pharos.client('listCatalogs', { query: {} })).items[0]!;
    const more = `
users:
  - { name: ada, displayName: Ada, grants: [viewer, "curator@location:local"] }
  - { name: bot, kind: robot, grants: [viewer] }
teams:
  - { name: dba, grants: ["approver@repositories:edb*"], members: [ada] }
receivers:
  - { registry: ${registries[0]!.name}, source: harbor }
webhooks:
  - { name: tickets, url: $HOOK, events: [tag.moved], allowHttp: true, allowPrivate: true }
repositories:
  - { name: edb-postgres-advanced, description: Ours, readme: "# Ours", hcpTags: [gold] }
models:
  - { name: ${models[0]!.key}, licence: Apache-2.0 }
locations:
  - { id: local, windows: ["sat,sun 22:00 4h Europe/Berlin"], upgradeApproval: true }
clusters:
  - name: staging
    location: local
    image: ${EPAS}
    operator: edb
    via: catalog
    storage: 1Gi
    apply: true
    maintenance: { windows: ["daily 01:00 90m"] }
catalogs:
  - { name: ${catalog}, policy: { canaries: [staging], healthyMinutes: 45, urgentRevocations: true } }
modelServices:
  - { name: Granite, baseUrl: "http://127.0.0.1:${(service.address() as AddressInfo).port}", model: granite, apiKey: $KEY, allowHttp: true, allowPrivate: true, deployment: local/default/chat }
`;
    const secrets = { HOOK: 'http://127.0.0.1:1/hunter2', KEY: 'hunter2' };
    const run = (input: string, ...args: string[]) =>
      runPharos(['apply', '-f', '-', ...args], { ...env(), ...secrets }, input);
    const dry = await run(more, '--dry-run', '--exit-code');
    assert.equal(dry.code, 6, dry.stdout + dry.stderr);
    const first = await run(more);
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.doesNotMatch(dry.stdout + dry.stderr + first.stdout + first.stderr, /hunter2/);
    assert.match(first.stdout, /A link to choose a password: pharos users reset ada/);
    const second = await run(more, '--dry-run', '--exit-code');
    assert.equal(second.code, 0, second.stdout + second.stderr);

    const maintenance = await pharos.client('getLocationMaintenance', { params: { id: 'local' } });
    assert.deepEqual([maintenance.upgradeApproval, maintenance.windows.map(({ minutes }) => minutes)], [true, [240]]);
    const cluster = (await pharos.client('listClusters', { query: { q: 'staging' } })).items[0]!;
    const kept = await pharos.client('getClusterMaintenance', { params: { id: cluster.id } });
    assert.equal(kept.windows?.[0]?.minutes, 90);
    const { policy } = await pharos.client('getCatalog', { params: { name: catalog }, query: {} });
    assert.deepEqual([policy?.canaries, policy?.healthyMinutes, policy?.urgentRevocations], [[cluster.id], 45, true]);
    const [team] = (await pharos.client('listTeams', { query: {} })).items;
    assert.deepEqual(
      team!.members.map(({ name }) => name),
      ['ada'],
    );
    const [granite] = (await pharos.client('listModelServices', { query: {} })).items;
    assert.ok(granite!.hasKey && granite!.deploymentId !== null);

    const changed = await run(
      more.replace('model: granite,', 'model: granite-2,').replace('healthyMinutes: 45', 'healthyMinutes: 5'),
    );
    assert.equal(changed.code, 0, changed.stdout + changed.stderr);
    assert.match(changed.stdout, /- model: granite\n {2}\+ model: granite-2/);
    assert.match(changed.stdout, /- policy\.healthyMinutes: 45\n {2}\+ policy\.healthyMinutes: 5/);
  });

  test('what is exported says all of it, and applying it changes nothing', async () => {
    const exported = await runPharos(['export'], env());
    assert.equal(exported.code, 0, exported.stderr);
    assert.doesNotMatch(exported.stdout, /hunter2/);
    for (const { list } of NOUNS) {
      const isThere = exported.stdout.includes(`\n${list}:\n`) || exported.stdout.startsWith(`${list}:\n`);
      // The registry and the rules are those of the sample, which come from an agent.
      assert.equal(isThere, !['registries', 'rules'].includes(list), list);
    }
    const again = await apply(exported.stdout, '--dry-run', '--exit-code');
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.doesNotMatch(again.stdout, /would be|not possible|failed/);
  });
});
