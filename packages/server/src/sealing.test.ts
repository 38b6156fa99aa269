import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { type Keyring, keyringOf } from './keyring.ts';
import { seal, sealToAgent, unseal } from './sealing.ts';

const key = keyringOf(randomBytes(32));
const binding = { registryId: '11111111-1111-4111-8111-111111111111', origin: 'https://registry.example.com' };
const secret = 'pässword';

test('what is sealed opens with the same key and binding, and two sealings differ', () => {
  const sealed = seal(key, secret, binding);
  assert.equal(unseal(key, sealed, binding), secret);
  assert.notEqual(seal(key, secret, binding), sealed);
  assert.ok(!sealed.includes(Buffer.from(secret).toString('base64url')));
});

test('another key, registry, origin, or any changed byte does not open', () => {
  const sealed = seal(key, secret, binding);
  const refuse = (k: Keyring, text: string, b: typeof binding) =>
    assert.throws(() => unseal(k, text, b), { code: 'sealed-unreadable' });
  refuse(keyringOf(randomBytes(32)), sealed, binding);
  refuse(key, sealed, { ...binding, registryId: '22222222-2222-4222-8222-222222222222' });
  refuse(key, sealed, { ...binding, origin: 'https://registry.example.com:8443' });
  const [form, id, body] = sealed.split('.');
  const bytes = Buffer.from(body!, 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 1;
    refuse(key, `${form}.${id}.${changed.toString('base64url')}`, binding);
  }
  for (const text of [
    '',
    'v1',
    'v1.',
    'v2',
    `v3.${id}.${body}`,
    `v2.${body}`,
    `v2.0123456789ab.${body}`,
    sealed.slice(0, 20),
  ])
    refuse(key, text, binding);
});

test('what the first form sealed, which named no key, opens with any key of the ring', () => {
  const [old, ring] = [keyringOf(randomBytes(32)), keyringOf(randomBytes(32))];
  const [, , body] = seal(old, secret, binding).split('.');
  const both: Keyring = { ...ring, all: () => [ring.current(), old.current()] };
  assert.equal(unseal(both, `v1.${body}`, binding), secret);
  assert.throws(() => unseal(ring, `v1.${body}`, binding), { code: 'sealed-unreadable' });
});

test('what is sealed for a receiver opens for it alone, and for no registry', () => {
  const receiverId = '33333333-3333-4333-8333-333333333333';
  const sealed = seal(key, secret, { receiverId });
  assert.equal(unseal(key, sealed, { receiverId }), secret);
  for (const other of [{ receiverId: binding.registryId }, { ...binding, registryId: receiverId }]) {
    assert.throws(() => unseal(key, sealed, other), { code: 'sealed-unreadable' });
  }
});

test('a text that is no X25519 key is refused before anything is sealed to it', () => {
  for (const text of ['', 'abc', 'A'.repeat(44), Buffer.alloc(31).toString('base64url')]) {
    assert.throws(() => sealToAgent(text, secret, binding.origin), { code: 'sealed-unreadable' });
  }
});
