/** No image leaves the library unless it is approved: every way out, tried with every state that is not. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Route, type RouteName, routes } from '@pharos/contract';
import { SnapshotIndex } from '@pharos/library';
import { z } from 'zod';
import { HOST, imageOf, LOCATION, startLibrary, type TestLibrary } from './clusters/testing.ts';
import type { Answer } from './testing.ts';
import { digestOf } from './testing-registry.ts';

const PG = 'cloudnative-pg/postgresql';
const SIGNED = 'signed/postgresql';
const NIM = 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2';
const CATALOG = 'postgresql-minimal-trixie';
const version = (minor: number) => `17.${minor}-20260${minor}250814-minimal-trixie`;
const nim = (minor: number) => `1.${minor}.0`;

/** One image of a database and one of a model that may not leave. */
interface Subject {
  readonly repository: string;
  readonly tag: string;
  readonly database: string;
  readonly model: string;
}
const subject = (minor: number, more: Partial<Subject> = {}): Subject => ({
  repository: PG,
  tag: version(minor),
  database: imageOf(PG, version(minor)),
  model: imageOf(NIM, nim(minor)),
  ...more,
});
const MOVED = { database: digestOf('moved database'), model: digestOf('moved model') };
const SUBJECTS = {
  pending: subject(2),
  rejected: subject(3),
  revoked: subject(4),
  moved: subject(5, MOVED),
  unsigned: subject(6, { repository: SIGNED, database: imageOf(SIGNED, version(6)) }),
  'revoked after it was handed out': subject(7),
};
const GOOD = subject(1);

let library: TestLibrary;
let agent: TestLibrary['agent'];
const call = (name: RouteName, input: object = {}): Promise<Answer> => library.it.call(name, input);
const kept = { cluster: '', deployment: '', other: '' };

before(async () => {
  library = await startLibrary();
  agent = library.agent;
  const minors = [1, 2, 3, 4, 5, 7];
  await library.scan(PG, minors.map(version));
  await library.scan(SIGNED, [version(6)]);
  await library.scan(NIM, [...minors, 6].map(nim));
  for (const minor of [1, 4, 5, 7]) await library.decide('approved', subject(minor).database, subject(minor).model);
  await keepSome();
  // The edition of now holds what is revoked below.
  const catalog = await call('getCatalogYaml', { params: { name: CATALOG }, query: {} });
  assert.ok(catalog.text.includes(subject(7).database), catalog.text);
  // The server may have drawn earlier ones by itself, while the first were approved.
  const { body: detail } = await call('getCatalog', { params: { name: CATALOG }, query: {} });
  revokedLater = detail.edition;

  await library.decide('rejected', SUBJECTS.rejected.database, SUBJECTS.rejected.model);
  for (const minor of [4, 7]) await library.decide('revoked', subject(minor).database, subject(minor).model);
  await library.scan(
    PG,
    minors.map((minor) => ({ tag: version(minor), ...(minor === 5 ? { digest: MOVED.database } : {}) })),
  );
  await library.scan(
    NIM,
    [...minors, 6].map((minor) => ({ tag: nim(minor), ...(minor === 5 ? { digest: MOVED.model } : {}) })),
  );
  const policy = {
    ...{ name: 'signed', effect: 'require', mode: 'enforce', requirements: { signedBy: 'any' } },
    scope: { repositories: ['signed/**'] },
  };
  assert.equal((await call('createPolicy', { body: policy })).status, 201);
});
after(() => library.it.stop());

/** The edition of the catalog that holds what is revoked after it. */
let revokedLater = 0;

/** A cluster and a deployment from an image that is revoked later, and a cluster that stays good. */
async function keepSome(): Promise<void> {
  const later = subject(7);
  const made = [
    await call('createCluster', { body: { ...clusterOf(later), name: 'kept', apply: true } }),
    await call('createModelDeployment', { body: { ...deploymentOf(later), name: 'kept', apply: true } }),
    await call('createCluster', { body: { ...clusterOf(GOOD), name: 'other', apply: true } }),
  ];
  for (const { status, text } of made) assert.equal(status, 201, text);
  [kept.cluster, kept.deployment, kept.other] = made.map(({ body }) => body.id) as [string, string, string];
}

const clusterOf = ({ database }: Subject) => ({
  name: 'orders',
  namespace: 'team-a',
  location: LOCATION,
  image: database,
  storage: '20Gi',
});
const deploymentOf = ({ model }: Subject) => ({
  name: 'rerank',
  namespace: 'models',
  location: LOCATION,
  image: model,
  target: 'kserve',
  secret: 'ngc',
});

function refused({ status, body, text }: Answer, way: string): void {
  assert.deepEqual([status, body.code], [409, 'image-not-approved'], `${way}: ${text}`);
}
function without({ status, text }: Answer, { database, model }: Subject): void {
  assert.ok(status < 300, text);
  for (const digest of [database, model]) assert.equal(text.includes(digest), false, text);
}
/** The answer of something kept: it may name its image, and hands out no object. */
function withheld({ status, body, text }: Answer): void {
  if (status === 409) return;
  assert.equal(status, 200, text);
  assert.deepEqual(body.manifests, [], text);
  assert.equal(body.yaml ?? '', '');
}

/** Every way out, each with the attempt to leave by it. */
const WAYS: Partial<Record<RouteName, (subject: Subject) => Promise<void>>> = {
  clusterManifest: async (bad) => {
    for (const via of ['image', 'catalog']) {
      refused(await call('clusterManifest', { body: { ...clusterOf(bad), via } }), via);
    }
  },
  createCluster: async (bad) => {
    for (const apply of [false, true]) {
      refused(await call('createCluster', { body: { ...clusterOf(bad), apply } }), `apply ${apply}`);
    }
  },
  upgradeCluster: async (bad) => {
    const params = { id: kept.other };
    const answer = await call('upgradeCluster', { params, body: { image: bad.database } });
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.text.includes('manifests'), false);
  },
  listUpgrades: async (bad) => without(await call('listUpgrades', { params: { id: kept.other } }), bad),
  getCluster: async () => withheld(await call('getCluster', { params: { id: kept.cluster } })),
  updateCluster: async () =>
    withheld(await call('updateCluster', { params: { id: kept.cluster }, body: { instances: 5 } })),
  clusterChoices: async ({ database }) => {
    const { body } = await call('clusterChoices', { query: { location: LOCATION, engine: 'postgresql', major: 17 } });
    assert.ok(body.images.some((each: { selectable: boolean }) => each.selectable));
    for (const each of body.images) if (each.digest === database) assert.equal(each.selectable, false);
  },
  listCatalogs: async (bad) => without(await call('listCatalogs'), bad),
  getCatalogYaml: async (bad) => {
    for (const query of [{}, { operator: 'edb' }, { namespace: 'team-a' }]) {
      const answer = await call('getCatalogYaml', { params: { name: CATALOG }, query });
      without(answer, bad);
      assert.ok(answer.text.includes(GOOD.database));
    }
  },
  getCatalog: async (bad) => catalogServes(await call('getCatalog', { params: { name: CATALOG }, query: {} }), bad),
  previewCatalog: async (bad) =>
    catalogServes(await call('previewCatalog', { params: { name: CATALOG }, body: { edition: revokedLater } }), bad),
  publishCatalog: async (bad) => {
    const params = { name: CATALOG };
    // An edition of the past that holds one that was revoked since does not come back.
    refused(await call('publishCatalog', { params, body: { edition: revokedLater } }), 'an edition of the past');
    catalogServes(await call('publishCatalog', { params, body: {} }), bad);
    without(await call('getCatalogYaml', { params, query: {} }), bad);
  },
  setCatalogPolicy: async (bad) => {
    const params = { name: CATALOG };
    const policy = { canaries: [], advance: 'by-hand' };
    catalogServes(await call('setCatalogPolicy', { params, body: { policy } }), bad);
    without(await call('getCatalogYaml', { params, query: { stage: 'canary' } }), bad);
    await call('setCatalogPolicy', { params, body: { policy: null } });
  },
  moveCatalogRollout: async (bad) => {
    const params = { name: CATALOG };
    await call('setCatalogPolicy', { params, body: { policy: { advance: 'by-hand' } } });
    const { body } = await call('publishCatalog', { params, body: {} });
    for (const action of ['stop', 'go-on', 'stop']) {
      const answer = await call('moveCatalogRollout', { params, body: { edition: body.newest, action } });
      assert.equal(answer.status, 200, answer.text);
      catalogServes(answer, bad);
    }
    without(await call('getCatalogYaml', { params, query: { stage: 'canary' } }), bad);
    await call('publishCatalog', { params, body: { urgent: true } });
    await call('setCatalogPolicy', { params, body: { policy: null } });
  },
  askForCatalog: async (bad) => {
    const answer = await call('askForCatalog', { params: { name: CATALOG }, body: {} });
    assert.equal(answer.status, 200, answer.text);
    catalogServes({ ...answer, body: answer.body.catalog }, bad);
  },
  modelDeploymentManifest: async (bad) => {
    for (const target of ['kserve', 'nim-operator']) {
      refused(await call('modelDeploymentManifest', { body: { ...deploymentOf(bad), target } }), target);
    }
  },
  createModelDeployment: async (bad) => {
    for (const apply of [false, true]) {
      refused(await call('createModelDeployment', { body: { ...deploymentOf(bad), apply } }), `apply ${apply}`);
    }
  },
  getModelDeployment: async () => withheld(await call('getModelDeployment', { params: { id: kept.deployment } })),
  modelDeploymentChangeManifest: async () =>
    withheld(await call('modelDeploymentChangeManifest', { params: { id: kept.deployment }, body: { gpu: 2 } })),
  updateModelDeployment: async () =>
    withheld(await call('updateModelDeployment', { params: { id: kept.deployment }, body: { gpu: 2 } })),
  agentDispatches: async (bad) => {
    const answer = await agent.call('agentDispatches', { query: { agentId: agent.agentId, epoch: 1 } });
    without(answer, bad);
    assert.ok(answer.text.includes(GOOD.database), 'the good one is handed out');
  },
  checkAdmission: async ({ repository, tag, database }) => {
    const images = [`${HOST}/${repository}:${tag}@${database}`, `${HOST}/${repository}@${database}`];
    const objects = images.map((image) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      spec: { containers: [{ name: 'c', image }] },
    }));
    const { body, text } = await call('checkAdmission', { body: { locationId: LOCATION, objects } });
    for (const item of body.items) assert.equal(item.outcome, 'refused', text);
  },
  agentAdmissionSnapshot: async ({ database, model }) => {
    const { body, text } = await agent.call('agentAdmissionSnapshot', { query: { agentId: agent.agentId } });
    assert.ok(body.content, text);
    const index = new SnapshotIndex();
    for (const line of gunzipSync(Buffer.from(body.content, 'base64')).toString().trimEnd().split('\n'))
      index.add(line);
    assert.ok(index.isWhole);
    assert.equal(index.standingOf(GOOD.database, new Date())?.state, 'approved');
    for (const digest of [database, model]) assert.notEqual(index.standingOf(digest, new Date())?.state, 'approved');
  },
};

/** Editions of the past may be named with what they held; what is served now may not hold it. */
function catalogServes({ status, body, text }: Answer, { database }: Subject): void {
  assert.ok(status < 300, text);
  assert.equal(JSON.stringify(body.entries ?? body.images ?? body).includes(database), false, text);
}

describe('every way out of the library', () => {
  test('an unsigned image cannot become approved while a policy asks for a signature', async () => {
    const { database } = SUBJECTS.unsigned;
    const body = { state: 'approved', reason: 'please' };
    const answer = await call('decideImage', { params: { digest: database }, body });
    assert.deepEqual([answer.status, answer.body.code], [409, 'policy-blocks']);
  });

  for (const [name, attempt] of Object.entries(WAYS)) {
    test(name, async (t) => {
      for (const [state, bad] of Object.entries(SUBJECTS)) await t.test(state, () => attempt(bad));
    });
  }

  test('a route that hands out objects, catalogs or choices is in the table', () => {
    const handing = Object.entries(routes as Record<string, Route>).filter(([, route]) => handsOut(route));
    assert.ok(handing.length > 10);
    const missing = handing.map(([name]) => name).filter((name) => !(name in WAYS));
    assert.deepEqual(missing, [], 'say in WAYS how an image that is not approved fails to leave by it');
  });
});

/** Names of fields that hold Kubernetes objects, their text, what may run, or what may be chosen. */
const HANDED_OUT = new Set(['manifests', 'yaml', 'selectable', 'upgrades']);

function handsOut(route: Route): boolean {
  if (route.group === 'catalogs' || /yaml/.test(route.produces ?? '')) return true;
  if (route.response === undefined) return false;
  return holds(z.toJSONSchema(route.response, { unrepresentable: 'any', io: 'output' }));
}

function holds(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { properties = {} } = schema as { properties?: Record<string, { items?: { properties?: unknown } }> };
  for (const [key, value] of Object.entries(properties)) {
    if (HANDED_OUT.has(key)) return true;
    // Whole objects, in contrast to their names.
    if (key === 'objects' && value.items?.properties === undefined) return true;
  }
  return Object.values(schema).some(holds);
}
