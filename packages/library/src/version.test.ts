import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultScheme, isBuildStamped, isParsed, parseVersion, type Scheme } from './version.ts';

const NONE = {
  major: null,
  minor: null,
  patch: null,
  build: null,
  flavour: null,
  os: null,
  prerelease: null,
  floating: false,
};

/** Tag → the parts that are not null, or not false. */
const PG: Record<string, Partial<ReturnType<typeof parseVersion>>> = {
  '17.4-2503310734': { major: 17, minor: 4, build: '2503310734', buildTime: '2025-03-31T07:34:00.000Z' },
  '17.5-2506091630-full': {
    major: 17,
    minor: 5,
    build: '2506091630',
    buildTime: '2025-06-09T16:30:00.000Z',
    flavour: 'full',
  },
  '18.4-202607270910-minimal-trixie': {
    major: 18,
    minor: 4,
    build: '202607270910',
    buildTime: '2026-07-27T09:10:00.000Z',
    flavour: 'minimal',
    os: 'trixie',
  },
  '18rc1-system-trixie': { major: 18, prerelease: 'rc1', flavour: 'system', os: 'trixie' },
  '19beta3-minimal-trixie': { major: 19, prerelease: 'beta3', flavour: 'minimal', os: 'trixie' },
  '19~beta3': { major: 19, prerelease: 'beta3' },
  '15.15-pgd620-expanded-ubi9': { major: 15, minor: 15, flavour: 'pgd620-expanded', os: 'ubi9' },
  '18.1-standard-ubi9': { major: 18, minor: 1, flavour: 'standard', os: 'ubi9' },
  '17': { major: 17, floating: true },
  '17-standard-trixie': { major: 17, flavour: 'standard', os: 'trixie', floating: true },
  '17-bookworm': { major: 17, os: 'bookworm', floating: true },
  '17.4-alpine3.21': { major: 17, minor: 4, os: 'alpine3.21' },
  '17.4-alpine': { major: 17, minor: 4, os: 'alpine' },
  '17.11-standard-trixie': { major: 17, minor: 11, flavour: 'standard', os: 'trixie' },
  '16.2.103': { major: 16, minor: 2, patch: 103 },
  '17.4.2503310734': { major: 17, minor: 4, build: '2503310734', buildTime: '2025-03-31T07:34:00.000Z' },
  'v17.4': { major: 17, minor: 4 },
  '16.1-18': { major: 16, minor: 1, build: '18' },
  '17-2503310734': { major: 17, build: '2503310734', buildTime: '2025-03-31T07:34:00.000Z' },
  '9.6.24': { major: 9, minor: 6, patch: 24 },
  '9.6': { major: 9, minor: 6, floating: true },
  latest: { floating: true },
  stable: { floating: true },
  trixie: { os: 'trixie', floating: true },
  'latest-bookworm': { floating: true },
  // A stamp that is no date stays a number, so the tag is not taken for immutable.
  '17.4-2513310734': { major: 17, minor: 4, build: '2513310734' },
  '17.4-2502300734': { major: 17, minor: 4, build: '2502300734' },
  // What the operator's own parser takes for a major version.
  '2503310734': {},
  '202505': {},
  'pg16.4-ts2.16.1': {},
  '17_4': {},
  '17.': {},
  '17.-x': {},
  '16.100': {},
  '6.5': {},
  '0.8.6-202607270910-18-trixie': {},
  '3.6.4-202607270910-18-trixie': {},
  '24.04': {},
  '24-05-01': {},
  '17-3.5': {},
  '': {},
  '../etc/passwd': {},
};

const SEMVER: Record<string, Partial<ReturnType<typeof parseVersion>>> = {
  '1.8.5': { major: 1, minor: 8, patch: 5 },
  '1.8': { major: 1, minor: 8, floating: true },
  '1': { major: 1, floating: true },
  'v2.0.9-variant': { major: 2, minor: 0, patch: 9, flavour: 'variant' },
  '1.0.0-alpha.1': { major: 1, minor: 0, patch: 0, prerelease: 'alpha.1' },
  '1.0.0-rc1': { major: 1, minor: 0, patch: 0, prerelease: 'rc1' },
  '1.0.0-0.3.7': { major: 1, minor: 0, patch: 0, prerelease: '0.3.7' },
  '1.0.0-rc.1-ubuntu22.04': { major: 1, minor: 0, patch: 0, prerelease: 'rc.1', os: 'ubuntu22.04' },
  '1.8.5-ubuntu22.04': { major: 1, minor: 8, patch: 5, os: 'ubuntu22.04' },
  '1.8.5+build.7': { major: 1, minor: 8, patch: 5 },
  '0.8.6-202607270910-18-trixie': {
    major: 0,
    minor: 8,
    patch: 6,
    build: '202607270910',
    buildTime: '2026-07-27T09:10:00.000Z',
    flavour: '18',
    os: 'trixie',
  },
  '0.8.6-18-trixie': { major: 0, minor: 8, patch: 6, flavour: '18', os: 'trixie' },
  '1-6.1.0-202607270910-18-trixie': {
    major: 6,
    minor: 1,
    patch: 0,
    build: '202607270910',
    buildTime: '2026-07-27T09:10:00.000Z',
    flavour: '18',
    os: 'trixie',
  },
  latest: { floating: true },
  '202505': {},
  '1.2.3.4': {},
  'not-a-version': {},
  'prerelease-1': {},
};

for (const [scheme, table] of [
  ['pg', PG],
  ['semver', SEMVER],
] as [Scheme, typeof PG][]) {
  for (const [tag, parts] of Object.entries(table)) {
    test(`${scheme} reads "${tag}"`, () => {
      assert.deepEqual(parseVersion(scheme, tag), { raw: tag, scheme, ...NONE, buildTime: null, ...parts });
    });
  }
}

test('none reads nothing but knows moving names', () => {
  assert.equal(isParsed(parseVersion('none', '17.4')), false);
  assert.equal(parseVersion('none', '17.4').floating, false);
  assert.equal(parseVersion('none', 'latest').floating, true);
});

test('only a tag with a real time stamp names an exact build', () => {
  const stamped = (scheme: Scheme, tag: string) => isBuildStamped(parseVersion(scheme, tag));
  assert.equal(stamped('pg', '17.4-2503310734'), true);
  assert.equal(stamped('semver', '17.4-2503310734-full'), true);
  for (const tag of ['17.11-standard-trixie', '17', '17.4-2513310734', '16.1-18', 'latest'])
    assert.equal(stamped('pg', tag), false, tag);
  assert.equal(stamped('semver', '1.8.5'), false);
});

test('no text makes it throw, and what is too long for a tag is no version', () => {
  const long = `17.4${'-a'.repeat(40_000)}`;
  assert.equal(isParsed(parseVersion('pg', long)), false);
  assert.equal(parseVersion('semver', long).raw.length, 128);
  for (const tag of ['\u0000', '\ud800', '9'.repeat(128), '-', '17-'.repeat(43)]) {
    for (const scheme of ['pg', 'semver', 'none'] as const) assert.equal(isParsed(parseVersion(scheme, tag)), false);
  }
});

test('kinds have their schemes', () => {
  assert.equal(defaultScheme('postgres'), 'pg');
  assert.equal(defaultScheme('model'), 'semver');
  assert.equal(defaultScheme(null), 'semver');
});

test('a tag with its build reads as it does with a v before it, which is read by the whole expression', () => {
  const majors = ['7', '9', '10', '17', '017', '170', '0', 'x'];
  const minors = ['', '.0', '.4', '.04', '.12', '.123', '.4.1', '.'];
  const builds = [
    '',
    '-',
    '-1',
    '-2503310734',
    '-202503310734',
    '-2513310734',
    '-rc1',
    '~rc1-7',
    `-${'9'.repeat(64)}`,
    `-${'9'.repeat(65)}`,
  ];
  const suffixes = [
    '',
    '-full',
    '-full-trixie',
    '-trixie',
    '-',
    '--full',
    '-9x',
    '-a--b',
    '-Full_x.y',
    '-ubi9-x',
    ' ',
    '-ü',
  ];
  for (const major of majors)
    for (const minor of minors)
      for (const build of builds)
        for (const suffix of suffixes) {
          const tag = `${major}${minor}${build}${suffix}`;
          const { raw, ...version } = parseVersion('pg', tag);
          const { raw: rawOfOther, ...other } = parseVersion('pg', `v${tag}`);
          assert.equal(rawOfOther, `v${raw}`);
          assert.deepEqual({ ...version, floating: 0 }, { ...other, floating: 0 }, tag);
          if (isParsed(version as ReturnType<typeof parseVersion>)) assert.equal(version.floating, other.floating, tag);
        }
});
