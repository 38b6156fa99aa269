import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_IDENTITY, identityOf } from './identity-draft.ts';

test('only what belongs to the method is sent, and nothing that is empty', () => {
  const draft = { ...EMPTY_IDENTITY, tenantId: ' t ', clientId: 'c', clientSecret: 's', region: 'eu-central-1' };
  assert.deepEqual(identityOf('acr', EMPTY_IDENTITY), { type: 'acr', method: 'workload_identity' });
  assert.deepEqual(identityOf('acr', { ...draft, method: 'managed_identity' }), {
    type: 'acr',
    method: 'managed_identity',
    clientId: 'c',
  });
  assert.deepEqual(identityOf('acr', { ...draft, method: 'service_principal' }), {
    type: 'acr',
    method: 'service_principal',
    tenantId: 't',
    clientId: 'c',
    clientSecret: 's',
  });
  assert.deepEqual(identityOf('ecr', draft), { type: 'ecr', region: 'eu-central-1' });
  assert.deepEqual(identityOf('gcp', draft), { type: 'gcp' });
});
