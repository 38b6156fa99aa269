import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicySpec } from '@pharos/contract';
import { policyDifferences, policySays } from './policy-difference.ts';
import { NO_NAMES, requirementSentence } from './requirement-words.ts';

const SPEC: PolicySpec = {
  name: 'signed',
  description: '',
  effect: 'require',
  mode: 'report',
  enabled: true,
  scope: { repositories: ['db/**'], kinds: [], locations: [] },
  requirements: { signedBy: 'any', platforms: ['linux/amd64'] },
};

test('what a policy asks is said in words', () => {
  const said = new Map(policySays(SPEC, NO_NAMES).map(({ key, sentence }) => [key, sentence]));
  assert.equal(said.get('signedBy'), 'A key that is trusted here signed its digest.');
  assert.equal(said.get('kinds'), 'All');
  assert.equal(said.get('effect'), 'Has to pass before an approval');
  const names = { ...NO_NAMES, trust: new Map([['1', 'Release key']]) };
  assert.equal(
    requirementSentence('signedBy', ['1', '2'], names),
    'Release key or 2 (gone) verified a signature of its digest.',
  );
  assert.equal(
    requirementSentence('vulnerabilities', { above: 'high', onlyFixable: true, maxAgeDays: 1 }, NO_NAMES),
    'The newest signed vulnerability report is at most 1 day old and has none of severity high or worse with a fix.',
  );
  assert.equal(requirementSentence('extensions', { allow: [] }, NO_NAMES), 'It holds no extension at all.');
  assert.equal(
    requirementSentence('extensions', { allow: ['a', 'b'], deny: ['c'] }, NO_NAMES),
    'It holds no extension c. It holds no extension but a and b.',
  );
});

test('two versions differ in what they say, and lists in what came and went', () => {
  assert.deepEqual(policyDifferences(SPEC, SPEC, NO_NAMES), []);
  const after: PolicySpec = {
    ...SPEC,
    mode: 'enforce',
    scope: { ...SPEC.scope, repositories: ['web/**'] },
    requirements: { sbom: true, platforms: ['linux/amd64', 'linux/arm64'] },
  };
  const told = policyDifferences(SPEC, after, NO_NAMES).map(({ key, change, came, went }) => [key, change, came, went]);
  assert.deepEqual(told, [
    ['state', 'changed', [], []],
    ['repositories', 'changed', ['web/**'], ['db/**']],
    ['signedBy', 'removed', [], []],
    ['platforms', 'changed', ['linux/arm64'], []],
    ['sbom', 'added', [], []],
  ]);
});
