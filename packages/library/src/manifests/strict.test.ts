/** Every form of manifest for databases against what the operators' API servers take, and proof that this looks at every field. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubernetesObject } from '@pharos/contract';
import { mutations, strictProblems } from '@pharos/testbed/operators';
import { DATABASE_FORMS as FORMS } from './database-forms-fixture.ts';
import { catalogKind } from './image-catalog.ts';
import { OPERATORS } from './operator-version.ts';

/** What the CRDs and their rules require of each kind; paths that a form does not have are passed over. */
const REQUIRED = [
  'metadata',
  'spec',
  'spec.instances',
  'spec.imageCatalogRef.apiGroup',
  'spec.imageCatalogRef.kind',
  'spec.imageCatalogRef.name',
  'spec.imageCatalogRef.major',
  'spec.imagePullSecrets.0.name',
  'spec.postgresql.extensions.0.name',
  'spec.images',
  'spec.images.0.major',
  'spec.images.0.image',
  'spec.images.0.extensions.0.name',
];

describe('every form of manifest for databases', () => {
  for (const [name, manifest] of Object.entries(FORMS)) {
    test(`${name}: taken as it is, and with nothing wrong in it`, () => {
      assert.deepEqual(strictProblems(manifest), []);
      for (const { name: spoilt, manifest: wrong } of mutations(manifest))
        assert.notDeepEqual(strictProblems(wrong), [], spoilt);
      for (const path of REQUIRED) {
        const wrong = without(manifest, path.split('.'));
        if (wrong !== null) assert.notDeepEqual(strictProblems(wrong), [], `without ${path}`);
      }
    });
  }

  test('each form holds what it is named for', () => {
    const held = Object.values(FORMS).map(({ spec }) => Object.keys(spec as object));
    for (const field of ['imageName', 'imageCatalogRef', 'walStorage', 'postgresql', 'imagePullSecrets', 'resources'])
      assert.ok(
        held.some((keys) => keys.includes(field)),
        field,
      );
    const { images } = FORMS['cnpg: ClusterImageCatalog']!.spec as { images: { extensions?: unknown[] }[] };
    assert.equal(images[0]?.extensions?.length, 1);
    assert.equal(catalogKind(null), 'ClusterImageCatalog');
  });

  test('the group of the other operator is found, and an image beside a catalog', () => {
    const { spec, ...rest } = FORMS['edb: Cluster of an ImageCatalog']!;
    const { imageCatalogRef } = spec as { imageCatalogRef: object };
    const foreign = { ...(spec as object), imageCatalogRef: { ...imageCatalogRef, apiGroup: OPERATORS.cnpg.group } };
    assert.match(strictProblems({ ...rest, spec: foreign }).join(), /apiGroup/);
    const both = { ...(spec as object), imageName: 'a:17' };
    assert.match(strictProblems({ ...rest, spec: both }).join(), /mutually exclusive/);
  });
});

function without(manifest: KubernetesObject, path: readonly string[]): KubernetesObject | null {
  const copy = structuredClone(manifest);
  let holder: Record<string, unknown> = copy;
  for (const key of path.slice(0, -1)) {
    const next = holder[key];
    if (typeof next !== 'object' || next === null) return null;
    holder = next as Record<string, unknown>;
  }
  if (!Object.hasOwn(holder, path.at(-1)!)) return null;
  delete holder[path.at(-1)!];
  return copy;
}
