import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserGrant } from '@pharos/contract';
import { draftsOf, grantsOf, newGrant } from './grant-draft.ts';

test('roles go through the form and come out the same', () => {
  const grants: UserGrant[] = [
    { role: 'admin', scope: 'everywhere' },
    { role: 'curator', scope: 'location:eu-west' },
    { role: 'viewer', scope: 'repositories:edb/**' },
  ];
  assert.deepEqual(grantsOf(draftsOf(grants)), grants);
  assert.deepEqual(grantsOf([newGrant()]), [{ role: 'viewer', scope: 'everywhere' }]);
  assert.notEqual(newGrant().key, newGrant().key);
});
