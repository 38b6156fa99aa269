import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { ProblemError } from '../problem.ts';
import { PreviewPool } from './preview-pool.ts';

const REGISTRY = '019ab000-0000-7000-8000-000000000001';
const rule = RuleSpec.parse({ name: 'r', repositories: { include: ['**'] }, tags: [{ keep: 3 }] });
const question = { rule, stored: null, slice: { limit: 10, offset: 0 }, now: 0 };
const names = (count: number) => ({
  repository: 'pg',
  names: Array.from({ length: count }, (_, index) => `17.4-${index}`).join('\n'),
  library: '17.4-0',
  listedAt: '2026-11-01T00:00:00.000Z',
});
const isStopped = (error: unknown) => error instanceof ProblemError && error.code === 'stopping';

test('a preview that nobody waits for ends, and the next one is answered', async (context) => {
  const pool = new PreviewPool();
  context.after(() => pool.close());
  const typed = new AbortController();
  const first = pool.begin(question, typed.signal);
  first.names(REGISTRY, 'r', [names(400_000)]);
  const answer = first.finish();
  typed.abort();
  await assert.rejects(answer, isStopped);
  const second = pool.begin(question, new AbortController().signal);
  second.names(REGISTRY, 'r', [names(10)]);
  const { counts } = await second.finish();
  assert.deepEqual([counts.included, counts.excluded, counts.new], [3, 7, 3]);
});

test('two previews at the same time keep their names apart; closing tells whoever waits', async () => {
  const pool = new PreviewPool();
  const signal = new AbortController().signal;
  const [a, b] = [pool.begin(question, signal), pool.begin(question, signal)];
  a.names(REGISTRY, 'r', [names(4)]);
  b.names(REGISTRY, 'r', [names(5)]);
  const [one, two] = await Promise.all([a.finish(), b.finish()]);
  assert.deepEqual([one.counts.excluded, two.counts.excluded], [1, 2]);
  const late = pool.begin(question, signal);
  late.names(REGISTRY, 'r', [names(400_000)]);
  const waiting = late.finish();
  const closed = pool.close();
  await assert.rejects(waiting, isStopped);
  await closed;
});
