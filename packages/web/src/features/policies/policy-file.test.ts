import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicySpec } from '@pharos/contract';
import { fileOf, policyOf, readFile } from './policy-file.ts';
import { NO_NAMES } from './requirement-words.ts';

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
  assert.deepEqual(policyOf(readFile(fileOf(full, NO_NAMES), NO_NAMES).value), full);
  const small = PolicySpec.parse({ name: 'x', effect: 'require', requirements: { sbom: true } });
  assert.equal(fileOf(small, NO_NAMES), 'name: x\neffect: require\nmode: report\nrequirements:\n  sbom: true\n');
  assert.deepEqual(policyOf(readFile(fileOf(small, NO_NAMES), NO_NAMES).value), small);
});

test('what is no file, and what is no policy, is told apart', () => {
  assert.match(readFile('a: [', NO_NAMES).problem ?? '', /./);
  assert.match(readFile('- a', NO_NAMES).problem ?? '', /mapping/);
  assert.match(readFile('', NO_NAMES).problem ?? '', /mapping/);
  // Text that would grow when read is refused.
  assert.match(readFile('a: &a [x]\nb: [*a, *a]', NO_NAMES).problem ?? '', /./);
  assert.deepEqual(readFile('name: x', NO_NAMES).problem, null);
  assert.equal(policyOf(readFile('name: x', NO_NAMES).value), null);
});

test('registries, rules and trust entries are named, as in the files of the command line', () => {
  const [one, two, three] = ['1', '2', '3'].map((digit) => `${digit}b4e28ba-2fa1-4d3b-8883-0016d3cca427`) as [
    string,
    string,
    string,
  ];
  const names = {
    ...NO_NAMES,
    registries: new Map([[one, 'Team']]),
    rules: new Map([
      [one, 'Same'],
      [two, 'Same'],
    ]),
    trust: new Map([[three, 'Release: key']]),
  };
  const spec = PolicySpec.parse({
    ...{ name: 'x', effect: 'require' },
    requirements: { registries: [one], rules: [two], signedBy: [three] },
  });
  const text = fileOf(spec, names);
  assert.match(text, /- Team\n/);
  assert.match(text, new RegExp(`rules:\\n +- ${two}`), 'a name that two rules have is no name');
  assert.match(text, /- "Release: key"/);
  assert.deepEqual(policyOf(readFile(text, names).value), spec);
  assert.equal(readFile(text.replace('Team', 'Nobody'), names).problem, 'There is no registry "Nobody".');
});
