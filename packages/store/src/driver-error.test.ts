import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guarded, storeError } from './driver-error.ts';
import { StoreError } from './errors.ts';

const codeOf = (error: unknown) => (storeError(error) as StoreError).code;
const failure = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);

describe('errors of the drivers', () => {
  it('become errors of the store by SQLSTATE and errno', () => {
    assert.equal(codeOf(failure('could not extend file', { code: '53100' })), 'disk-full');
    assert.equal(codeOf(failure('write', { code: 'ENOSPC' })), 'disk-full');
    assert.equal(codeOf(failure('could not write: No space left on device', { code: '58030' })), 'disk-full');
    assert.equal(codeOf(failure('connect', { code: 'ECONNREFUSED' })), 'database-unavailable');
    assert.equal(codeOf(failure('terminating', { code: '57P01' })), 'database-unavailable');
    assert.equal(codeOf(failure('Connection terminated unexpectedly')), 'database-unavailable');
    assert.equal(codeOf(failure('dup', { code: '23505', constraint: 'users_name_taken' })), 'name-taken');
  });

  it('stay what they are when they are nothing known', () => {
    const other = failure('dup', { code: '23505', constraint: 'tags_pkey' });
    assert.equal(storeError(other), other);
    const own = new StoreError('not-found', 'x', 'y');
    assert.equal(storeError(own), own);
  });

  it('are passed on by every method of a guarded noun', async () => {
    const noun = guarded({
      read: async (n: number) => n + 1,
      fail: async () => Promise.reject(failure('', { code: '08006' })),
    });
    assert.equal(await noun.read(1), 2);
    await assert.rejects(noun.fail(), { code: 'database-unavailable' });
  });
});
