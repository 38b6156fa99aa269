import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSpec } from '@pharos/contract';
import { draftOf, patchOf } from './cluster-draft.ts';

const SPEC: ClusterSpec = {
  ...{ name: 'orders', namespace: 'team-a', location: 'here', image: `sha256:${'ab'.repeat(32)}`, instances: 3 },
  ...{ storage: { size: '20Gi', storageClass: 'fast', walSize: '5Gi' }, resources: { memory: '2Gi' } },
  ...{ operator: 'cnpg', via: 'image', pullSecret: 'pull' },
  extensions: [{ name: 'vector', image: `sha256:${'cd'.repeat(32)}` }, { name: 'pgaudit' }],
};
const NAMES = ['vector', 'pgaudit'];
const draft = draftOf(SPEC, false);

test('what is not touched is not sent', () => {
  assert.deepEqual(patchOf(SPEC, false, draft, NAMES), {});
  assert.deepEqual(patchOf(SPEC, false, draft, NAMES.toReversed()), {});
});

test('a change sends what belongs to it: the class beside the size, the image beside the extension', () => {
  const more = { ...draft, instances: '5', storage: ' 30Gi ', memory: '', pullSecret: '', apply: true };
  assert.deepEqual(patchOf(SPEC, false, more, ['vector', 'postgis']), {
    instances: 5,
    storage: { size: '30Gi', storageClass: 'fast', walSize: '5Gi' },
    resources: { cpu: undefined, memory: undefined },
    pullSecret: null,
    extensions: [SPEC.extensions[0], { name: 'postgis' }],
    apply: true,
  });
  assert.deepEqual(patchOf(SPEC, true, { ...draft, apply: true }, NAMES), {});
});
