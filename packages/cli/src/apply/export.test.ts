import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listOf, problem, registry, rule, runIn, temporaryDirectory } from '../testing.ts';
import { readDocuments } from './document.ts';
import { NOTHING } from './known.ts';
import type { Known } from './noun.ts';
import { NOUNS } from './nouns.ts';
import { plan } from './plan.ts';
import { listsOf, yamlOf } from './write.ts';

const AT = '2026-01-01T00:00:00.000Z';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const night = { days: ['sat', 'sun'], from: '22:00', minutes: 270, timeZone: 'Europe/Berlin' };
const NO_FACT = { value: null, source: null };

/** A control plane that has something of everything, with values that are not the defaults. */
const EVERYTHING = {
  ...NOTHING,
  registries: [
    registry({
      id: id(1),
      url: 'registry.example.com:5443/team',
      provider: 'harbor',
      intervalSeconds: 90,
      authentication: { type: 'basic', username: 'robot', secret: 'stored' },
      tls: { caCerts: '', skipVerify: false, plainHttp: true },
      budget: { requestsPerDay: 10_000, concurrency: null },
    }),
    registry({ id: id(2), name: 'of the agent', source: 'file' }),
  ],
  rules: [
    rule({
      registryId: id(1),
      enabled: false,
      tags: [{ include: ['17.*'], exclude: [], order: 'version', keep: 3 }],
      platforms: { require: ['linux/arm64'], mode: 'all' },
    }),
    rule({ name: 'of the agent', source: 'file' }),
  ],
  hcpTags: [{ id: id(3), name: 'gold', color: 'yellow', description: 'For production' }],
  trust: [
    {
      ...{ id: id(4), name: 'release key', kind: 'key', scope: 'registry.example.com/**', enabled: true, roots: null },
      key: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
      ...{ trustedRootSha256: null, identities: [], requireReference: true },
    },
    {
      ...{ id: id(5), name: 'sigstore', kind: 'keyless', scope: '**', enabled: false, roots: null, key: null },
      ...{ trustedRootSha256: 'b'.repeat(64), requireReference: false },
      identities: [{ issuer: 'https://issuer.example.com', subject: 'team/**' }],
    },
  ],
  users: [
    {
      ...{ id: id(6), name: 'ada', displayName: 'Ada L.', kind: 'person', origin: 'local', state: 'disabled' },
      grants: [
        { role: 'viewer', scope: 'everywhere' },
        { role: 'curator', scope: 'location:eu-west' },
      ],
    },
    { id: id(7), name: 'bot', displayName: '', kind: 'robot', origin: 'local', state: 'active', grants: [] },
    { id: id(8), name: 'eve', displayName: '', kind: 'person', origin: 'oidc', state: 'active', grants: [] },
  ],
  teams: [
    {
      ...{ id: id(9), name: 'dba', description: 'Databases', groups: ['dba-group'] },
      grants: [{ role: 'approver', scope: 'repositories:edb/**' }],
      members: [
        { id: id(6), name: 'ada' },
        { id: id(8), name: 'eve' },
      ],
    },
  ],
  approvalRules: [{ id: id(10), pattern: 'prod/**', people: 2 }],
  policies: [
    {
      ...{ id: id(11), name: 'signed', description: 'By the release key', effect: 'require', mode: 'report' },
      ...{ enabled: true, scope: { repositories: ['prod/**'], kinds: [], locations: [] } },
      requirements: { signedBy: [id(4)], registries: [id(1)], minAgeDays: 3 },
    },
  ],
  receivers: [{ id: id(12), registryId: id(1), registry: 'production', source: 'harbor' }],
  webhooks: [
    {
      ...{ id: id(13), name: 'tickets', url: 'https://hooks.example.com/T00/secret', events: ['tag.moved', 'audit'] },
      ...{ repositories: 'prod/**', enabled: false, allowHttp: false, allowPrivate: true },
    },
    {
      ...{ id: id(14), name: 'mail', url: 'mailto:dba@example.com', events: ['tag.moved'], repositories: null },
      ...{ enabled: true, allowHttp: false, allowPrivate: false },
    },
  ],
  repositories: [
    {
      ...{ id: id(15), name: 'postgresql', registryId: id(1), registry: 'production', host: 'registry.example.com' },
      ...{ hasOwnDescription: true, description: 'Ours', readme: '# Ours\n\nRead me.\n' },
      ...{ readmeEdited: { by: 'ada', at: AT }, hcpTags: [{ id: id(3), name: 'gold', color: 'yellow' }] },
    },
    {
      ...{ id: id(16), name: 'other', registryId: id(1), registry: 'production', host: 'registry.example.com' },
      ...{ hasOwnDescription: false, description: 'Of a rule', readme: null, readmeEdited: null, hcpTags: [] },
    },
  ],
  models: [
    {
      ...{ id: id(17), key: 'meta/llama' },
      facts: {
        ...Object.fromEntries(
          ['task', 'publisher', 'description', 'parameters', 'precision', 'contextLength'].map((key) => [key, NO_FACT]),
        ),
        ...Object.fromEntries(['gpuCount', 'gpuMemoryGiB', 'profiles', 'link'].map((key) => [key, NO_FACT])),
        licence: { value: 'Apache-2.0', source: 'edit' },
        parameters: { value: '8B', source: 'image' },
      },
    },
  ],
  locations: [{ locationId: 'eu-west', windows: [night], upgradeApproval: true }],
  clusters: [
    {
      ...{ id: id(18), name: 'orders', namespace: 'team-a', location: 'eu-west', operator: 'edb', via: 'catalog' },
      apply: true,
      upgrade: null,
      checks: [],
      image: { reference: `registry.example.com/postgresql:17.6@${DIGEST}` },
      spec: {
        ...{
          name: 'orders',
          namespace: 'team-a',
          location: 'eu-west',
          image: DIGEST,
          instances: 5,
          pullSecret: 'pull',
        },
        ...{ storage: { size: '20Gi', walSize: '5Gi' }, resources: { cpu: '2' }, operator: 'edb', via: 'catalog' },
        extensions: [{ name: 'vector' }],
      },
      maintenance: { windows: [night], upgradeApproval: true },
    },
  ],
  clusterList: [{ id: id(18), name: 'orders', namespace: 'team-a', location: 'eu-west' }],
  catalogs: [
    {
      ...{ name: 'epas-full', location: 'eu-west', mode: 'held', edition: 3 },
      policy: {
        ...{ canaries: [id(18), id(99)], healthyMinutes: 60, giveUpMinutes: 240, window: 'any-time' },
        ...{ advance: 'by-hand', urgentRevocations: true },
      },
    },
    { name: 'plain', location: 'eu-west', mode: 'automatic', edition: 1, policy: null },
  ],
  modelDeployments: [
    {
      ...{ id: id(19), name: 'chat', namespace: 'ai', location: 'eu-west', apply: true },
      image: { reference: `registry.example.com/nim/llama:1@${DIGEST}` },
      spec: {
        ...{ name: 'chat', namespace: 'ai', location: 'eu-west', image: DIGEST, target: 'kserve', mode: 'Knative' },
        gpu: { count: 2, product: 'L40S', nodeSelector: { pool: 'h100' } },
        ...{ replicas: { min: 0, max: 4 }, scale: { metric: 'rps', target: 10 }, scope: 'cluster', secret: 'ngc' },
        ...{
          pullSecret: null,
          storage: { kind: 'claim', name: 'models' },
          profile: null,
          resources: { memory: '64Gi' },
        },
        runtime: null,
      },
    },
  ],
  deploymentList: [{ id: id(19), name: 'chat', namespace: 'ai', location: 'eu-west' }],
  modelServices: [
    {
      ...{ id: id(20), name: 'Granite', baseUrl: 'https://models.example.com', model: 'granite', hasKey: true },
      ...{ allowHttp: false, allowPrivate: true, deploymentId: id(19) },
    },
  ],
} as unknown as Known;

const read = (text: string) => readDocuments(['-'], { env: {}, cwd: '/', stdin: [text] } as never);

test('every noun is written, and applying what was written changes nothing', async () => {
  const lists = listsOf(NOUNS, EVERYTHING);
  assert.deepEqual(
    Object.keys(lists),
    NOUNS.map(({ list }) => list),
    'the example has something of every noun',
  );
  const text = yamlOf(lists);
  const steps = plan(await read(text), EVERYTHING);
  assert.deepEqual(
    steps
      .filter(({ action }) => action !== 'unchanged')
      .map(({ noun, name, action, changes, reason }) => ({ noun, name, action, changes, reason })),
    [],
    text,
  );
  assert.equal(
    steps.length,
    NOUNS.reduce((sum, { list }) => sum + (lists[list]?.length ?? 0), 0),
  );
  assert.doesNotMatch(
    text,
    /hooks\.example\.com|of the agent|\beve\b/,
    'no secret address, nothing of a file or a provider',
  );
  assert.match(text, /# It signs in \(basic, robot\), which stays as it is/);
});

test('what is written and applied to an empty library is made, but for what comes with agents and scans', async () => {
  const text = yamlOf(listsOf(NOUNS, EVERYTHING));
  const steps = plan(await read(text), NOTHING);
  const actions = (name: string) => steps.filter(({ noun }) => noun === name).map(({ action }) => action);
  for (const name of [
    'registry',
    'rule',
    'HCP tag',
    'policy',
    'user',
    'team',
    'receiver',
    'approval rule',
    'cluster',
  ]) {
    assert.ok(actions(name).length > 0 && actions(name).every((action) => action === 'create'), name);
  }
  for (const name of ['location', 'repository', 'model', 'catalog']) {
    assert.ok(
      actions(name).every((action) => action === 'conflict'),
      name,
    );
  }
  assert.deepEqual(actions('webhook'), ['conflict', 'create'], 'the address that was kept back is asked for');
});

test('each field that differs is told, without secrets', async () => {
  const differ = async (text: string, expected: RegExp) => {
    const [step] = plan(await read(text), EVERYTHING);
    const changes = step!.changes.map(({ field, before, after }) => `${field}: ${before} -> ${after}`).join('\n');
    assert.match(`${step!.action} ${step!.reason}\n${changes}`, expected);
    assert.doesNotMatch(changes, /secret|hunter/);
  };
  await differ(
    'kind: Location\nid: eu-west\nwindows: ["daily 01:00 30m"]\n',
    /^update null\nwindows: \["sat,sun 22:00 4h30m Europe\/Berlin"\] -> \["daily 01:00 30m UTC"\]\nupgradeApproval: true -> null$/,
  );
  await differ('kind: Location\nid: mars\n', /^conflict There is no such location/);
  const orders = `kind: Cluster\nname: orders\nnamespace: team-a\nlocation: eu-west\nimage: ${DIGEST}\ninstances: 5\npullSecret: pull
storage: { size: 20Gi, walSize: 5Gi }\nresources: { cpu: "2" }\noperator: edb\nvia: catalog\nextensions: [vector]\napply: true\n`;
  await differ(orders, /^unchanged null\n$/);
  await differ(
    `${orders}maintenance: { windows: null }\n`,
    /^update null\nmaintenance\.windows: \[.*\] -> those of its location$/,
  );
  await differ(
    'kind: Catalog\nname: epas-full\nedition: 3\npolicy: null\n',
    /policy: null -> none: every cluster at once/,
  );
  await differ('kind: Catalog\nname: epas-full\nedition: 3\n', /^unchanged/);
  await differ(
    'kind: Catalog\nname: epas-full\nedition: 3\npolicy: { canaries: [orders], healthyMinutes: 5 }\n',
    /policy\.healthyMinutes: 60 -> 5[\s\S]*policy\.urgentRevocations: true -> false\npolicy\.canaries: \[.*\] -> \["team-a\/orders"\]$/,
  );
  await differ('kind: Catalog\nname: epas-full\npolicy: { canaries: [nowhere] }\n', /no cluster "nowhere" in eu-west/);
  await differ(
    'kind: Webhook\nname: tickets\nurl: https://hooks.example.com/T00/hunter2\nevents: [audit, tag.moved]\nrepositories: prod/**\nenabled: false\nallowPrivate: true\n',
    /^update null\nurl: https:\/\/hooks\.example\.com\/… \(sha256:\w+\) -> https:\/\/hooks\.example\.com\/… \(sha256:\w+\)$/,
  );
  await differ('kind: User\nname: ada\ntype: robot\n', /^conflict It is a person/);
  await differ('kind: User\nname: eve\n', /^skip It comes from the identity provider/);
  await differ('kind: Team\nname: dba\ngrants: [viewer]\n', /grants: .* -> \["viewer"\]/);
  await differ('kind: Team\nname: dba\nmembers: [nobody]\n', /^conflict There is no user "nobody"/);
  await differ('kind: Repository\nname: postgresql\nhcpTags: []\n', /^update null\nhcpTags: \["gold"\] -> null$/);
  await differ(
    'kind: Repository\nname: postgresql\nreadme: New\n',
    /^update null\nreadme: 17 characters .* -> 3 characters/,
  );
  await differ('kind: Model\nname: Meta/Llama\nlicence: null\n', /^update null\nlicence: Apache-2\.0 -> null$/);
  await differ('kind: Receiver\nregistry: production\nsource: zot\n', /^create null\nsource: null -> zot$/);
  const granite = 'kind: ModelService\nname: Granite\nbaseUrl: https://models.example.com\nallowPrivate: true\n';
  await differ(`${granite}model: granite-2\n`, /^update null\nmodel: granite -> granite-2$/);
  await differ(`${granite}model: granite\napiKey: null\n`, /^update null\nkey: a key -> null$/);
  await differ(`${granite}model: granite\napiKey: hunter2\n`, /^unchanged/);
});

test('mistakes in the new nouns are told with their lines', async () => {
  const wrong = async (text: string, expected: RegExp) => {
    await assert.rejects(read(text), (error: { errors: { path: string; message: string }[] }) => {
      assert.match(error.errors.map(({ path, message }) => `${path}: ${message}`).join('\n'), expected);
      return true;
    });
  };
  await wrong(
    'kind: Location\nid: eu-west\nwindows:\n  - "someday 22:00 4h"\n',
    /line 4: "someday 22:00 4h" is no maintenance window/,
  );
  await wrong('locations:\n  - id: eu-west\n    window: []\n', /line 3: Unknown key "window"\. Did you mean "windows"/);
  await wrong('kind: User\nname: ada\ngrants:\n  - king\n', /line 4: "king" must be ROLE/);
  await wrong('kind: Catalog\nname: a\npolicy:\n  healthyMinutes: 0\n', /line 4 policy\.healthyMinutes/);
  await wrong('kind: Webhook\nname: a\nurl: $NOWHERE\nevents: [audit]\n', /line 3: The variable NOWHERE is not set/);
  await wrong('kind: Receiver\nregistry: a\nsource: carrier-pigeon\n', /line 3 source/);
  await wrong('kind: Repository\nname: a\n', /line 1 readme: send a readme or a description/);
});

test('a secret comes from a file beside the one that names it', async (t) => {
  const cwd = temporaryDirectory(t);
  mkdirSync(join(cwd, 'library'));
  writeFileSync(join(cwd, 'library/key.txt'), 'hunter2\n');
  writeFileSync(
    join(cwd, 'library/a.yaml'),
    'kind: ModelService\nname: a\nbaseUrl: https://a.example.com\nmodel: m\napiKey: { file: key.txt }\n',
  );
  const documents = await readDocuments(['library'], { env: {}, cwd, stdin: [] } as never);
  assert.equal(documents.modelServices[0]?.spec.apiKey, 'hunter2');
  writeFileSync(
    join(cwd, 'library/a.yaml'),
    'kind: ModelService\nname: a\nbaseUrl: https://a\nmodel: m\napiKey: { file: no }\n',
  );
  await assert.rejects(
    readDocuments(['library'], { env: {}, cwd, stdin: [] } as never),
    (error: { errors: unknown[] }) => {
      assert.match(JSON.stringify(error.errors), /library\/a\.yaml line 5.*The file .*library\/no cannot be read/);
      return true;
    },
  );
});

test('pharos export: one text, or a file for each list; what may not be read is left out, or refused when it was asked for', async (t) => {
  const cwd = temporaryDirectory(t);
  const api = ({ path }: { path: string }) => {
    if (path.startsWith('/hcp-tags')) return listOf({ id: id(3), name: 'gold', color: 'yellow', description: '' });
    if (path.startsWith('/users') || path.startsWith('/teams')) return problem(403, 'forbidden', 'You may not.');
    return listOf();
  };
  const all = await runIn({ api, cwd }, 'export');
  assert.equal(all.code, 0, all.stderr);
  assert.equal(all.stdout, 'hcpTags:\n  - name: gold\n    color: yellow\n');
  assert.match(all.stderr, /left out, for you may not read them: users, teams/);
  const json = await runIn({ api, cwd }, 'export', 'hcpTags', '--json');
  assert.deepEqual(JSON.parse(json.stdout), { hcpTags: [{ name: 'gold', color: 'yellow' }] });
  assert.equal((await runIn({ api, cwd }, 'export', 'User')).code, 4);
  const unknown = await runIn({ api, cwd }, 'export', 'clutsers');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /registries, trust, hcpTags/);
  const files = await runIn({ api, cwd }, 'export', '--dir', 'library');
  assert.equal(files.stdout, 'library/hcpTags.yaml\n');
  const again = await runIn({ api: () => listOf(), cwd }, 'export', 'hcpTags', '--dir', 'library');
  assert.equal(again.code, 0);
  assert.equal(
    readFileSync(join(cwd, 'library/hcpTags.yaml'), 'utf8'),
    'hcpTags: []\n',
    'what is gone is not left behind',
  );
});

test('what an agent applies stays so, and an upgrade that is on its way is not asked for again', async () => {
  const known = (over: object) => ({ ...EVERYTHING, clusters: [{ ...EVERYTHING.clusters[0]!, ...over }] }) as Known;
  const other = `sha256:${'c'.repeat(64)}`;
  const text = (more: string) =>
    `kind: Cluster\nname: orders\nnamespace: team-a\nlocation: eu-west\ninstances: 5\npullSecret: pull\nstorage: { size: 20Gi, walSize: 5Gi }
resources: { cpu: "2" }\noperator: edb\nvia: catalog\nextensions: [vector]\n${more}`;
  const [back] = plan(await read(text(`image: ${DIGEST}\n`)), known({}));
  assert.deepEqual([back?.action, back?.reason?.startsWith('An agent applies it')], ['conflict', true]);
  const wanted = await read(text(`image: ${other}\napply: true\nupgrade: window\n`));
  const [first] = plan(wanted, known({}));
  assert.deepEqual(first?.changes, [{ field: 'image', before: DIGEST, after: other }]);
  const calls: unknown[] = [];
  await first!.carryOut!(
    (async (name: string, input: object) => {
      calls.push([name, input]);
      return { upgrade: null };
    }) as never,
    EVERYTHING,
  );
  assert.deepEqual(calls, [['upgradeCluster', { params: { id: id(18) }, body: { image: other, when: 'window' } }]]);
  const upgrade = { kind: 'minor', image: other, change: null, from: '17.4', to: '17.6', state: 'scheduled' };
  const [second] = plan(wanted, known({ upgrade }));
  assert.deepEqual(
    [second?.action, second?.reason],
    ['unchanged', 'The upgrade from 17.4 to 17.6 waits for its maintenance window.'],
  );
  const more = await read(text(`image: ${DIGEST}\napply: true\n`).replace('instances: 5', 'instances: 7'));
  const waits = { kind: 'change', image: DIGEST, change: 'instances 5 to 7', state: 'requested' };
  const [third] = plan(more, known({ upgrade: null }));
  assert.deepEqual([third?.action, third?.reason], ['update', null]);
  await third!.carryOut!((async () => ({ upgrade: waits })) as never, EVERYTHING);
  assert.match(
    third?.reason ?? '',
    /^instances 5 to 7 waits for approval/,
    'it is not said to be changed when it waits',
  );
  assert.equal(third?.waits, true);
});

test('another image and what else changes is one change; a cluster that a second person guards has the image of its catalog', async () => {
  const known = (over: object) => ({ ...EVERYTHING, clusters: [{ ...EVERYTHING.clusters[0]!, ...over }] }) as Known;
  const other = `sha256:${'c'.repeat(64)}`;
  const text = `kind: Cluster\nname: orders\nnamespace: team-a\nlocation: eu-west\ninstances: 7\npullSecret: pull\nstorage: { size: 20Gi, walSize: 5Gi }
resources: { cpu: "2" }\noperator: edb\nvia: catalog\nextensions: [vector]\nimage: ${other}\napply: true\n`;
  const wanted = await read(text);
  const calls: [string, { body: { image?: string; instances?: number } }][] = [];
  const upgrade = { kind: 'minor', image: other, change: '17.4 to 17.6, instances 7 instead of 5', state: 'requested' };
  const client = (async (...call: (typeof calls)[number]) => {
    calls.push(call);
    return { upgrade };
  }) as never;
  for (const open of [null, upgrade]) {
    const [step] = plan(wanted, known({ upgrade: open }));
    await step!.carryOut!(client, EVERYTHING);
    const [name, { body }] = calls.at(-1)!;
    assert.deepEqual([calls.length, name, body.image, body.instances], [open ? 2 : 1, 'updateCluster', other, 7]);
    assert.match(step?.reason ?? '', /^17\.4 to 17\.6, instances 7 instead of 5 waits for approval/);
  }
  const [held] = plan(wanted, known({ checks: [{ id: 'catalog-held' }] }));
  assert.deepEqual(
    held?.changes.map(({ field }) => field),
    ['instances'],
  );
});
