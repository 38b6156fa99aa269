import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Version } from '@pharos/contract';
import { parseVersion, type Scheme } from './version.ts';
import { compareVersions, newestTag, versionSortKey } from './version-order.ts';

/** Oldest first, as a person would put them. */
const ORDERED: [Scheme, string[]][] = [
  [
    'pg',
    [
      'nonsense',
      'pg16.4-ts2.16.1',
      'latest',
      '9.6',
      '17',
      '17-standard-trixie',
      '18',
      '9.6.24',
      '10.2',
      '16.2',
      '16.2.103',
      '16.10',
      '17beta1',
      '17beta2',
      '17beta11',
      '17rc1',
      '17.0',
      '17.4',
      '17.4-007',
      '17.4-9',
      '17.4-18',
      '17.4-99999999999999999999',
      '17.4-2503300000',
      '17.4-2503310734',
      '17.4-202503310735-standard-trixie',
      '17.4-2508141944-full',
      '17.4-202607270910-minimal-trixie',
      '17.4-202607270910-standard-trixie',
      '17.5-2506091630-full',
      '17.10',
      '18rc1-system-trixie',
      '18.0',
    ],
  ],
  [
    'semver',
    [
      // Semver §11.4's own example, and its neighbours.
      'junk',
      'latest',
      '1',
      '1.8',
      '1.0.0-1.2',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.3.3',
      '1.8.5',
      '1.10.0',
      '2.0.9',
      '2.0.9-variant',
      '2.0.13',
      '10.0.0',
    ],
  ],
  ['none', ['10.0', '9.0', 'b', 'latest']],
];

for (const [scheme, tags] of ORDERED) {
  test(`${scheme}: every pair of the list stands in its order`, () => {
    const versions = tags.map((tag) => parseVersion(scheme, tag));
    for (const [i, a] of versions.entries()) {
      for (const [j, b] of versions.entries()) {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a.raw} against ${b.raw}`);
      }
    }
  });
}

/** A small generator of its own, so that a failure can be repeated. */
function* random(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const numbers = random(20_261_123);
const pick = <T>(values: readonly T[]): T => values[Math.floor(numbers.next().value * values.length)]!;

function randomTag(): string {
  const parts = [
    pick(['', '', 'v']),
    pick(['9', '10', '17', '18', '1', '0', '2025', 'x']),
    pick(['', '.0', '.4', '.10', '.99', '.04']),
    pick(['', '', '.1', '.103', '.2503310734']),
    pick(['', '', '', 'beta1', 'rc2', '-rc.11', '-alpha', '-0.3']),
    pick(['', '', '-2503310734', '-202503310734', '-18', '-007', '-123456789012345678901']),
    pick(['', '', '-full', '-minimal', '-18']),
    pick(['', '', '-trixie', '-ubi9']),
  ];
  return pick(['', '', '', '', 'latest', 'é\u{1f600}', '~', '}']) || parts.join('');
}

/** The order written out field by field, to hold the sort key against. */
function oracle(a: Version, b: Version): number {
  const rank = (v: Version) => (v.floating ? 1 : v.major === null ? 0 : 2);
  const steps = [
    rank(a) - rank(b),
    ...(['major', 'minor', 'patch'] as const).map((part) => (a[part] ?? -1) - (b[part] ?? -1)),
    prerelease(a, b),
    build(a, b),
  ];
  const decided = steps.find((step) => step !== 0);
  return Math.sign(decided ?? 0);
}

function prerelease(a: Version, b: Version): number {
  const identifiers = (v: Version) =>
    (v.scheme === 'pg' ? v.prerelease?.match(/[a-z]+|\d+/gi) : v.prerelease?.split('.')) ?? null;
  const [left, right] = [identifiers(a), identifiers(b)];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x, y] = [left[at], right[at]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const [xn, yn] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (xn !== yn) return xn ? -1 : 1;
    if (xn && BigInt(x) !== BigInt(y)) return BigInt(x) < BigInt(y) ? -1 : 1;
    if (!xn && x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function build(a: Version, b: Version): number {
  const stage = (v: Version) => (v.buildTime !== null ? 2 : v.build !== null ? 1 : 0);
  if (stage(a) !== stage(b)) return stage(a) - stage(b);
  if (a.buildTime !== null) return Date.parse(a.buildTime) - Date.parse(b.buildTime!);
  const difference = BigInt(a.build ?? 0) - BigInt(b.build ?? 0);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

test('the sort key is the order: random pairs against the order field by field, in the bytes a database compares', () => {
  for (let round = 0; round < 20_000; round += 1) {
    const a = parseVersion(pick(['pg', 'semver', 'none']), randomTag());
    const b = parseVersion(pick(['pg', 'semver', 'none']), randomTag());
    const byBytes = Math.sign(Buffer.compare(Buffer.from(versionSortKey(a)), Buffer.from(versionSortKey(b))));
    assert.equal(byBytes, compareVersions(a, b), `${a.raw} ${b.raw}`);
    assert.equal(compareVersions(b, a), 0 - byBytes, 'antisymmetric');
    const expected = oracle(a, b);
    if (expected !== 0) assert.equal(byBytes, expected, `${a.scheme} ${a.raw} against ${b.scheme} ${b.raw}`);
    assert.match(versionSortKey(a), /^[\x20-\x7e]+$/);
  }
});

test('the order is transitive and does not depend on the order of arrival', () => {
  for (let round = 0; round < 3_000; round += 1) {
    const [a, b, c] = Array.from({ length: 3 }, () => parseVersion(pick(['pg', 'semver']), randomTag())).sort(
      compareVersions,
    ) as [Version, Version, Version];
    assert.ok(compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0 && compareVersions(a, c) <= 0);
  }
  const tags = ORDERED[0]![1];
  const sort = (list: string[]) =>
    list
      .map((tag) => parseVersion('pg', tag))
      .sort(compareVersions)
      .map(({ raw }) => raw);
  assert.deepEqual(sort([...tags].reverse()), tags);
});

test('newest is the highest exact release, with sensible seconds', () => {
  const docker = ['latest', '17', '17.4', '17.4-alpine3.21', '17-bookworm', '18beta1', '16.8', '9.6.24', 'trixie'];
  assert.equal(newestTag(docker, 'pg'), '17.4-alpine3.21');
  assert.equal(newestTag([...docker].reverse(), 'pg'), '17.4-alpine3.21');
  const edb = ['17.4-2503310734', '17.5-2506091630-full', '17.5-2508141944-full', '16.9-2512010000'];
  assert.equal(newestTag(edb, 'pg'), '17.5-2508141944-full');
  assert.equal(newestTag(['1.8.5', '1.10.0', '1', 'latest'], 'semver'), '1.10.0');
  assert.equal(newestTag(['19beta1', '19beta2', 'latest'], 'pg'), '19beta2');
  assert.equal(newestTag(['17', '18', 'latest', 'junk'], 'pg'), '18');
  assert.equal(newestTag(['b', 'a'], 'pg'), 'b');
  assert.equal(newestTag([], 'pg'), null);
});
