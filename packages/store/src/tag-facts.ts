/**
 * The part of a tag's row that is drawn from the image it points to. The library recognises; here the facts become the
 * columns that lists filter and sort by.
 */
import type { Facts, Finding, Kind } from '@pharos/contract';
import {
  defaultScheme,
  emptyObservation,
  type KnownObservation,
  modelIdentity,
  parseVersion,
  platformName,
  recogniseImage,
  versionSortKey,
} from '@pharos/library';
import { iso } from './database.ts';

/** Where a digest was seen, for the library to recognise it. */
export interface Seen {
  readonly repository: string;
  readonly tag: string;
  readonly declaredKind: Kind | null;
  readonly pushedAt: string | null;
  readonly firstSeenAt: string;
}

/** Columns of `tags`, by their names, as jsonb_to_recordset takes them. */
export interface TagFacts {
  readonly kind: Kind;
  readonly engine: string | null;
  readonly version: Facts['version'];
  readonly sort_key: string;
  readonly major: number | null;
  readonly flavour: string | null;
  readonly floating: boolean;
  readonly platforms: readonly string[];
  readonly created_at: string | null;
  readonly created_source: string | null;
  readonly effective_at: string;
  readonly size: number | null;
  readonly extension_count: number;
  readonly extension_names: readonly string[];
  readonly findings: number;
  /** `publisher/name` of a model image; null for every other kind. */
  readonly model_key: string | null;
  readonly tde: boolean | null;
}

/** Longer keys and names would not fit an index page; PostgreSQL and models have none that come near. */
const LONGEST_KEY = 600;
const LONGEST_NAME = 200;
const MOST_NAMES = 1_000;

const NOT_READ_YET: Finding = {
  code: 'not-read-yet',
  severity: 'info',
  message: 'The image was not read yet, so only what the tag says is known.',
  hint: 'The next scan reads it.',
};

/** Facts of a digest at one place. Without an observation: what the tag's name and the declared kind say. */
export function factsOf(
  observation: KnownObservation | null,
  seen: Omit<Seen, 'pushedAt' | 'firstSeenAt'>,
  now: Date,
): Facts {
  const { repository, tag, declaredKind } = seen;
  if (observation !== null)
    return recogniseImage(observation, { repository, tag, declaredKind, now: now.toISOString() });
  const unread = recogniseImage(EMPTY, { repository, tag, declaredKind, now: now.toISOString() });
  return { ...unread, findings: [NOT_READ_YET] };
}

/** The columns for one tag. */
export function tagFacts(observation: KnownObservation | null, seen: Seen, now: Date): TagFacts {
  const facts = factsOf(observation, seen, now);
  const version = facts.version;
  const order = version ?? parseVersion(defaultScheme(facts.kind), seen.tag);
  const createdAt = iso(facts.createdAt);
  return {
    kind: facts.kind,
    engine: facts.engine,
    version,
    sort_key: versionSortKey(order).slice(0, LONGEST_KEY),
    major: version?.major ?? null,
    flavour: version?.flavour ?? null,
    floating: order.floating,
    platforms: observation === null ? [] : [...new Set(observation.platforms.map(platformName))],
    created_at: createdAt,
    created_source: facts.createdSource,
    effective_at: createdAt ?? seen.pushedAt ?? seen.firstSeenAt,
    size: observation?.size ?? null,
    extension_count: facts.extensions.length,
    extension_names: facts.extensions.slice(0, MOST_NAMES).map(({ name }) => name.slice(0, LONGEST_NAME)),
    findings: facts.findings.length,
    model_key: facts.kind === 'model' ? modelIdentity(observation, seen.repository).key : null,
    tde: facts.tde,
  };
}

const EMPTY = emptyObservation(`sha256:${'0'.repeat(64)}`, 'application/vnd.oci.image.manifest.v1+json');
