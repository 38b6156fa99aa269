import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenges } from './challenge.ts';

function read(header: string | string[] | undefined): unknown {
  return parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);
}

test('the zoo of challenges', () => {
  assert.deepEqual(read(undefined), []);
  assert.deepEqual(read('Basic realm="x y"'), [['basic', { realm: 'x y' }]]);
  assert.deepEqual(read('bearer Realm="https://a/t",SERVICE="s",scope="repository:a/b:pull,push"'), [
    ['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:a/b:pull,push' }],
  ]);
  assert.deepEqual(read('Bearer realm="https://a/t" , service=s, Basic realm="b, c=\\"d\\""'), [
    ['bearer', { realm: 'https://a/t', service: 's' }],
    ['basic', { realm: 'b, c="d"' }],
  ]);
  assert.deepEqual(read(['Negotiate', 'Basic realm=x']), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
  ]);
  assert.deepEqual(read('Negotiate, NTLM TlRMTVNTUAAC==, Bearer realm="r"'), [
    ['negotiate', {}],
    ['ntlm', {}],
    ['bearer', { realm: 'r' }],
  ]);
  assert.deepEqual(read('Bearer realm=https://nvcr.io/proxy_auth?x'), [
    ['bearer', { realm: 'https://nvcr.io/proxy_auth?x' }],
  ]);
});

test('a parameter given twice makes a challenge worthless', () => {
  assert.deepEqual(read('Bearer realm="https://good/",realm="https://evil/"'), []);
  assert.deepEqual(read('Bearer realm="a",realm="b", Basic realm="c"'), [['basic', { realm: 'c' }]]);
});

test('garbage and excess are dropped', () => {
  assert.deepEqual(read('"'), []);
  assert.deepEqual(read('Bearer realm="unclosed'), [['bearer', {}]]);
  assert.deepEqual(read(`Bearer realm="${'x'.repeat(9000)}"`), []);
});
