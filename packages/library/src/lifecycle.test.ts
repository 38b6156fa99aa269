import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE_RELEASES } from './data/base-releases.ts';
import { POSTGRES_RELEASES } from './data/postgres-releases.ts';
import { lifecycleOf } from './lifecycle.ts';
import { parseVersion } from './version.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const of = (tag: string, os: string | null = null, now = NOW) =>
  lifecycleOf(parseVersion('pg', tag), 'postgresql', os, now);

test('the end of life of a major, and whether it has passed: its last day still counts', () => {
  assert.deepEqual([of('14.24')?.endOfLife, of('14.24')?.isPast], ['2026-11-12', true]);
  assert.equal(of('14.24', null, new Date('2026-11-12T23:00:00Z'))?.isPast, false);
  assert.equal(of('14.24', null, new Date('2026-11-13T00:00:00Z'))?.isPast, true);
  assert.deepEqual([of('17.4')?.endOfLife, of('17.4')?.isPast], ['2029-11-08', false]);
});

test('a newer minor, as a number: 17.9 is older than 17.11', () => {
  assert.equal(of('17.9')?.newerMinor, '17.11');
  assert.equal(of('17.11')?.newerMinor, null);
  assert.equal(of('17.12')?.newerMinor, null, 'newer than the data file knows');
  assert.equal(of('17')?.newerMinor, null, 'a name without a minor names no older one');
  assert.equal(of('18beta3')?.newerMinor, '18.6');
});

test('the base has an end of its own', () => {
  assert.deepEqual(of('17.4', 'bookworm')?.os, {
    name: 'bookworm',
    endOfLife: '2026-06-10',
    extendedUntil: '2028-06-30',
    isPast: true,
  });
  assert.equal(of('17.4', 'trixie')?.os?.isPast, false);
  assert.equal(of('17.4', 'photon5')?.os, null);
  assert.equal(of('17.4', 'constructor')?.os, null);
});

test('nothing is claimed of what is not known', () => {
  assert.equal(of('99.1'), null);
  assert.equal(lifecycleOf(parseVersion('pg', '17.4'), null, 'trixie', NOW), null);
  assert.equal(lifecycleOf(null, 'epas', null, NOW), null);
  assert.equal(of('19beta3', 'trixie')?.endOfLife, null);
});

test('what the library holds is handed through', () => {
  const newer = { minor: '17.5-2506091630', build: '17.4-2504010000' };
  const lifecycle = lifecycleOf(parseVersion('pg', '17.4-2503310734'), 'epas', null, NOW, newer);
  assert.deepEqual([lifecycle?.newerMinorTag, lifecycle?.newerBuildTag], [newer.minor, newer.build]);
});

test('the data files are well formed and dated', () => {
  const day = /^\d{4}-\d{2}-\d{2}$/;
  for (const { endOfLife, latestMinor } of Object.values(POSTGRES_RELEASES.majors)) {
    assert.match(endOfLife, day);
    assert.ok(Number.isInteger(latestMinor));
  }
  for (const { endOfLife, extendedUntil } of Object.values(BASE_RELEASES.releases)) {
    assert.match(endOfLife, day);
    assert.ok(extendedUntil === null || extendedUntil > endOfLife);
  }
  for (const { source, asOf } of [POSTGRES_RELEASES, BASE_RELEASES]) assert.ok(source.length > 10 && day.test(asOf));
});
