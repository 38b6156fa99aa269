import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_READING, isApiElsewhere, readingOf } from './reading-draft.ts';

const stored = (apiUrl: string | null, secret: 'stored' | 'none' = 'stored') => ({
  apiUrl,
  url: 'registry.example.com/team',
  tls: { caCerts: '', skipVerify: false, plainHttp: false },
  authentication: { type: 'basic' as const, username: 'robot', secret },
});

test('an empty field is no limit and no address', () => {
  assert.deepEqual(readingOf(EMPTY_READING), { apiUrl: null, budget: { requestsPerDay: null, concurrency: null } });
  const typed = { apiUrl: ' https://api.example.com ', requestsPerDay: '1000', concurrency: '2' };
  assert.deepEqual(readingOf({ ...typed, vulnerabilityReports: true }), {
    apiUrl: 'https://api.example.com',
    budget: { requestsPerDay: 1000, concurrency: 2, vulnerabilityReports: true },
  });
});

test('the form says that another host of the API drops the credential, and only then', () => {
  const at = (apiUrl: string) => ({ ...EMPTY_READING, apiUrl });
  assert.equal(isApiElsewhere(at('https://api.example.com'), stored(null)), true);
  assert.equal(isApiElsewhere(at('https://api.example.com/v4'), stored('https://api.example.com')), false);
  assert.equal(isApiElsewhere(at('https://registry.example.com/api'), stored(null)), false);
  assert.equal(isApiElsewhere(at('https://api.example.com'), stored(null, 'none')), false);
  assert.equal(isApiElsewhere(at(''), stored('https://api.example.com')), false);
  assert.equal(isApiElsewhere(at('https://ap'), stored('https://api.example.com')), true);
});
