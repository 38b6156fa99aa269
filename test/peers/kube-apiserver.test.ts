/**
 * A current kube-apiserver with the operators' own definitions: it knows their CEL rules and is strict about fields, which
 * the 1.20 of `test/kubernetes.test.ts` does not. What our own checks say is held against its word.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Discovery, type KubernetesApi } from '@pharos/agent';
import { currentKubernetesParts, type Kubernetes, startKubernetes } from '@pharos/testbed';
import { mutations, strictProblems } from '@pharos/testbed/operators';
import { applyObject, refOf } from '../../packages/agent/src/kubernetes/apply.ts';
import { causeOf } from '../../packages/agent/src/kubernetes/cause.ts';
import { DATABASE_FORMS } from '../../packages/library/src/manifests/database-forms-fixture.ts';
import { servingManifests } from '../../packages/library/src/manifests/serving.ts';
import { SERVING_FORMS } from '../../packages/library/src/manifests/serving-forms-fixture.ts';
import {
  type Any,
  apply,
  CNPG_DEFINITIONS,
  CNPG_MODULE,
  connectAs,
  documentsIn,
  installDefinitions,
  KSERVE_DEFINITIONS,
  KSERVE_MODULE,
  lost,
  pathOf,
  refusal,
} from './operator-kinds.ts';

const parts = await currentKubernetesParts();
const skip = parts.skip || CNPG_MODULE.skip || KSERVE_MODULE.skip;

/** EDB and NVIDIA publish no definitions apart from their operators. */
const FORMS = [
  ...Object.entries(DATABASE_FORMS).map(([name, object]) => ({ name, objects: [object] })),
  ...Object.entries(SERVING_FORMS).map(([name, [of, image, runtime]]) => ({
    name,
    objects: servingManifests(of, image, runtime),
  })),
].filter(({ name }) => !/^edb:|^NIM Operator/.test(name));

describe('manifests before a current kube-apiserver', { skip, timeout: 540_000 }, () => {
  let kubernetes: Kubernetes;
  let api: KubernetesApi;

  before(async () => {
    kubernetes = await startKubernetes({ parts });
    await installDefinitions(kubernetes, [
      ...documentsIn(CNPG_MODULE.path!, CNPG_DEFINITIONS),
      ...documentsIn(KSERVE_MODULE.path!, KSERVE_DEFINITIONS),
    ]);
    for (const name of ['default', 'team-a', 'models'])
      await kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name } }).catch(() => {});
    api = await connectAs(kubernetes);
  });
  after(() => kubernetes?.stop());

  test('it is the version that is meant, and it names namespaces by a label itself', async () => {
    assert.match((await kubernetes.call<Any>('GET', '/version')).gitVersion, /^v1\.36\./);
    const { metadata } = await kubernetes.call<Any>('GET', '/api/v1/namespaces/team-a');
    assert.equal(metadata.labels['kubernetes.io/metadata.name'], 'team-a');
  });

  for (const { name, objects } of FORMS) {
    test(`${name}: admitted, kept as it is, and nothing wrong in it is`, async () => {
      for (const object of objects) {
        const applied = await apply(api, object);
        assert.deepEqual(lost(object, applied), []);
        const again = await apply(api, object);
        assert.deepEqual(lost(object, await api.call('GET', pathOf(object))), []);
        // From the second time on: a claim is written once more for the finalizer that its admission added.
        assert.equal((await apply(api, object)).metadata.resourceVersion, again.metadata.resourceVersion);
        assert.deepEqual(strictProblems(object), []);
        await api.call('DELETE', pathOf(object));
        for (const { name: spoilt, manifest } of mutations(object))
          assert.notEqual(await refusal(api, manifest, pathOf(object)), null, `${object.kind}: ${spoilt}`);
      }
    });
  }

  const of = (form: string): Any => structuredClone(DATABASE_FORMS[form]);
  const REFUSED: Record<string, { manifest: () => Any; theirs: RegExp; ours: RegExp }> = {
    'an image beside a catalog': {
      manifest: () =>
        changed(of(CATALOGED), ({ spec }) => {
          spec.imageName = of(PINNED).spec.imageName;
        }),
      theirs: /imageName and imageCatalogRef are mutually exclusive/,
      ours: /mutually exclusive/,
    },
    'a catalog without its group': {
      manifest: () => changed(of(CATALOGED), ({ spec }) => delete spec.imageCatalogRef.apiGroup),
      theirs: /no such key: apiGroup/,
      ours: /apiGroup/,
    },
    'a catalog of the other operator': {
      manifest: () =>
        changed(of(CATALOGED), ({ spec }) => {
          spec.imageCatalogRef.apiGroup = 'postgresql.k8s.enterprisedb.io';
        }),
      theirs: /Only image catalogs are supported/,
      ours: /apiGroup/,
    },
    'another kind than a catalog': {
      manifest: () =>
        changed(of(CATALOGED), ({ spec }) => {
          spec.imageCatalogRef.kind = 'ConfigMap';
        }),
      theirs: /Only image catalogs are supported/,
      ours: /Only image catalogs are supported/,
    },
    'a catalog without the major': {
      manifest: () => changed(of(CATALOGED), ({ spec }) => delete spec.imageCatalogRef.major),
      theirs: /spec\.imageCatalogRef\.major: Required value/,
      ours: /major/,
    },
    'nine majors': {
      manifest: () => majors(10, 11, 12, 13, 14, 15, 16, 17, 18),
      theirs: /must have at most 8 items/,
      ours: /images must NOT have more than 8 items/,
    },
    'the same major twice': {
      manifest: () => majors(17, 18, 17),
      theirs: /Images must have unique major versions/,
      ours: /Images must have unique major versions/,
    },
    'a major of one digit': { manifest: () => majors(9), theirs: /greater than or equal to 10/, ours: />= 10/ },
    'a catalog of nothing': { manifest: () => majors(), theirs: /at least 1 items/, ours: /less than 1 item/ },
    'no instance': {
      manifest: () =>
        changed(of(PINNED), ({ spec }) => {
          spec.instances = 0;
        }),
      theirs: /greater than or equal to 1/,
      ours: />= 1/,
    },
    'a pull policy in a catalog, which has none': {
      manifest: () =>
        changed(majors(17), ({ spec }) => {
          spec.images[0].imagePullPolicy = 'Always';
        }),
      theirs: /imagePullPolicy: field not declared in schema|unknown field/,
      ours: /imagePullPolicy.*unknown field|unknown field/,
    },
    'an extension whose name is no name': {
      manifest: () =>
        changed(of('cnpg: ClusterImageCatalog'), ({ spec }) => {
          spec.images[0].extensions[0].name = 'PG Vector';
        }),
      theirs: /should match/,
      ours: /pattern/,
    },
  };

  for (const [name, { manifest, theirs, ours }] of Object.entries(REFUSED)) {
    test(`${name}: refused by the server, and by our own check before it`, async () => {
      assert.match((await refusal(api, manifest())) ?? 'admitted', theirs);
      assert.match(strictProblems(manifest()).join(), ours);
    });
  }

  test('an agent makes nothing of an object with a field that the definition does not know, and says which', async () => {
    const misspelt = changed(of(PINNED), ({ spec }) => {
      spec.storagee = spec.storage;
      delete spec.storage;
    });
    const cluster = { api, discovery: new Discovery(api), namespaces: [], signal: new AbortController().signal };
    const task = { ownerKind: 'cluster', ownerId: randomUUID(), generation: 1 } as Any;
    const cause = await applyObject(cluster, misspelt, task).then(
      () => null,
      (error) => causeOf(error, refOf(misspelt), 'applied'),
    );
    assert.equal(cause?.code, 'object-invalid');
    assert.match(cause.message, /storagee/);
    await kubernetes.call('GET', pathOf(misspelt), undefined, 404);
    await applyObject(cluster, of(PINNED), task);
    const later = await applyObject(cluster, misspelt, { ...task, generation: 2 }).then(
      () => null,
      (error) => causeOf(error, refOf(misspelt), 'applied'),
    );
    assert.match(`${later?.code} ${later?.message}`, /^object-invalid .*storagee/);
    await api.call('DELETE', pathOf(misspelt));
  });

  test('pitfall 1: a definition admits what only the webhook of the operator refuses', async () => {
    const passing = {
      'no storage': changed(of(PINNED), ({ spec }) => delete spec.storage),
      latest: changed(of(PINNED), ({ spec }) => {
        spec.imageName = 'registry.example.com/postgresql:latest';
      }),
      'a name of 60': changed(of(PINNED), ({ metadata }) => {
        metadata.name = 'a'.repeat(60);
      }),
    };
    for (const [what, manifest] of Object.entries(passing)) assert.equal(await refusal(api, manifest), null, what);
  });

  test('a watch from a version that is forgotten ends with 410, and one from a newer goes on', async () => {
    const catalog = of('cnpg: ClusterImageCatalog');
    const path = pathOf(catalog).replace(/\/[^/]+$/, '');
    const { resourceVersion } = (await api.call('GET', path)).metadata;
    await apply(api, catalog);
    await api.call('DELETE', pathOf(catalog));
    await kubernetes.forgetVersions();
    const seen = async (from: string, most: number) => {
      const stop = AbortSignal.timeout(10_000);
      const ended = new AbortController();
      const lines: Any[] = [];
      const query = { watch: 'true', resourceVersion: from, allowWatchBookmarks: 'true' };
      const watching = api.lines(
        path,
        query,
        (line) => {
          lines.push(JSON.parse(line));
          if (lines.length >= most) ended.abort();
        },
        AbortSignal.any([stop, ended.signal]),
      );
      await watching.catch((error) => {
        if (!ended.signal.aborted) lines.push({ type: 'ERROR', object: { code: error.status, reason: error.reason } });
      });
      return lines;
    };
    const [forgotten] = await seen('1', 1);
    assert.deepEqual([forgotten.type, forgotten.object.code, forgotten.object.reason], ['ERROR', 410, 'Expired']);
    const events = await seen(resourceVersion, 2);
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.code ?? object.metadata?.name]),
      [
        ['ADDED', catalog.metadata.name],
        ['DELETED', catalog.metadata.name],
      ],
    );
  });
});

const PINNED = 'cnpg: Cluster, pinned';
const CATALOGED = 'cnpg: Cluster of an ImageCatalog';

function changed(object: Any, change: (object: Any) => unknown): Any {
  change(object);
  return object;
}

function majors(...of: number[]): Any {
  const object: Any = structuredClone(DATABASE_FORMS['cnpg: ClusterImageCatalog']);
  object.spec.images = of.map((major) => ({ major, image: `registry.example.com/postgresql:${major}` }));
  return object;
}
