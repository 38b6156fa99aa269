import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODEL_FIELD_NAMES, type ModelDetail } from '@pharos/contract';
import { draftOf, EMPTY_PROFILE, patchOf } from './model-draft.ts';

const none = { value: null, source: null, from: null, url: null, at: null, otherwise: null, otherwiseSource: null };
const edit = (value: unknown) => ({ ...none, value, source: 'edit', from: 'ada' });
const model = (facts: Record<string, unknown> = {}): ModelDetail =>
  ({ facts: { ...Object.fromEntries(MODEL_FIELD_NAMES.map((name) => [name, none])), ...facts } }) as never;

test('nothing changed says nothing, and what a source states is not taken for an edit', () => {
  const stated = model({ parameters: { ...none, value: '8B', source: 'catalogue' } });
  assert.equal(draftOf(stated).texts.parameters, '');
  assert.deepEqual(patchOf(draftOf(stated), stated).patch, {});
});

test('a blank takes an edit back, a value is typed as its field is', () => {
  const before = model({ licence: edit('Ours'), precision: edit(['FP8', 'FP16']) });
  const draft = draftOf(before);
  assert.equal(draft.texts.precision, 'FP8, FP16');
  const texts = { ...draft.texts, licence: ' ', gpuMemoryGiB: '24', contextLength: '131,072', precision: 'FP8,' };
  assert.deepEqual(patchOf({ ...draft, texts }, before).patch, {
    licence: null,
    gpuMemoryGiB: 24,
    contextLength: 131_072,
    precision: ['FP8'],
  });
});

test('what is no number is a problem of its field, never a reset', () => {
  const before = model({ gpuCount: edit(2) });
  const draft = draftOf(before);
  const { patch, problems } = patchOf({ ...draft, texts: { ...draft.texts, gpuCount: 'two' } }, before);
  assert.deepEqual(patch, {});
  assert.equal(problems.get('gpuCount')?.message, 'Write a number.');
  const rows = { ...draft, profiles: [{ ...EMPTY_PROFILE, count: '0' }] };
  assert.deepEqual([...patchOf(rows, before).problems.keys()].sort(), ['profiles.0.count', 'profiles.0.gpu']);
});

test('profiles are written whole, and taken back whole', () => {
  const row = { ...EMPTY_PROFILE, gpu: 'L40S', memoryGiB: '48', goal: 'latency' as const };
  const before = model();
  const { patch } = patchOf({ ...draftOf(before), profiles: [row] }, before);
  assert.deepEqual(patch.profiles, [
    {
      gpu: 'L40S',
      count: 1,
      memoryGiB: 48,
      precision: null,
      goal: 'latency',
      tensorParallelism: null,
      pipelineParallelism: null,
    },
  ]);
  const edited = model({ profiles: edit(patch.profiles) });
  assert.deepEqual(patchOf({ ...draftOf(edited), profiles: null }, edited).patch, { profiles: null });
});
