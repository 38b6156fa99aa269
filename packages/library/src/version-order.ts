import type { Version } from '@pharos/contract';
import { isParsed, parseVersion, type Scheme } from './version.ts';

/** A version as the scheme of a rule read it: `revision` comes after the build (named group of the scheme regex). */
export interface ReadVersion extends Version {
  readonly revision?: string | null;
}

/** Above the first character of every identifier list, so that a release stands above all of its pre-releases. */
const RELEASE = '9';
const LIST_END = '0';
/** `2025-03-31T07:34:00.000Z`: as stampTime writes it, read by place, since it is read once per name of a preview. */
const TIME_LENGTH = 24;

/**
 * ASCII text whose byte order (SQL: COLLATE "C") is the order of versions: exact versions above floating ones above what
 * cannot be read; then major, minor, patch, pre-release (semver §11; alpha < beta < rc < release), build (none < number <
 * time stamp, ten and twelve digits on one axis), at last the tag's text. Numbers carry their length before them, so that
 * any length compares right; a missing number is lower than zero.
 */
export function versionSortKey(version: ReadVersion): string {
  const rank = !isParsed(version) ? (version.floating ? '1' : '0') : version.floating ? '1' : '2';
  const numbers = number(version.major) + number(version.minor) + number(version.patch);
  return `${rank}${numbers}${prereleaseKey(version)}${buildKey(version)}${revisionKey(version)} ${ascii(version.raw)}`;
}

/**
 * Bounds of sort keys of exact versions, for questions such as "is there a newer build?": above `afterBuild` and below
 * `minorEnd` stand newer builds of the same minor, from there to below `majorEnd` newer minors. Null for a version that names
 * no exact release.
 */
export function newerBounds(version: Version): { afterBuild: string; minorEnd: string; majorEnd: string } | null {
  if (!isParsed(version) || version.floating) return null;
  const major = `2${number(version.major)}`;
  const minor = `${major}${number(version.minor)}`;
  const build = `${minor}${number(version.patch)}${prereleaseKey(version)}${buildKey(version)}`;
  // `!` follows the space before the tag's text; `~` follows every character of a key's numbers.
  return { afterBuild: `${build}!`, minorEnd: `${minor}~`, majorEnd: `${major}~` };
}

/** Where the keys of exact versions begin that start with these numbers: `[17, 4]` → every 17.4 is at or above it. */
export function versionKeyOf(parts: readonly number[]): string {
  return `2${parts.map(number).join('')}`;
}

/** Total order of versions, also between schemes: negative when `a` is older. Agrees with versionSortKey by definition. */
export function compareVersions(a: Version, b: Version): number {
  const left = versionSortKey(a);
  const right = versionSortKey(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The newest of several tags: the highest exact release; without one the highest pre-release, then the highest floating
 * tag, then the last in text order. Null for none at all. Does not depend on the order of its input.
 */
export function newestTag(tags: Iterable<string>, scheme: Scheme): string | null {
  let newest: { tag: string; key: string } | null = null;
  for (const tag of tags) {
    const version = parseVersion(scheme, tag);
    const release = isParsed(version) && !version.floating && version.prerelease === null ? '1' : '0';
    const key = release + versionSortKey(version);
    if (newest === null || key > newest.key) newest = { tag, key };
  }
  return newest?.tag ?? null;
}

/** Two base-36 digits of length, then the digits: `17` → `0217`; null → `00`. */
export function number(value: number | string | null): string {
  if (value === null) return '00';
  if (typeof value === 'number' && value >= 0 && value < 100) return value < 10 ? `01${value}` : `02${value}`;
  const digits = String(value).replace(/^0+(?=\d)/, '');
  return digits.length.toString(36).padStart(2, '0') + digits;
}

function prereleaseKey(version: Version): string {
  if (version.prerelease === null) return RELEASE;
  // `beta11` is one identifier in semver (§11.4.2: text order), but a word and a number in PostgreSQL's releases.
  const split = version.scheme === 'pg' ? version.prerelease.replace(/(?<=[a-z])(?=\d)/gi, '.') : version.prerelease;
  return split.split('.').map(identifierKey).join('') + LIST_END;
}

/** Semver §11.4: numeric identifiers are lower than others; `!` is lower than any character of an identifier. */
function identifierKey(identifier: string): string {
  return /^\d+$/.test(identifier) ? `1${number(identifier)}` : `2${ascii(identifier)}!`;
}

function buildKey(version: Version): string {
  const time = version.buildTime;
  if (time !== null && TIME_LENGTH === time.length) {
    return `2${time.slice(0, 4)}${time.slice(5, 7)}${time.slice(8, 10)}${time.slice(11, 13)}${time.slice(14, 16)}`;
  }
  if (time !== null) return `2${time.replace(/\D/g, '').slice(0, 12)}`;
  return version.build === null ? '0' : `1${number(version.build)}`;
}

/** `,` stands above the blank before the text, so that a revision is newer than none. */
function revisionKey({ revision }: ReadVersion): string {
  return revision == null ? '' : `,${number(revision)}`;
}

/** Text in printable ASCII whose byte order does not depend on the machine. */
export function ascii(text: string): string {
  // Nearly every tag is fine as it is, and looking is cheaper than writing it anew.
  if (!/[^\x20-\x7d]/.test(text)) return text;
  return text.replace(/[^\x20-\x7d]/g, (character) => `~${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
