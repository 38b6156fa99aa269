import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largeWords, platformOf } from './signature-words.ts';

test('the size of what is large, and of nothing else', () => {
  assert.equal(largeWords(5 * 1024 * 1024), '5.0 MiB');
  assert.deepEqual([largeWords(2000), largeWords(null)], [null, null]);
});

test('a manifest of an index is called by its platform', () => {
  const platform = (digest: string, architecture: string, variant: string | null) => ({
    ...{ os: 'linux', architecture, variant, digest, size: null },
  });
  const platforms = [platform('sha256:a', 'amd64', null), platform('sha256:b', 'arm64', 'v8')];
  assert.deepEqual(
    ['sha256:a', 'sha256:b', 'sha256:c'].map((each) => platformOf(each, platforms)),
    ['linux/amd64', 'linux/arm64/v8', null],
  );
});
