/** How the tags of one tag set are read: by a scheme, or by the groups of an expression. */
import type { Kind, TagSet } from '@pharos/contract';
import { stampTime } from './build-stamp.ts';
import { type CompiledGroups, compileGroups } from './pattern.ts';
import { PatternError } from './pattern-error.ts';
import { blank, defaultScheme, flavourAndOs, parseVersion, type Scheme, unparsed } from './version.ts';
import type { ReadVersion } from './version-order.ts';

/** Named groups that mean something (as Renovate's regex versioning has them). */
const GROUPS = ['major', 'minor', 'patch', 'build', 'revision', 'prerelease', 'compatibility'] as const;
const GROUPS_HINT = `The groups are ${GROUPS.join(', ')}, e.g. ^(?<major>\\d+)\\.(?<minor>\\d+)-(?<build>\\d+)$`;

/** Reads tags for a tag set; the kind of the repository decides where the set names no scheme. */
export type VersionReader = (tag: string, kind: Kind | null) => ReadVersion;

/** Compiles what reads the versions of a set. Throws PatternError (path `version.pattern`). */
export function versionReader(version: TagSet['version']): VersionReader {
  const scheme: Scheme | null = version?.scheme ?? null;
  if (scheme === 'regex') return regexReader(version?.pattern ?? null);
  if (version?.pattern !== undefined) {
    throw new PatternError(
      'A pattern is read by the scheme regex only.',
      'Set scheme: regex, or leave pattern out.',
      0,
    );
  }
  return (tag, kind) => parseVersion(scheme ?? defaultScheme(kind), tag);
}

function regexReader(pattern: string | null): VersionReader {
  if (pattern === null) throw new PatternError('The scheme regex needs a pattern.', GROUPS_HINT, 0);
  const compiled = compileGroups(pattern);
  for (const name of compiled.names) {
    if ((GROUPS as readonly string[]).includes(name)) continue;
    throw new PatternError(`There is no group "${name}".`, GROUPS_HINT, Math.max(pattern.indexOf(`<${name}>`), 0) + 1);
  }
  if (!['major', 'minor', 'patch', 'build'].some((name) => compiled.names.has(name))) {
    throw new PatternError('The pattern names no number of a version.', GROUPS_HINT, 0);
  }
  return (tag) => readGroups(compiled, tag);
}

function readGroups({ names, groups }: CompiledGroups, tag: string): ReadVersion {
  const found = groups(tag);
  if (found === null) return unparsed('regex', tag.slice(0, 128));
  const text = (name: (typeof GROUPS)[number]) => (names.has(name) ? found(name) || null : null);
  const [major, minor, patch, build, revision] = (['major', 'minor', 'patch', 'build', 'revision'] as const).map(text);
  // A number that is none, or is longer than a number can be compared exactly: the tag is not a version then.
  if ([major, minor, patch].some((part) => part != null && !/^\d{1,15}$/.test(part))) return unparsed('regex', tag);
  if ([build, revision].some((part) => part != null && !/^\d{1,64}$/.test(part))) return unparsed('regex', tag);
  const number = (part: string | null | undefined) => (part == null ? null : Number(part));
  return {
    ...blank('regex', tag.slice(0, 128)),
    major: number(major) ?? 0,
    minor: number(minor),
    patch: number(patch),
    build: build ?? null,
    buildTime: build == null ? null : stampTime(build),
    revision: revision ?? null,
    ...flavourAndOs(text('compatibility')?.split('-') ?? []),
    prerelease: text('prerelease'),
    floating: false,
  };
}
