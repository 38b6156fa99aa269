import type { FactSource, Finding, Version } from '@pharos/contract';
import { isParsed } from './version.ts';

/** A version and where it was read. */
export interface StatedVersion {
  readonly version: Version;
  readonly source: FactSource;
}

/** The version to show, its source, and a finding when the sources contradict each other. */
export interface JudgedVersion {
  readonly version: Version | null;
  readonly source: FactSource | null;
  readonly finding: Finding | null;
}

/**
 * Brings together what the image states and what its tag says. The statement decides the numbers; the tag adds build
 * stamp, flavour and OS, which no annotation carries. A contradiction keeps the statement's numbers and is a finding.
 */
export function judgeVersion(tag: Version | null, stated: StatedVersion | null): JudgedVersion {
  const readable = tag !== null && isParsed(tag) ? tag : null;
  if (stated === null) {
    if (readable !== null) return { version: readable, source: 'tag', finding: null };
    return { version: null, source: null, finding: null };
  }
  const { version, source } = stated;
  if (readable === null) {
    // `latest` stays a moving name, whatever version it stands for today.
    return { version: { ...version, floating: version.floating || tag?.floating === true }, source, finding: null };
  }
  if (agree(readable, version)) {
    return { version: readable.floating ? withTagParts(version, readable) : readable, source, finding: null };
  }
  return { version: withTagParts(version, readable), source, finding: versionConflict(readable, version, source) };
}

/** The statement's numbers with what only the tag says; whether the name moves is the tag's to say as well. */
function withTagParts(version: Version, { build, buildTime, flavour, os, floating }: Version): Version {
  return {
    ...version,
    build: version.build ?? build,
    buildTime: version.build === null ? buildTime : version.buildTime,
    flavour: version.flavour ?? flavour,
    os: version.os ?? os,
    floating,
  };
}

/** A part that one side leaves open contradicts nothing: `17` agrees with `17.4`, `1.8` with `1.8.5`. */
function agree(tag: Version, version: Version): boolean {
  if (tag.major !== version.major) return false;
  if (tag.minor !== null && version.minor !== null && tag.minor !== version.minor) return false;
  if (tag.patch !== null && version.patch !== null && tag.patch !== version.patch) return false;
  return tag.floating || version.floating || tag.prerelease === version.prerelease;
}

function versionConflict(tag: Version, version: Version, source: FactSource): Finding {
  const isMajor = tag.major !== version.major;
  return {
    code: isMajor ? 'major-conflict' : 'version-conflict',
    severity: isMajor ? 'error' : 'warning',
    message: `The tag ${tag.raw} says version ${numbers(tag)}, the image's ${source} says ${numbers(version)}.`,
    hint: isMajor
      ? 'Do not offer this tag: operators trust the major version they are told. Have the image rebuilt or tagged again.'
      : 'Ask who built the image which one is right; the image itself is believed here.',
  };
}

/** `17.4`, `19beta3`, `1.8.5`. */
export function numbers({ major, minor, patch, prerelease, scheme }: Version): string {
  const release = [major, minor, patch].filter((part) => part !== null).join('.');
  return prerelease === null ? release : `${release}${scheme === 'pg' ? '' : '-'}${prerelease}`;
}
