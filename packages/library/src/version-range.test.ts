import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PatternError } from './pattern-error.ts';
import { parseVersion, type Scheme } from './version.ts';
import { compileRange } from './version-range.ts';

const inRange = (range: string, scheme: Scheme, tags: string[]) => {
  const test = compileRange(range, scheme === 'calver');
  return tags.filter((tag) => test(parseVersion(scheme, tag)));
};

const PG = ['16.9', '17', '17.0', '17.4-2503310734', '17.11-standard-trixie', '18rc1', '18.0', 'latest'];

/** range, scheme, tags, those in it */
const CASES: [string, Scheme, string[], string[]][] = [
  ['>=17 <18', 'pg', PG, ['17', '17.0', '17.4-2503310734', '17.11-standard-trixie']],
  ['>17', 'pg', PG, ['18rc1', '18.0']],
  ['<=17', 'pg', PG, ['16.9', '17', '17.0', '17.4-2503310734', '17.11-standard-trixie']],
  ['17.x, !=17.4', 'pg', PG, ['17', '17.0', '17.11-standard-trixie']],
  ['16 || >=18', 'pg', PG, ['16.9', '18rc1', '18.0']],
  ['*', 'pg', PG, PG.slice(0, -1)],
  ['^1.2', 'semver', ['1.1.9', '1.2.0', '1.9.0', '2.0.0'], ['1.2.0', '1.9.0']],
  ['^0.3', 'semver', ['0.2.9', '0.3.1', '0.4.0'], ['0.3.1']],
  ['~1.2', 'semver', ['1.2.0', '1.2.9', '1.3.0'], ['1.2.0', '1.2.9']],
  ['1.2 - 1.4', 'semver', ['1.1.0', '1.2.0', '1.4.9', '1.5.0'], ['1.2.0', '1.4.9']],
  ['>=1.0.10', 'semver', ['1.0.9', '1.0.10', '1.0.63'], ['1.0.10', '1.0.63']],
  ['>=24.04', 'calver', ['2024.03', '24.04', '2024.10.1', '1.20.3'], ['24.04', '2024.10.1']],
  ['>=1.2.3.4', 'loose', ['1.2.3.3', '1.2.3.4', 'v1.2.4'], ['1.2.3.4', 'v1.2.4']],
  ['>9', 'numeric', ['9', '10', '100', 'x'], ['10', '100']],
];
for (const [range, scheme, tags, expected] of CASES) {
  test(`${range} (${scheme})`, () => assert.deepEqual(inRange(range, scheme, tags), expected));
}

test('what is no range is refused where it goes wrong', () => {
  for (const [range, position] of [
    ['>=17 <', 6],
    ['17rc1', 2],
    ['abc', 0],
    ['16 ||', 5],
    ['1.2.3.4.5', 0],
    ['>=17 & <18', 5],
  ] as const) {
    assert.throws(
      () => compileRange(range),
      (error) => error instanceof PatternError && error.position === position,
      range,
    );
  }
});
