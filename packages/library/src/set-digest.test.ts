import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { EMPTY_SET_DIGEST, setDigestText } from './set-digest.ts';

test('lines sorted in byte order, whatever order the tags come in', () => {
  const tags = ['b', 'B', 'a-1', 'a.1', 'a', 'a_1', '10', '9'].map((name) => ({ name, digest: `sha256:${name}` }));
  const text = [...setDigestText(tags)].join('');
  assert.equal(text, [...setDigestText([...tags].reverse())].join(''));
  const names = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]!);
  assert.deepEqual(
    names,
    [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
  assert.equal(text.split('\n')[0], '10 sha256:10');
  assert.equal([...setDigestText([])].join(''), '');
});

test('the digest of no tags', () => {
  assert.equal(
    EMPTY_SET_DIGEST,
    createHash('sha256')
      .update([...setDigestText([])].join(''))
      .digest('hex'),
  );
});
