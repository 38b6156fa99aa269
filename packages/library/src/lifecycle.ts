/**
 * How long an image's PostgreSQL and its base are maintained, and whether something newer is known. From data files that
 * stand in the program (data/postgres-releases.ts, data/base-releases.ts), so that it works without any network.
 */
import type { Engine, Lifecycle, Version } from '@pharos/contract';
import { BASE_RELEASES } from './data/base-releases.ts';
import { POSTGRES_RELEASES } from './data/postgres-releases.ts';

/** Newer tags of the same repository, flavour and base that the library holds. */
export interface NewerTags {
  readonly minor: string | null;
  readonly build: string | null;
}

/**
 * The lifecycle of a PostgreSQL image, or null where nothing is known: no engine, no major, and no known base. `os` is the
 * base's name (trixie, ubi9); `now` decides what has passed.
 */
export function lifecycleOf(
  version: Pick<Version, 'major' | 'minor' | 'prerelease'> | null,
  engine: Engine | null,
  os: string | null,
  now: Date,
  newer: NewerTags = { minor: null, build: null },
): Lifecycle | null {
  if (engine === null || version?.major == null) return null;
  const release = own(POSTGRES_RELEASES.majors, version.major);
  const base = os === null ? null : own(BASE_RELEASES.releases, os);
  if (release === null && base === null && newer.minor === null && newer.build === null) return null;
  return {
    endOfLife: release?.endOfLife ?? null,
    isPast: release !== null && isPast(release.endOfLife, now),
    os:
      base === null
        ? null
        : {
            name: os!,
            endOfLife: base.endOfLife,
            extendedUntil: base.extendedUntil,
            isPast: isPast(base.endOfLife, now),
          },
    newerMinor: newerMinor(version, release?.latestMinor ?? null),
    newerMinorTag: newer.minor,
    newerBuildTag: newer.build,
    source: POSTGRES_RELEASES.source,
    asOf: POSTGRES_RELEASES.asOf,
  };
}

/** A pre-release of a major that is out is older than every minor of it. */
function newerMinor(version: Pick<Version, 'major' | 'minor' | 'prerelease'>, latest: number | null): string | null {
  if (latest === null) return null;
  const isOlder = version.prerelease !== null || (version.minor !== null && version.minor < latest);
  return isOlder ? `${version.major}.${latest}` : null;
}

/** The day itself still counts. */
function isPast(day: string, now: Date): boolean {
  return day < now.toISOString().slice(0, 10);
}

function own<T>(record: Readonly<Record<string | number, T>>, key: string | number): T | null {
  return Object.hasOwn(record, key) ? record[key]! : null;
}
