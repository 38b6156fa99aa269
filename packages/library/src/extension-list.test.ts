import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeExtensions } from './extension-list.ts';

const VECTOR = { name: 'vector', version: '0.8.0', description: null };
const CRON = { name: 'pg_cron', version: '1.6', description: null };
const base64 = (text: string) => Buffer.from(text).toString('base64');

const SAME: [string, string][] = [
  ['JSON objects', '[{"name":"vector","version":"0.8.0"},{"name":"pg_cron","version":"1.6"}]'],
  ['JSON strings', '["vector=0.8.0","pg_cron:1.6"]'],
  ['JSON object of versions', '{"vector":"0.8.0","pg_cron":1.6}'],
  ['JSON object of objects', '{"vector":{"version":"0.8.0"},"pg_cron":{"version":"1.6"}}'],
  ['comma list', 'vector=0.8.0, pg_cron:1.6'],
  ['a name twice', 'vector=0.8.0,pg_cron=1.6,vector=9'],
  ['base64 of JSON', base64('[{"name":"vector","version":"0.8.0"},{"name":"pg_cron","version":"1.6"}]')],
  ['base64 of a comma list', base64('vector=0.8.0,pg_cron=1.6')],
];
for (const [name, text] of SAME) {
  test(`reads ${name}`, () => assert.deepEqual(decodeExtensions(text), { extensions: [CRON, VECTOR], problem: null }));
}

test('plain names that happen to be base64 stay names', () => {
  for (const name of ['postgres', 'postgis', 'vector', 'uuid-ossp', 'pgaudit1', 'abcd']) {
    assert.deepEqual(decodeExtensions(name).extensions, [{ name, version: null, description: null }]);
  }
});

test('nothing is nothing', () => {
  assert.deepEqual(decodeExtensions('  '), { extensions: [], problem: null });
  assert.deepEqual(decodeExtensions('[]'), { extensions: [], problem: null });
});

test('bad entries are left out and told', () => {
  const { extensions, problem } = decodeExtensions(
    JSON.stringify([
      { name: 'vector', version: '0.8.0', description: 'a\u202eb\u0000\nc' },
      { name: '<b>' },
      7,
      null,
      { name: 'x'.repeat(64) },
      { name: 'ok', version: '1;drop' },
    ]),
  );
  assert.equal(problem, 'incomplete');
  assert.deepEqual(extensions, [
    { name: 'ok', version: null, description: null },
    { ...VECTOR, description: 'a b c' },
  ]);
});

test('hostile sizes and shapes are bounded', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `ext_${index}`).join(',');
  assert.equal(decodeExtensions(many).extensions.length, 500);
  assert.equal(decodeExtensions(many).problem, 'incomplete');
  for (const text of [
    '[[[[',
    '{"a":',
    '\u0000',
    'a'.repeat(70_000),
    '['.repeat(60_000),
    '"',
    '{"__proto__":{"version":"1"},"<":1}',
  ]) {
    const { extensions, problem } = decodeExtensions(text);
    assert.ok(problem !== null, text.slice(0, 10));
    assert.ok(extensions.every(({ name }) => name === '__proto__'));
  }
});
