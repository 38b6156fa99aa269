/** Schemes for what is neither PostgreSQL's nor semantic versioning: any numbers, calendar versions, one number. */
import type { Version } from '@pharos/contract';
import { stampTime } from './build-stamp.ts';
import { isOperatingSystem } from './operating-system.ts';

type Parts = Partial<Omit<Version, 'raw' | 'scheme'>>;

/** Words that mark what comes before a release. `m1` is a milestone. */
export const PRERELEASE_WORD = /^(?:alpha|beta|rc|pre|preview|dev|snapshot|nightly|canary|ea|milestone|m\d)(?![a-z])/i;

const LOOSE =
  /^((?:[A-Za-z][A-Za-z0-9]*?[-_.]|v)*)(\d{1,15})((?:\.\d{1,15}){0,8})(?:[-_+.~]?([A-Za-z0-9][A-Za-z0-9._+~-]*))?$/;

/**
 * Whatever begins with numbers, after a word if there is one: `v1.2`, `release-1.2.3`, `1.2.3.4`, `1.2.3-rc.1`,
 * `2.0-17-alpine`. The word before and the words behind are its flavour; a number behind is a build and no pre-release.
 */
export function parseLoose(raw: string): Parts | null {
  const match = LOOSE.exec(raw);
  if (match === null) return null;
  const [, prefix, major, more, suffix] = match;
  const numbers = more === '' ? [] : more!.slice(1).split('.');
  const [minor, patch, fourth, ...rest] = numbers;
  if (rest.length > 0) return null;
  const before = prefix!.replace(/^v$|(?<=[-_.])v$/, '').replace(/[-_.]$/, '');
  const tail = tailOf(suffix ?? '');
  const words = [before, tail.flavour ?? ''].filter((word) => word !== '' && word !== 'v');
  return {
    major: Number(major),
    minor: minor === undefined ? null : Number(minor),
    patch: patch === undefined ? null : Number(patch),
    build: fourth ?? tail.build,
    buildTime: fourth === undefined ? tail.buildTime : null,
    flavour: words.length === 0 ? null : words.join('-'),
    os: tail.os,
    prerelease: tail.prerelease,
    floating: minor === undefined && tail.build === null && tail.prerelease === null,
  };
}

const CALVER =
  /^v?(?:(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|(20\d\d|[1-9]\d)[.-](0?[1-9]|1[0-2])(?:[.-](\d{1,9}))?)(?:[.](\d{1,9}))?(?:[-_+~]([A-Za-z0-9][A-Za-z0-9._+~-]*))?$/;

/** `2024.06`, `24.04.1`, `2024-06-01`, `20240601`, each with a suffix if there is one. A month has to be one: 1.20.3 is none. */
export function parseCalver(raw: string): Parts | null {
  const match = CALVER.exec(raw);
  if (match === null) return null;
  const [, wholeYear, wholeMonth, wholeDay, year, month, third, fourth, suffix] = match;
  const tail = tailOf(suffix ?? '');
  const number = Number(wholeYear ?? year);
  const patch = wholeDay ?? third;
  return {
    major: number < 100 ? number + 2000 : number,
    minor: Number(wholeMonth ?? month),
    patch: patch === undefined ? null : Number(patch),
    build: fourth ?? tail.build,
    buildTime: null,
    flavour: tail.flavour,
    os: tail.os,
    prerelease: tail.prerelease,
    floating: false,
  };
}

/** One whole number, `v` before it or not: build counters and Unix times. */
export function parseNumeric(raw: string): Parts | null {
  const match = /^v?(\d{1,15})$/.exec(raw);
  return match === null ? null : { major: Number(match[1]), floating: false };
}

/** What stands behind the numbers: a build, a pre-release, a flavour and an operating system. */
function tailOf(text: string): Pick<Version, 'build' | 'buildTime' | 'prerelease' | 'flavour' | 'os'> {
  const parts = text === '' ? [] : text.split(/[-_+~]/).filter((part) => part !== '');
  const os = parts.length > 0 && isOperatingSystem(parts.at(-1)!) ? parts.pop()! : null;
  const build = parts.length > 0 && /^\d{1,64}$/.test(parts[0]!) ? parts.shift()! : null;
  const isPrerelease = parts.length > 0 && PRERELEASE_WORD.test(parts[0]!);
  const prerelease = isPrerelease
    ? parts.splice(0, /^[A-Za-z]+$/.test(parts[0]!) && /^\d+$/.test(parts[1] ?? '') ? 2 : 1)
    : null;
  return {
    build,
    buildTime: build === null ? null : stampTime(build),
    prerelease: prerelease === null ? null : prerelease.join('.'),
    flavour: parts.length === 0 ? null : parts.join('-'),
    os,
  };
}
