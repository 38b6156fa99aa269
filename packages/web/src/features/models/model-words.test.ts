import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextText, gpuText, isNgc, sourceText, taskName } from './model-words.ts';

test('context lengths read as people write them', () => {
  assert.equal(contextText(131_072), '128K tokens');
  assert.equal(contextText(512), '512 tokens');
  assert.equal(contextText(8000), '8,000 tokens');
  assert.equal(contextText(1_048_576), '1,024K tokens');
});

test('GPU needs say what is known and nothing more', () => {
  assert.equal(gpuText({ count: 4, memoryGiB: 48 }), '4 GPUs with 48 GiB each');
  assert.equal(gpuText({ count: 1, memoryGiB: 24 }), '1 GPU with 24 GiB');
  assert.equal(gpuText({ count: 1, memoryGiB: null }), '1 GPU');
  assert.equal(gpuText({ count: null, memoryGiB: 24 }), 'GPUs with 24 GiB');
  assert.equal(gpuText({ count: 0, memoryGiB: null }), 'no GPU');
  assert.equal(gpuText(null), null);
});

test('every source has words', () => {
  assert.equal(sourceText({ source: 'edit', from: 'ada', at: '2026-11-25T00:00:00.000Z' }), 'edited by ada');
  assert.equal(sourceText({ source: 'image', from: 'label x', at: null }), 'the image: label x');
  assert.equal(
    sourceText({ source: 'catalogue', from: 'A page', at: '2026-11-25' }),
    'the catalogue: A page, read 2026-11-25',
  );
  assert.equal(sourceText({ source: 'name', from: null, at: null }), 'the name');
  assert.equal(sourceText({ source: null, from: null, at: null }), null);
  assert.equal(taskName(null), 'Task not known');
});

test("NVIDIA's registry is known by its host, not by a part of another's name", () => {
  for (const host of ['nvcr.io', 'NVCR.io:443', 'stg.nvcr.io', 'nvcr.io/nim']) assert.ok(isNgc(host), host);
  for (const host of ['nvcr.io.evil.example', 'mynvcr.io', 'registry.example/nvcr.io']) assert.ok(!isNgc(host), host);
});
