import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyRequirements, PolicySpec } from '@pharos/contract';
import {
  BLANK,
  draftOf,
  EMPTY_DRAFT,
  isInForce,
  lineOf,
  type PolicyDraft,
  REQUIREMENTS,
  specOf,
} from './policy-draft.ts';
import { problemsOf } from './policy-problems.ts';

const ID = '1b4e28ba-2fa1-4d3b-8883-0016d3cca427';

const FULL: PolicySpec = {
  name: 'Full',
  description: 'All of it',
  effect: 'approve',
  mode: 'enforce',
  enabled: false,
  scope: { repositories: ['db/**', 're:a+'], kinds: ['postgres', 'model'], locations: ['eu-west'] },
  requirements: {
    registries: [ID],
    rules: [ID],
    signedBy: [ID],
    attestations: [
      { predicateType: 'https://slsa.dev/provenance/v1', builder: 'https://ci.example/*' },
      { predicateType: 'x' },
    ],
    sbom: true,
    vulnerabilities: { above: 'high', onlyFixable: true, maxAgeDays: 7 },
    minAgeDays: 0.5,
    supported: true,
    platforms: ['linux/amd64', 'linux/arm64'],
    baseImages: ['debian:*'],
    licences: ['PostgreSQL'],
    extensions: { allow: [], deny: ['dblink'] },
    kindAsDeclared: true,
  },
};

test('every part of a policy goes through the editor and back unchanged', () => {
  // A requirement that is added to the contract has to be added here, and so to the editor.
  assert.deepEqual(Object.keys(PolicyRequirements.shape).toSorted(), REQUIREMENTS.toSorted());
  assert.deepEqual(Object.keys(FULL.requirements).toSorted(), REQUIREMENTS.toSorted());
  assert.deepEqual(PolicySpec.parse(FULL), FULL);
  assert.deepEqual(specOf(draftOf(FULL)), FULL);
  assert.equal(problemsOf(FULL).size, 0);
});

test('each requirement alone stays alone', () => {
  for (const name of REQUIREMENTS) {
    const spec = { ...FULL, requirements: { [name]: FULL.requirements[name] } as PolicyRequirements };
    assert.deepEqual(specOf(draftOf(spec)), spec, name);
  }
  const any: PolicySpec = { ...FULL, requirements: { signedBy: 'any' } };
  assert.deepEqual(specOf(draftOf(any)), any);
  // Without an allow list any are allowed; with an empty one none is.
  const denied: PolicySpec = { ...FULL, requirements: { extensions: { deny: ['dblink'] } } };
  assert.deepEqual(specOf(draftOf(denied)), denied);
});

test('what is missing is said where it is missing, in words', () => {
  const empty = problemsOf(specOf(EMPTY_DRAFT));
  assert.deepEqual(
    [...empty].map(([path, { message }]) => [path, message]),
    [
      ['name', 'Must not be empty.'],
      ['requirements', 'Add at least one requirement.'],
    ],
  );
  const said = (asked: PolicyDraft['asked']) =>
    [...problemsOf(specOf({ ...EMPTY_DRAFT, name: 'x', asked }))].map(([path, { message }]) => `${path}: ${message}`);
  assert.deepEqual(said({ platforms: ' \n' }), ['requirements.platforms: Name at least one.']);
  assert.deepEqual(said({ registries: [] }), ['requirements.registries: Name at least one.']);
  assert.deepEqual(said({ minAgeDays: '' }), ['requirements.minAgeDays: Must be a number.']);
  assert.deepEqual(said({ minAgeDays: '-1' }), ['requirements.minAgeDays: Must be 0 or more.']);
  assert.deepEqual(said({ attestations: BLANK.attestations }), [
    'requirements.attestations.0.predicateType: Must not be empty.',
  ]);
  assert.deepEqual(said({ vulnerabilities: { ...BLANK.vulnerabilities, maxAgeDays: '1.5' } }), [
    'requirements.vulnerabilities.maxAgeDays: Must be a whole number.',
  ]);
  assert.deepEqual(said({ baseImages: 'x'.repeat(501) }), [
    'requirements.baseImages.0: Must have at most 500 characters.',
  ]);
  assert.deepEqual(said({ signedBy: { any: false, ids: [] } }), ['requirements.signedBy: Name at least one.']);
});

test('an item of a list is found in the line where it was typed', () => {
  assert.equal(lineOf('\na\n\n  b', 0), 2);
  assert.equal(lineOf('\na\n\n  b', 1), 4);
});

test('only what is on and enforced is in force', () => {
  assert.equal(isInForce({ enabled: true, mode: 'enforce' }), true);
  assert.equal(isInForce({ enabled: false, mode: 'enforce' }), false);
  assert.equal(isInForce({ enabled: true, mode: 'report' }), false);
});
