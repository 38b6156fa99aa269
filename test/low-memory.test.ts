import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { LOW_MEMORY_FLAGS, nodeFlagsOf } from '../scripts/low-memory.mjs';

const PRINT_LIMIT = "process.stdout.write(String(require('node:v8').getHeapStatistics().heap_size_limit))";

test('only `pharos agent --low-memory` starts Node with a small young generation', () => {
  assert.deepEqual(nodeFlagsOf(['agent', '-f', 'a.yaml', '--low-memory']), LOW_MEMORY_FLAGS);
  assert.deepEqual(nodeFlagsOf(['agent', '-f', 'a.yaml']), []);
  assert.deepEqual(nodeFlagsOf(['up', '--low-memory']), []);
});

test('the Node of the lockfile knows the flags, and they are felt', () => {
  const limit = (flags: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', PRINT_LIMIT], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    return Number(stdout);
  };
  // The limit counts the young generation, three semi-spaces: 16 MiB each where Node is told nothing.
  assert.ok(limit(LOW_MEMORY_FLAGS) < limit([]));
});
