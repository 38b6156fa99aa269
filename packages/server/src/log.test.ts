import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { pino } from 'pino';
import { createServerLog, pathOf } from './log.ts';

test('values under the names of secrets do not reach the log, wherever they stand', () => {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const log = createServerLog(pino(sink));
  const secret = 'hunter2';
  log.info({ password: secret, headers: { authorization: secret, cookie: secret }, a: { b: { token: secret } } }, 'x');
  log.child({ password: secret }).info('y');
  assert.ok(text.includes('"msg":"x"') && text.includes('"msg":"y"'));
  assert.ok(!text.includes(secret), text);
});

test('of an address only the path is written', () => {
  assert.equal(pathOf('/setup?token=abc'), '/setup');
});
