import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  absoluteTime,
  escapeHostile,
  formatBytes,
  formatDuration,
  formatInterval,
  formatSpan,
  plural,
  relativeTime,
  shortDigest,
} from './format.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');

test('a time is told from the present, in the largest unit that fits', () => {
  assert.equal(relativeTime('2026-11-23T11:59:58.000Z', NOW), 'just now');
  assert.equal(relativeTime('2026-11-23T11:59:20.000Z', NOW), '40 seconds ago');
  assert.equal(relativeTime('2026-11-23T11:01:00.000Z', NOW), '59 minutes ago');
  assert.equal(relativeTime('2026-11-22T11:00:00.000Z', NOW), 'yesterday');
  assert.equal(relativeTime('2026-11-23T12:04:00.000Z', NOW), 'in 4 minutes');
  assert.equal(relativeTime('not a time', NOW), 'unknown');
});

test('an absolute time is UTC whatever the browser is set to', () => {
  assert.equal(absoluteTime('2026-11-23T17:00:05.123Z'), '2026-11-23 17:00:05 UTC');
  assert.equal(absoluteTime('soon'), 'soon');
});

test('bytes never read 1024 of a unit', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(1023), '1023 B');
  assert.equal(formatBytes(1024), '1.0 KiB');
  assert.equal(formatBytes(1024 * 1024 - 1), '1.0 MiB');
  assert.equal(formatBytes(88_290_000), '84.2 MiB');
  assert.equal(formatBytes(5 * 1024 ** 4), '5.0 TiB');
});

test('durations', () => {
  assert.equal(formatDuration(12), '12 ms');
  assert.equal(formatDuration(4200), '4.2 s');
  assert.equal(formatDuration(59_990), '1 min 0 s');
  assert.equal(formatDuration(200_000), '3 min 20 s');
  assert.equal(formatDuration(7_500_000), '2 h 5 min');
  assert.equal(formatSpan('2026-11-23T11:59:00.000Z', null, NOW), '1 min 0 s');
});

test('an interval is told in the unit it was meant in', () => {
  assert.equal(formatInterval(300), 'every 5 minutes');
  assert.equal(formatInterval(3600), 'every hour');
  assert.equal(formatInterval(90), 'every 90 seconds');
  assert.equal(formatInterval(172_800), 'every 2 days');
});

test('one and many', () => {
  assert.equal(plural(1, 'tag'), '1 tag');
  assert.equal(plural(0, 'tag'), '0 tags');
  assert.equal(plural(12_345, 'repository', 'repositories'), '12,345 repositories');
});

test('a digest is short without its algorithm', () => {
  assert.equal(shortDigest(`sha256:0123456789abcdef${'0'.repeat(48)}`), '0123456789ab');
});

test('characters that redraw their neighbours are written out', () => {
  assert.equal(escapeHostile('safe\u202Egpj.exe'), 'safe\\u{202E}gpj.exe');
  assert.equal(escapeHostile('a\u0000b\u200Bc\u2028d'), 'a\\u{0}b\\u{200B}c\\u{2028}d');
  assert.equal(escapeHostile('one\ntwo'), 'one\\u{A}two');
  assert.equal(escapeHostile('one\ntwo\r', true), 'one\ntwo\\u{D}');
  assert.equal(escapeHostile('plain ümläut 日本'), 'plain ümläut 日本');
});
