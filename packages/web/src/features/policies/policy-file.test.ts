import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicySpec } from '@pharos/contract';
import { fileOf, policyOf, readFile } from './policy-file.ts';

test('a policy goes through its file and back unchanged', () => {
  const full: PolicySpec = {
    name: 'no: "quotes" # here',
    description: 'Line one\nline two',
    effect: 'reject',
    mode: 'enforce',
    enabled: false,
    scope: { repositories: ['*', 're:a|b'], kinds: ['postgres'], locations: ['1'] },
    requirements: { signedBy: 'any', extensions: { allow: [], deny: ['yes'] }, minAgeDays: 0 },
  };
  assert.deepEqual(policyOf(readFile(fileOf(full)).value), full);
  const small = PolicySpec.parse({ name: 'x', effect: 'require', requirements: { sbom: true } });
  assert.equal(fileOf(small), 'name: x\neffect: require\nmode: report\nrequirements:\n  sbom: true\n');
  assert.deepEqual(policyOf(readFile(fileOf(small)).value), small);
});

test('what is no file, and what is no policy, is told apart', () => {
  assert.match(readFile('a: [').problem ?? '', /./);
  assert.match(readFile('- a').problem ?? '', /mapping/);
  assert.match(readFile('').problem ?? '', /mapping/);
  // Text that would grow when read is refused.
  assert.match(readFile('a: &a [x]\nb: [*a, *a]').problem ?? '', /./);
  assert.deepEqual(readFile('name: x').problem, null);
  assert.equal(policyOf(readFile('name: x').value), null);
});
