import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanText } from './clean-text.ts';
import { isOperatingSystem, operatingSystemOfBase } from './operating-system.ts';

const BASES: [string, string | null][] = [
  ['docker.io/library/debian:trixie-20260803-slim', 'trixie'],
  ['debian:12-slim', 'bookworm'],
  ['debian:12.5', 'bookworm'],
  ['debian:bookworm@sha256:00', 'bookworm'],
  ['ubuntu:24.04', 'noble'],
  ['ubuntu:jammy', 'jammy'],
  ['alpine:3.21.2', 'alpine3.21'],
  ['registry.access.redhat.com/ubi9/ubi:9.6', 'ubi9'],
  ['registry.access.redhat.com/ubi9-minimal:latest', 'ubi9'],
  ['localhost:5000/team/base:1', null],
  ['scratch', null],
  ['', null],
];
for (const [reference, os] of BASES) {
  test(`base "${reference}" is ${os}`, () => assert.equal(operatingSystemOfBase(reference), os));
}

test('parts of tags that name an operating system, and others', () => {
  for (const name of ['trixie', 'ubi9', 'alpine3.21', 'alpine', 'rocky9', 'el9', 'bookworm'])
    assert.equal(isOperatingSystem(name), true, name);
  for (const name of ['full', 'minimal', 'pgd620', '17', 'Trixie', 'trixie2'])
    assert.equal(isOperatingSystem(name), false, name);
});

test('text is cleaned of what hides or reorders it', () => {
  assert.equal(cleanText(' a\u0000\u200b\u202eb\r\n\tc\u{e0041} ', 100), 'a b c');
  assert.equal(cleanText('äöü €', 100), 'äöü €');
  assert.equal(cleanText('\u{1f600}'.repeat(3), 3), '\u{1f600}');
  assert.equal(cleanText('x'.repeat(1e6), 10), 'x'.repeat(10));
});
