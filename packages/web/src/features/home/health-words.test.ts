import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Overview, Statistics } from '@pharos/contract';
import { healthWords } from './health-words.ts';

const none = { count: 0, first: [] };
const overview = (more: Partial<Overview> = {}) =>
  ({
    registriesFailing: none,
    repositoriesFailing: none,
    repositoriesHeld: none,
    repositoriesWithFindings: none,
    agentsLost: none,
    webhooksDisabled: 0,
    ...more,
  }) as Overview;
const counts = (more: Partial<Statistics> = {}) => ({ registries: 3, agentsConnected: 1, ...more }) as Statistics;

test('health is said in words, and only when there is something that could be ill', () => {
  assert.equal(healthWords(counts({ registries: 0 }), overview()), null);
  assert.deepEqual(healthWords(counts(), overview()), {
    isHealthy: true,
    title: 'The library is healthy.',
    text: 'All 3 registries answer, 1 agent is connected, and no scan fails.',
  });
  const held = healthWords(counts(), overview({ repositoriesHeld: { count: 2, first: [] } }));
  assert.equal(held?.isHealthy, false);
  assert.match(held?.text ?? '', /no scan fails, and 2 repositories wait for a person\.$/);
  const bad = healthWords(counts({ agentsConnected: 0 }), overview({ registriesFailing: { count: 1, first: [] } }));
  assert.match(bad?.text ?? '', /^1 of 3 registries fails, no agent is connected/);
});
