/**
 * Versions as tags and annotations state them, and their one order. Text order is never used for a number: registries
 * and peers that did so offered 9.6 before 17.4 and `-2503300000` before `-202503310734`.
 */
import type { Kind, Version } from '@pharos/contract';
import { stampTime } from './build-stamp.ts';
import { isOperatingSystem } from './operating-system.ts';
import { PRERELEASE_WORD, parseCalver, parseLoose, parseNumeric } from './version-schemes.ts';

/**
 * How a tag is to be read. `none` reads nothing: the order is the tag's text alone. `regex` needs its pattern and is
 * read by versionReader (version-reader.ts); here it reads nothing.
 */
export type Scheme = Version['scheme'];

/** Longest text that is looked at: a tag has at most 128 characters, an annotation may be longer and is then no version. */
const MAX_LENGTH = 128;

const MOVING =
  /^(?:latest|stable|edge|current|rolling|lts|main|master|mainline|head|trunk|tip|nightly|daily|weekly|dev|devel|develop|development|testing|unstable|staging|prod|production|release|preview|canary|snapshot|next|alpha|beta|rc)$/i;

/** PostgreSQL majors are one or two digits; the operator's own parser takes 2503310734 or 202505 for a major. */
const PG =
  /^v?([1-9]\d?)(?:\.(0|[1-9]\d?)(?:\.(\d{1,12}))?)?(?:[~-]?(alpha|beta|rc)\.?(\d{1,4}))?(?:-(\d{1,64}))?((?:-[A-Za-z][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*)?)$/;

/** `1.8.5`, `v2.0.9-variant`, and leniently `1.8` and `1`, four or more components being no version. */
const SEMVER = /^v?(\d{1,5})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-~]([0-9A-Za-z._-]+))?(?:\+[0-9A-Za-z.-]*)?$/;

/** Extension images: `[<epoch>-]<version>[-<YYYYMMDDhhmm>]-<PostgreSQL major>-<distribution>`. */
const EXTENSION =
  /^(?:\d{1,2}-)?(\d{1,5})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-(\d{10}|\d{12}))?-(\d{2})-([a-z][a-z0-9.]*)$/;

/**
 * Reads a tag (or an annotation's version). Never throws. What cannot be read has all parts null; `floating` is then
 * true for well-known moving names (`latest`, `stable`, `trixie`). The raw text is kept, at most 128 characters of it.
 */
export function parseVersion(scheme: Scheme, tag: string): Version {
  const raw = tag.slice(0, MAX_LENGTH);
  if (tag.length > MAX_LENGTH) return unparsed(scheme, raw);
  return parsedBy(scheme, raw) ?? unparsed(scheme, raw);
}

function parsedBy(scheme: Scheme, raw: string): Version | null {
  switch (scheme) {
    case 'pg':
      return parsePg(raw);
    case 'semver':
      return parseExtension(raw) ?? parseSemver(raw);
    case 'loose':
      return whole(scheme, raw, parseLoose(raw));
    case 'calver':
      return whole(scheme, raw, parseCalver(raw));
    case 'numeric':
      return whole(scheme, raw, parseNumeric(raw));
    default:
      return null;
  }
}

function whole(scheme: Scheme, raw: string, parts: Partial<Version> | null): Version | null {
  return parts === null ? null : { ...blank(scheme, raw), ...parts };
}

/** Whether the scheme could read the text. */
export function isParsed(version: Version): boolean {
  return version.major !== null;
}

/** Whether it names an exact build by its time stamp: such a tag is taken to be immutable and need not be resolved again. */
export function isBuildStamped(version: Version): boolean {
  return version.buildTime !== null;
}

/** The scheme that a kind's tags are written in. Without a kind, semver, which also reads PostgreSQL's stamped releases. */
export function defaultScheme(kind: Kind | null): Scheme {
  return kind === 'postgres' ? 'pg' : 'semver';
}

/**
 * `17.4-2503310734-standard-trixie`, which nearly every tag of a large repository is: read character by character, for a
 * preview reads a million of them. Null: it is not of this form, and the expression decides.
 */
function parseBuildOfPg(raw: string): Version | null {
  const [major, dot] = smallNumber(raw, 0);
  if (major < 10 || raw.charCodeAt(dot) !== DOT) return null;
  const [minor, dash] = smallNumber(raw, dot + 1);
  if (minor < 0 || raw.charCodeAt(dash) !== DASH) return null;
  let end = dash + 1;
  while (isDigit(raw.charCodeAt(end))) end += 1;
  const build = raw.slice(dash + 1, end);
  const suffix = build === '' || build.length > 64 ? null : suffixOf(raw.slice(end));
  if (suffix === null) return null;
  const { flavour, os } = suffix;
  const numbers = { major, minor, patch: null, build, buildTime: stampTime(build) };
  return { raw, scheme: 'pg', ...numbers, flavour, os, prerelease: null, floating: false };
}

const DOT = 46;
const DASH = 45;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** One or two digits without a leading zero, and where they end; -1 where there are none. */
function smallNumber(text: string, at: number): readonly [value: number, end: number] {
  const one = text.charCodeAt(at);
  if (!isDigit(one)) return [-1, at];
  const two = text.charCodeAt(at + 1);
  if (one === 48 || !isDigit(two)) return [one - 48, at + 1];
  return [(one - 48) * 10 + two - 48, at + 2];
}

type Suffix = ReturnType<typeof flavourAndOs>;
const SUFFIX = /^(?:-[A-Za-z][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*)?$/;
/** A million tags end in a handful of suffixes. Bounded, because tags are hostile text. */
const SUFFIXES = new Map<string, Suffix | null>();
const MOST_SUFFIXES = 2_000;

/** What stands behind the build; null when it is no flavour. */
function suffixOf(text: string): Suffix | null {
  const known = SUFFIXES.get(text);
  if (known !== undefined) return known;
  const read = SUFFIX.test(text) ? flavourAndOs(text === '' ? [] : text.slice(1).split('-')) : null;
  if (SUFFIXES.size < MOST_SUFFIXES) SUFFIXES.set(text, read);
  return read;
}

function parsePg(raw: string): Version | null {
  const stamped = parseBuildOfPg(raw);
  if (stamped !== null) return stamped;
  const match = PG.exec(raw);
  if (match === null) return null;
  const [, majorText, minorText, third, word, wordNumber, digits, suffix] = match;
  const major = Number(majorText);
  if (major < 7) return null;
  // `17.4.2503310734`: some pipelines join the stamp with a dot.
  const thirdIsStamp = third !== undefined && stampTime(third) !== null;
  if (third !== undefined && !thirdIsStamp && third.length > 9) return null;
  const build = digits ?? (thirdIsStamp ? third : null);
  const buildTime = build === null ? null : stampTime(build);
  const patch = third === undefined || thirdIsStamp ? null : Number(third);
  const minor = minorText === undefined ? null : Number(minorText);
  const prerelease = word === undefined ? null : `${word}${wordNumber}`;
  // Up to 9.6 a major version had two numbers, so that 9.6 is what 17 is today.
  const lineOnly = major < 10 ? patch === null : minor === null;
  return {
    ...blank('pg', raw),
    major,
    minor,
    patch,
    build,
    buildTime,
    ...flavourAndOs(suffix === undefined || suffix === '' ? [] : suffix.slice(1).split('-')),
    prerelease,
    floating: lineOnly && prerelease === null && buildTime === null,
  };
}

function parseSemver(raw: string): Version | null {
  const match = SEMVER.exec(raw);
  if (match === null) return null;
  const [, major, minor, patch, suffix] = match;
  const parts = suffix === undefined ? [] : suffix.split('-');
  const stamp = parts[0] !== undefined && stampTime(parts[0]) !== null ? parts.shift()! : null;
  const isPrerelease = parts[0] !== undefined && (/^\d+(?:\.|$)/.test(parts[0]) || PRERELEASE_WORD.test(parts[0]));
  const os = parts.length > 0 && isOperatingSystem(parts.at(-1)!) ? parts.pop()! : null;
  const rest = parts.length === 0 ? null : parts.join('-');
  const exact = patch !== undefined || stamp !== null || (isPrerelease && rest !== null);
  return {
    ...blank('semver', raw),
    major: Number(major),
    minor: minor === undefined ? null : Number(minor),
    patch: patch === undefined ? null : Number(patch),
    build: stamp,
    buildTime: stamp === null ? null : stampTime(stamp),
    flavour: isPrerelease ? null : rest,
    os,
    prerelease: isPrerelease ? rest : null,
    floating: !exact,
  };
}

function parseExtension(raw: string): Version | null {
  const match = EXTENSION.exec(raw);
  if (match === null) return null;
  const [, major, minor, patch, stamp, pgMajor, os] = match;
  if (!isOperatingSystem(os!)) return null;
  const buildTime = stamp === undefined ? null : stampTime(stamp);
  if (stamp !== undefined && buildTime === null) return null;
  return {
    ...blank('semver', raw),
    major: Number(major),
    minor: minor === undefined ? null : Number(minor),
    patch: patch === undefined ? null : Number(patch),
    build: stamp ?? null,
    buildTime,
    flavour: pgMajor!,
    os: os!,
    floating: minor === undefined && buildTime === null,
  };
}

/** `standard-ubi9` → flavour and operating system. */
export function flavourAndOs(parts: string[]): { flavour: string | null; os: string | null } {
  const os = parts.length > 0 && isOperatingSystem(parts.at(-1)!) ? parts.at(-1)! : null;
  const words = os === null ? parts : parts.slice(0, -1);
  return { flavour: words.length === 0 ? null : words.join('-'), os };
}

/** A text that the scheme cannot read: nothing is known of it but whether it is a well-known moving name. */
export function unparsed(scheme: Scheme, raw: string): Version {
  const os = isOperatingSystem(raw) ? raw : null;
  const floating = os !== null || MOVING.test(raw) || /^(?:latest|stable)-/i.test(raw);
  return { ...blank(scheme, raw), os: scheme === 'none' ? null : os, floating };
}

/** A version of which nothing is known. */
export function blank(scheme: Scheme, raw: string): Version {
  return {
    raw,
    scheme,
    major: null,
    minor: null,
    patch: null,
    build: null,
    buildTime: null,
    flavour: null,
    os: null,
    prerelease: null,
    floating: false,
  };
}
