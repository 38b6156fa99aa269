import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDERS } from '@pharos/contract';
import { addressHint, PROVIDER_NAMES, signInWords } from './registry-words.ts';

test('every provider of the contract has a name', () => {
  for (const provider of PROVIDERS) assert.ok(PROVIDER_NAMES[provider], provider);
});

test('sign-in tells where the secret is', () => {
  assert.equal(signInWords({ type: 'none', username: null, secret: 'none' }), 'None');
  assert.match(signInWords({ type: 'basic', username: 'bot', secret: 'stored' }), /\(bot\), stored encrypted$/);
  assert.match(signInWords({ type: 'token', username: null, secret: 'void' }), /enter it again$/);
});

test('usual slips in an address are told while typing', () => {
  assert.match(addressHint('https://registry.example.com') ?? '', /Leave out/);
  assert.match(addressHint('user:secret@registry.example.com') ?? '', /No user name/);
  assert.match(addressHint('registry.example.com/team:latest') ?? '', /No tag/);
  for (const good of ['registry.example.com', 'registry.example.com:5000', 'registry.example.com/team', '[::1]:5000']) {
    assert.equal(addressHint(good), undefined, good);
  }
});
