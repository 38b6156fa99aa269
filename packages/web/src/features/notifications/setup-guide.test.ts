import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECEIVER_KINDS, RECEIVER_SOURCES } from '@pharos/contract';
import { guideOf } from './setup-guide.ts';

test('every product has its steps, and what is pasted stands in them where it belongs', () => {
  const pasted = { address: 'https://pharos.example.com/api/v1/hooks/x', secret: 'S-E-C-R-E-T' };
  for (const source of RECEIVER_SOURCES) {
    const { steps, snippet } = guideOf(source, pasted);
    assert.ok(steps.length > 0, source);
    assert.ok(!steps.join('').includes(pasted.secret), 'the secret has a place of its own');
    if (snippet?.text.includes('http')) assert.ok(snippet.text.includes(pasted.address), source);
    // Where the address is the secret, nothing but the address is to be pasted.
    if (RECEIVER_KINDS[source].proof === 'url') assert.ok(!snippet?.text.includes(pasted.secret), source);
  }
});

test('what is pasted into Distribution and zot is whole', () => {
  const pasted = { address: 'https://p.example/api/v1/hooks/1', secret: 's' };
  assert.match(
    guideOf('distribution', pasted).snippet!.text,
    /url: https:\/\/p\.example\/api\/v1\/hooks\/1\n {6}headers:\n {8}Authorization: \["Bearer s"\]/,
  );
  const zot = JSON.parse(guideOf('zot', pasted).snippet!.text);
  assert.equal(zot.extensions.events.sinks[0].headers.Authorization, 'Bearer s');
});
