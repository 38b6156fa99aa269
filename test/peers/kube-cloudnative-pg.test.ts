/**
 * The real operator CloudNativePG beside a current API server: its webhooks judge every form of manifest, and each thing that
 * our checks refuse in its name is refused by it. Its controllers run too, and nothing that they make does: there is no kubelet.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Discovery, type KubernetesApi } from '@pharos/agent';
import { ClusterInput } from '@pharos/contract';
import {
  CLOUDNATIVE_PG,
  type CloudnativePg,
  currentKubernetesParts,
  goTool,
  type Kubernetes,
  startCloudnativePg,
  startKubernetes,
} from '@pharos/testbed';
import { applyObject, observeObject, refOf } from '../../packages/agent/src/kubernetes/apply.ts';
import { causeOf } from '../../packages/agent/src/kubernetes/cause.ts';
import { usagesIn } from '../../packages/agent/src/kubernetes/usages.ts';
import { clusterManifest } from '../../packages/library/src/manifests/cloudnative-pg.ts';
import { checkCluster } from '../../packages/library/src/manifests/cluster-checks.ts';
import { specOf } from '../../packages/library/src/manifests/cluster-spec.ts';
import { DATABASE_FORMS, placed } from '../../packages/library/src/manifests/database-forms-fixture.ts';
import { operatorVersion } from '../../packages/library/src/manifests/operator-version.ts';
import type { PlacedImage } from '../../packages/library/src/manifests/placed-image.ts';
import { upgradeRisks } from '../../packages/library/src/manifests/upgrade.ts';
import { waitFor } from '../support/pharos.ts';
import {
  type Any,
  CNPG_DEFINITIONS,
  CNPG_MODULE,
  connectAs,
  documentsIn,
  installDefinitions,
  lost,
  pathOf,
  refusal,
} from './operator-kinds.ts';

const parts = await currentKubernetesParts();
const program = await goTool(CLOUDNATIVE_PG);
const skip = parts.skip || CNPG_MODULE.skip || program.skip;

const TAG = '17.11-202608310816-minimal-trixie';
const PG18 = '18.6-202608310817-minimal-trixie';
const FOURTEEN = '14.24-202608310816-minimal-trixie';

describe('manifests before the real CloudNativePG', { skip, timeout: 300_000 }, () => {
  let kubernetes: Kubernetes;
  let operator: CloudnativePg;
  let api: KubernetesApi;

  before(async () => {
    kubernetes = await startKubernetes({ parts });
    await installDefinitions(kubernetes, documentsIn(CNPG_MODULE.path!, CNPG_DEFINITIONS));
    const webhooks = documentsIn(CNPG_MODULE.path!, 'config/webhook').filter(({ webhooks: some }) => some);
    operator = await startCloudnativePg(program.path!, kubernetes, webhooks);
    for (const name of ['default', 'team-a'])
      await kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name } }).catch(() => {});
    api = await connectAs(kubernetes);
    // A configuration counts a moment after it was made.
    const latest = manifestOf(placed('postgresql', 'latest'), { storage: '1Gi' });
    await waitFor(async () => (await refusal(api, latest)) !== null, 'the webhooks to be called');
  });
  after(async () => {
    await operator?.stop();
    await kubernetes?.stop();
  });

  const cluster = () => ({ api, discovery: new Discovery(api), namespaces: [], signal: new AbortController().signal });
  const makeTask = (generation = 1) => ({ ownerKind: 'cluster', ownerId: randomUUID(), generation }) as Any;
  const live = (object: Any): Promise<Any> => api.call('GET', pathOf(object));

  for (const [name, object] of Object.entries(DATABASE_FORMS).filter(([key]) => key.startsWith('cnpg:'))) {
    test(`${name}: admitted, kept, and in peace with what the operator adds`, async () => {
      const task = makeTask();
      assert.equal((await applyObject(cluster(), object, task)).outcome, 'applied');
      assert.deepEqual(lost(object, await live(object)), []);
      const seen = await observeObject(cluster(), object, task);
      assert.deepEqual([seen.outcome, seen.drift], ['applied', []]);
      const { generation } = (await live(object)).metadata;
      await applyObject(cluster(), object, task);
      assert.equal((await live(object)).metadata.generation, generation, 'applied again, nothing of it changes');
      await api.call('DELETE', pathOf(object));
    });
  }

  /** What the operator refuses, and the check of ours that says so before. */
  const REFUSED: Record<string, [tag: string, input: object, theirs: RegExp, ours: string]> = {
    'pitfall 1: no storage': [TAG, { storage: '' }, /spec\.storage\.size/, 'storage'],
    'pitfall 1: a storage that is no size': [TAG, { storage: 'lots' }, /spec\.storage\.size/, 'storage'],
    'pitfall 1: a WAL volume that is no size': [
      TAG,
      { storage: { size: '1Gi', walSize: 'some' } },
      /spec\.walStorage\.size/,
      'wal-storage',
    ],
    'pitfall 1: latest': ['latest', {}, /Can't use 'latest' as image tag as we can't detect upgrades/, 'tag'],
    'pitfall 1: a name of 60 characters': [
      TAG,
      { name: 'a'.repeat(60) },
      /maximum length of a cluster name is 50/,
      'name',
    ],
    'a name with a dot': [TAG, { name: 'orders.eu' }, /must be a valid DNS label/, 'name'],
    'pitfall 2: a tag that begins with a letter': ['v17.4', {}, /invalid version tag/, 'tag'],
    'pitfall 2: a tag of another project': ['pg16.4-ts2.16.1', {}, /invalid version tag/, 'tag'],
    'a major of the past': ['12.22-202411140817', {}, /Unsupported PostgreSQL version/, 'major'],
    'an extension twice, but for the dash': [
      PG18,
      { extensions: [extension('pg_ivm'), extension('pg-ivm')] },
      /duplicate volume name/,
      'extension-name',
    ],
  };
  for (const [name, [tag, input, theirs, ours]] of Object.entries(REFUSED)) {
    test(`${name}: refused by the operator, and by our own check before it`, async () => {
      const image = placed('postgresql', tag);
      assert.match((await refusal(api, manifestOf(image, input))) ?? 'admitted', theirs);
      assert.ok(failuresOf(image, input).includes(ours), failuresOf(image, input).join());
    });
  }

  test('pitfall 3: a digest without a tag is refused, and one beside a tag is not', async () => {
    const object = manifestOf(placed('postgresql', TAG));
    assert.equal(await refusal(api, object), null);
    object.spec.imageName = object.spec.imageName.replace(`:${TAG}`, '');
    assert.match((await refusal(api, object)) ?? '', /Can't use just the image sha as we can't detect upgrades/);
  });

  test('pitfall 2: the operator reads a tag as we say that it does, mistakes included', async () => {
    const tags = [
      '17.4-2503310734',
      '17.4.2503310734',
      '18-minimal-trixie',
      '17_4',
      '19beta3-minimal-trixie',
      '16.100',
    ];
    const wrong = ['202505', '2503310734', '0.8.6-202608031106-18-trixie', '17.', '17.-x', '17..4', 'v17.4', '.5', 'x'];
    for (const tag of [...tags, ...wrong, '9'.repeat(20), `17.${'9'.repeat(20)}`]) {
      const said = (await refusal(api, manifestOf(placed('postgresql', tag)))) ?? '';
      assert.equal(/invalid version tag/.test(said), operatorVersion(tag) === null, `${tag}: ${said}`);
    }
  });

  test('pitfall 2: a date and a pre-release are admitted by the operator, and refused by our checks', async () => {
    for (const tag of ['202505', '2503310734', '19beta3-minimal-trixie']) {
      const image = placed('postgresql', tag);
      assert.equal(await refusal(api, manifestOf(image)), null, tag);
      assert.notDeepEqual(failuresOf(image), [], tag);
    }
    const extensionImage = placed('pgvector', '0.8.6-202608031106-18-trixie');
    assert.match((await refusal(api, manifestOf(extensionImage))) ?? 'admitted', /Unsupported PostgreSQL version/);
    assert.ok(failuresOf(extensionImage).includes('tag'));
  });

  test('an agent tells which webhook refused it and why', async () => {
    const object = manifestOf(placed('postgresql', 'latest'));
    const cause = await applyObject(cluster(), object, makeTask()).then(
      () => null,
      (error) => causeOf(error, refOf(object), 'applied'),
    );
    assert.equal(cause?.code, 'admission-refused');
    assert.match(cause.message, /vcluster\.cnpg\.io.*latest/);
  });

  describe('upgrades, as far as they go without a kubelet', () => {
    const statusOf = async (object: Any, isSo: (status: Any) => boolean, what: string): Promise<Any> =>
      waitFor(async () => {
        const { status } = await live(object);
        return status !== undefined && isSo(status) ? status : null;
      }, what);
    /** A cluster of an image, taken up by the operator. */
    async function running(name: string, image: PlacedImage) {
      const object = manifestOf(image, { name });
      const task = makeTask();
      await applyObject(cluster(), object, task);
      await statusOf(object, ({ pgDataImageInfo }) => pgDataImageInfo?.image === object.spec.imageName, 'the image');
      return { object, task };
    }
    const onto = (object: Any, image: PlacedImage) => manifestOf(image, { name: object.metadata.name });

    test('a newer build of the same major is taken over', async () => {
      const { object, task } = await running('minor', placed('postgresql', '17.5-202506091630-minimal-trixie'));
      const next = onto(object, placed('postgresql', TAG));
      const told = await applyObject(cluster(), next, { ...task, generation: 2 });
      assert.equal(told.outcome, 'applied');
      const status = await statusOf(next, ({ image }) => image === next.spec.imageName, 'the new image');
      assert.deepEqual([status.pgDataImageInfo.image, status.pgDataImageInfo.majorVersion], [next.spec.imageName, 17]);
    });

    test('a downgrade of the major is refused by the operator, and by our own check before it', async () => {
      const [from, to] = [placed('postgresql', TAG), placed('postgresql', '16.11-202608310816-minimal-trixie')];
      const { object, task } = await running('down', from);
      await assert.rejects(
        applyObject(cluster(), onto(object, to), { ...task, generation: 2 }),
        /can't downgrade from major 17 to 16/,
      );
      assert.deepEqual(
        upgradeRisks(from, to, 'cnpg').map(({ id }) => id),
        ['upgrade-downgrade'],
      );
      assert.equal((await live(object)).spec.imageName, object.spec.imageName);
    });

    test('a major upgrade to less than 16 is refused by both; to 18 it is begun', async () => {
      const [from, to] = [placed('postgresql', FOURTEEN), placed('postgresql', '15.19-202608310816-minimal-trixie')];
      const { object, task } = await running('fourteen', from);
      await assert.rejects(
        applyObject(cluster(), onto(object, to), { ...task, generation: 2 }),
        /major upgrades are only supported to version 16 or higher/,
      );
      const failed = upgradeRisks(from, to, 'cnpg').filter(({ state }) => state === 'fail');
      assert.deepEqual(
        failed.map(({ id }) => id),
        ['upgrade-major'],
      );
      const last = placed('postgresql', PG18);
      assert.deepEqual(
        upgradeRisks(from, last, 'cnpg').filter(({ state }) => state === 'fail'),
        [],
      );
      const next = onto(object, last);
      await applyObject(cluster(), next, { ...task, generation: 3 });
      const status = await statusOf(next, ({ image }) => image === next.spec.imageName, 'the new image');
      assert.equal(status.pgDataImageInfo.majorVersion, 14, 'the data stay of the old major until pg_upgrade has run');
    });

    const JOBS = '/apis/batch/v1/namespaces/team-a/jobs';
    const CLAIMS = '/api/v1/namespaces/team-a/persistentvolumeclaims';
    const PODS = '/api/v1/namespaces/team-a/pods';
    const made = (path: string): Promise<Any> =>
      waitFor(() => api.call('GET', path).catch(() => null), `${path}, made by the operator`);

    /** What a kubelet and the controllers of jobs and volumes would say: the job is done, and its volumes are there. */
    async function finish(job: string): Promise<void> {
      const at = new Date().toISOString();
      const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
        ...{ type, status: 'True', reason: 'Done', lastTransitionTime: at, lastProbeTime: at },
      }));
      const status = { startTime: at, completionTime: at, succeeded: 1, uncountedTerminatedPods: {}, conditions };
      await kubernetes.call('PATCH', `${JOBS}/${job}/status`, { status });
      for (const { metadata } of (await api.call('GET', CLAIMS)).items)
        await kubernetes.call('PATCH', `${CLAIMS}/${metadata.name}/status`, { status: { phase: 'Bound' } });
    }

    /** What the garbage collector would do: what is deleted in the foreground goes once nothing hangs on it. */
    async function collect(job: string): Promise<void> {
      const path = `${JOBS}/${job}`;
      await waitFor(async () => (await api.call('GET', path)).metadata.deletionTimestamp, `${job} to be deleted`);
      await kubernetes.call('PATCH', path, { metadata: { finalizers: null } });
    }

    test('what it makes names our images by digest, also those of extensions, and is read as their use', async () => {
      const image = placed('postgresql', PG18);
      const object = manifestOf(image, { name: 'made', extensions: [extension('pgvector')] });
      await applyObject(cluster(), object, makeTask());
      const job = await made(`${JOBS}/made-1-initdb`);
      assert.equal(job.spec.template.spec.containers[0].image, object.spec.imageName);
      await finish('made-1-initdb');
      const pod = await made(`${PODS}/made-1`);
      const uses = usagesIn({ apiVersion: 'v1', kind: 'Pod' }, pod) ?? [];
      const [mounted] = object.spec.postgresql.extensions;
      const named = uses.map((use) => use.image);
      assert.ok(named.includes(object.spec.imageName) && named.includes(mounted.image.reference), named.join());
      assert.ok(uses.some(({ digest }) => digest === image.digest));
      assert.ok(uses.every(({ owner }) => owner === 'Cluster/made'));
    });

    test('an in-place major upgrade: pods go, a job of the new image comes, and at its end the data are of the new major', async () => {
      const { object, task } = await running('major', placed('postgresql', TAG));
      await made(`${JOBS}/major-1-initdb`);
      await finish('major-1-initdb');
      await made(`${PODS}/major-1`);
      // Which instance is the primary is said by instances, and none runs.
      const labels = { 'cnpg.io/instanceRole': 'primary' };
      for (const path of [`${PODS}/major-1`, `${CLAIMS}/major-1`])
        await kubernetes.call('PATCH', path, { metadata: { labels } });
      const next = onto(object, placed('postgresql', PG18));
      await applyObject(cluster(), next, { ...task, generation: 2 });
      await collect('major-1-initdb');
      const job = await made(`${JOBS}/major-1-major-upgrade`);
      assert.equal(job.spec.template.spec.containers[0].image, next.spec.imageName);
      const during = await statusOf(next, ({ phase }) => /major/.test(phase ?? ''), 'the phase');
      assert.equal(during.phase, 'Upgrading Postgres major version');
      assert.equal(during.pgDataImageInfo.majorVersion, 17);
      await kubernetes.call('GET', `${PODS}/major-1`, undefined, 404);
      await finish('major-1-major-upgrade');
      await statusOf(next, ({ pgDataImageInfo }) => pgDataImageInfo.majorVersion === 18, 'the new major');
    });

    test('pitfall 9: one entry of a catalog changes every cluster that follows it, at once', async () => {
      const catalog: Any = structuredClone(DATABASE_FORMS['cnpg: ClusterImageCatalog']);
      const clusters = ['first', 'second'].map((name) => {
        const object: Any = structuredClone(DATABASE_FORMS['cnpg: Cluster of a ClusterImageCatalog']);
        object.metadata.name = name;
        object.spec.imageCatalogRef.name = catalog.metadata.name;
        delete object.spec.postgresql;
        return object;
      });
      const [first] = clusters;
      await applyObject(cluster(), first, makeTask());
      const waiting = await statusOf(first, ({ phase }) => /image catalog/.test(phase ?? ''), 'the missing catalog');
      assert.equal(waiting.phase, 'Cluster has incomplete or invalid image catalog');
      const task = makeTask();
      await applyObject(cluster(), catalog, task);
      await applyObject(cluster(), clusters[1], makeTask());
      for (const each of clusters)
        await statusOf(each, ({ image }) => image === catalog.spec.images[0].image, 'the image of the catalog');
      catalog.spec.images[0].image = catalog.spec.images[0].image.replace('18.6-', '18.7-');
      await applyObject(cluster(), catalog, { ...task, generation: 2 });
      for (const each of clusters)
        await statusOf(each, ({ image }) => image === catalog.spec.images[0].image, 'the new image of the catalog');
    });
  });

  test('the words that progress is read from are those of the operator', () => {
    const source = readFileSync(join(CNPG_MODULE.path!, 'api/v1/cluster_types.go'), 'utf8');
    assert.match(source, /PhaseHealthy = "Cluster in healthy state"/);
  });
});

function extension(name: string) {
  return { name, image: `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0')}` };
}

function specFor(image: PlacedImage, input: object) {
  return specOf(
    ClusterInput.parse({
      ...{ name: 'orders', namespace: 'team-a', location: 'here', storage: '1Gi', operator: 'cnpg', ...input },
      image: image.digest,
    }),
  );
}

const imagesOf = (spec: ReturnType<typeof specFor>) =>
  new Map(
    spec.extensions.map(({ name }) => [
      name,
      placed(name, '0.8.6-202608031106-18-trixie', { kind: 'extension', engine: null }),
    ]),
  );

/** As the library writes it, whatever its checks say. */
function manifestOf(image: PlacedImage, input: object = {}): Any {
  const spec = specFor(image, input);
  return clusterManifest({ spec, image, uid: null, extensionImages: imagesOf(spec), catalog: null });
}

function failuresOf(image: PlacedImage, input: object = {}): string[] {
  const spec = specFor(image, input);
  const known = { uid: '26', subkind: null, isIndex: true, findings: [], now: new Date('2026-11-25T00:00:00Z') };
  return checkCluster({ spec, image, extensionImages: imagesOf(spec), ...known })
    .filter(({ state }) => state === 'fail')
    .map(({ id }) => id);
}
