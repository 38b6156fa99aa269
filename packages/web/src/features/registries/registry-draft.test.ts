import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Registry, RegistryInput, RegistryPatch } from '@pharos/contract';
import { draftOf, EMPTY_DRAFT, inputOf, patchOf } from './registry-draft.ts';

const draft = { ...EMPTY_DRAFT, url: ' registry.example.com ', name: 'Ours' };

test('what the form sends is what the contract takes, for every sign-in', () => {
  const drafts = [
    draft,
    { ...draft, signIn: 'basic' as const, username: 'bot', password: ' kept as typed ' },
    { ...draft, signIn: 'token' as const, token: 'abc' },
    { ...draft, signIn: 'token' as const, username: 'bot', token: 'abc' },
    { ...draft, signIn: 'docker_config' as const, config: '{}' },
    { ...draft, signIn: 'acr' as const },
    { ...draft, signIn: 'ecr' as const },
    { ...draft, signIn: 'gcp' as const },
  ];
  for (const each of drafts) {
    assert.ok(RegistryInput.safeParse(inputOf(each)).success, each.signIn);
    assert.ok(RegistryPatch.safeParse(patchOf(each)).success, each.signIn);
  }
  assert.deepEqual(inputOf(drafts[1]!).authentication, { type: 'basic', username: 'bot', password: ' kept as typed ' });
});

test('a registry without a name takes its address', () => {
  assert.equal(inputOf({ ...draft, name: ' ' }).name, 'registry.example.com');
});

test('editing keeps the stored secret unless another is given, and asks again when it was dropped', () => {
  const registry = {
    name: 'Ours',
    url: 'registry.example.com',
    provider: 'auto',
    locationId: 'local',
    tls: { caCerts: '', skipVerify: false, plainHttp: false },
    intervalSeconds: 60,
    apiUrl: null,
    budget: { requestsPerDay: 1000, concurrency: null },
    authentication: { type: 'basic', username: 'bot', secret: 'stored' },
  } as Registry;
  assert.equal('authentication' in patchOf(draftOf(registry)), false);
  assert.deepEqual(patchOf(draftOf(registry)).budget, registry.budget);
  const dropped = { ...registry, authentication: { ...registry.authentication, secret: 'void' as const } };
  assert.equal(draftOf(dropped).signIn, 'none');
});
