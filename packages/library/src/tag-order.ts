/** What makes a tag newer than another, and which tags are counted together. */
import type { GroupKey, TagSet } from '@pharos/contract';
import type { TagFacts } from './tag-facts.ts';
import { ascii, number, type ReadVersion, versionSortKey } from './version-order.ts';

/** Orders that names do not tell. */
export type TimeOrder = 'created' | 'pushed';

export function isTimeOrder(order: TagSet['order']): order is TimeOrder {
  return order === 'created' || order === 'pushed';
}

/**
 * Text whose byte order is the order of tags; the tag itself stands at its end, so the order is total and never depends
 * on the order of the input. Null: the tag is not counted. A floating tag (17, latest) is no version of its own: it is
 * neither the newest nor does it push one out.
 */
export function nameRank(order: TagSet['order'], tag: string, version: ReadVersion): string | null {
  switch (order) {
    case 'version':
      return version.floating ? null : versionSortKey(version);
    case 'numeric':
      // Where the scheme read a number it is taken, so that a text around it does no harm.
      return `${numericKey(tag, version)} ${tag}`;
    case 'natural':
      return `${ascii(tag).replace(/\d+/g, number)} ${tag}`;
    default:
      return tag;
  }
}

/** What is no number is lower than all numbers: one such tag does not spoil an order. */
function numericKey(tag: string, { scheme, build }: ReadVersion): string {
  const digits = /^v?(\d+)$/.exec(tag)?.[1] ?? (scheme === 'regex' || scheme === 'loose' ? build : null);
  return digits === null || digits === undefined ? '0' : `1${number(digits)}`;
}

/** Rank by time, told where it was found; an unknown time is older than all others and never the year 1970. */
export function timeRank(order: TimeOrder, tag: string, facts: TagFacts): string {
  const { pushedAt, createdAt, firstSeenAt } = facts;
  const time = order === 'pushed' ? (pushedAt ?? firstSeenAt) : (createdAt ?? pushedAt ?? firstSeenAt);
  return `${time === null ? '' : new Date(time).toISOString()} ${tag}`;
}

/** Which group of a set's `groupBy` a tag belongs to. Up to PostgreSQL 9.6 a major version has two numbers. */
export function groupOf(groupBy: readonly GroupKey[], version: ReadVersion): string {
  let group = '';
  for (const key of groupBy) group += `${groupPart(key, version)}\0`;
  return group;
}

function groupPart(key: GroupKey, { scheme, major, minor, flavour, os }: ReadVersion): string {
  switch (key) {
    case 'major':
      return scheme === 'pg' && major !== null && major < 10 ? `${major}.${minor}` : String(major);
    case 'minor':
      return `${major}.${minor}`;
    case 'flavour':
      return flavour ?? '';
    case 'os':
      return os ?? '';
    case 'compatibility':
      return `${flavour ?? ''}-${os ?? ''}`;
  }
}
