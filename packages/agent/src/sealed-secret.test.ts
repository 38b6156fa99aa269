import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { SealedSecret } from '@pharos/contract';
import { AgentError } from './agent-error.ts';
import { openSealedSecret } from './sealed-secret.ts';
import { seal } from './testing/seal.ts';

const agent = generateKeyPairSync('x25519');
const publicKey = agent.publicKey.export({ format: 'jwk' }).x!;
const SECRET = { type: 'basic', username: 'robot', password: 'hunter-2' };
const sealed = seal(publicKey, JSON.stringify(SECRET), 'https://r.example.com');

test('opens what was sealed to this agent for this origin', () => {
  assert.deepEqual(openSealedSecret(sealed, agent.privateKey, 'https://r.example.com'), SECRET);
});

const refused: [what: string, sealed: SealedSecret, origin: string, code: string][] = [
  ['another origin', sealed, 'https://evil.example.com', 'sealed-secret-origin'],
  ['another port', sealed, 'https://r.example.com:444', 'sealed-secret-origin'],
  [
    'a claimed origin',
    { ...sealed, origin: 'https://evil.example.com' },
    'https://evil.example.com',
    'sealed-secret-invalid',
  ],
  [
    'a changed nonce',
    { ...sealed, nonce: randomBytes(12).toString('base64url') },
    sealed.origin,
    'sealed-secret-invalid',
  ],
  ['no ciphertext', { ...sealed, ciphertext: '' }, sealed.origin, 'sealed-secret-invalid'],
  [
    'another agent',
    seal(generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }).x!, JSON.stringify(SECRET), sealed.origin),
    sealed.origin,
    'sealed-secret-invalid',
  ],
  ['no authentication', seal(publicKey, '{"type":"hunter-2"}', sealed.origin), sealed.origin, 'sealed-secret-invalid'],
  ['no JSON', seal(publicKey, 'hunter-2', sealed.origin), sealed.origin, 'sealed-secret-invalid'],
  ['a key that is none', { ...sealed, ephemeralKey: 'AAAA' }, sealed.origin, 'sealed-secret-invalid'],
];

for (const [what, secret, origin, code] of refused) {
  test(`refuses ${what} and tells nothing of it`, () => {
    assert.throws(
      () => openSealedSecret(secret, agent.privateKey, origin),
      (error) =>
        error instanceof AgentError &&
        error.code === code &&
        !`${error.message}${error.hint}${error.stack}${error.cause ?? ''}`.includes('hunter-2'),
    );
  });
}
