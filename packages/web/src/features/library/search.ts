/** Search state of the library's pages: filters, sort, view, tab and cursor, without what equals the default. */
import { Engine, Kind, LeftOutQuery, REPOSITORY_SORTS, TAG_SORTS } from '@pharos/contract';
import {
  oneOf,
  type PagedSearch,
  pagedSearch,
  type RawSearch,
  text,
  wholeNumber,
} from '../../components/search-state.ts';

const PRESENCES = ['present', 'missing', 'retired', 'all'] as const;

export interface LibrarySearch extends PagedSearch {
  q?: string | undefined;
  kind?: Kind | undefined;
  registryId?: string | undefined;
  locationId?: string | undefined;
  hcpTag?: string | undefined;
  favourite?: 'true' | undefined;
  sort?: (typeof REPOSITORY_SORTS)[number] | undefined;
  view?: 'table' | undefined;
}

export function librarySearch(raw: RawSearch): LibrarySearch {
  return {
    q: text(raw.q),
    kind: oneOf(raw.kind, Kind.options),
    registryId: text(raw.registryId),
    locationId: text(raw.locationId),
    hcpTag: text(raw.hcpTag, 2000),
    favourite: oneOf(raw.favourite, ['true']),
    sort: oneOf(raw.sort, REPOSITORY_SORTS),
    view: oneOf(raw.view, ['table']),
    ...pagedSearch(raw),
  };
}

/** The filters that every table of tags has. */
export interface TagFilters extends PagedSearch {
  q?: string | undefined;
  platform?: string | undefined;
  engine?: Engine | undefined;
  major?: number | undefined;
  flavour?: string | undefined;
  presence?: (typeof PRESENCES)[number] | undefined;
  /** Names joined by commas. */
  hcpTag?: string | undefined;
  sort?: (typeof TAG_SORTS)[number] | undefined;
}

function tagFilters(raw: RawSearch): TagFilters {
  return {
    q: text(raw.q),
    platform: text(raw.platform, 100),
    engine: oneOf(raw.engine, Engine.options),
    major: wholeNumber(raw.major),
    flavour: text(raw.flavour, 100),
    presence: oneOf(raw.presence, PRESENCES),
    hcpTag: text(raw.hcpTag, 2000),
    sort: oneOf(raw.sort, TAG_SORTS),
    ...pagedSearch(raw),
  };
}

const CHANGES = ['vanished'] as const;

export interface RepositorySearch extends TagFilters {
  tab?: 'tags' | 'changes' | 'left-out' | 'trends' | undefined;
  /** Why tags stayed out. */
  reason?: LeftOutQuery['reason'];
  /** How far back the trends go. */
  days?: 30 | 365 | 90 | undefined;
  /** Which changes; tags that moved are the default. */
  change?: (typeof CHANGES)[number] | undefined;
}

export function repositorySearch(raw: RawSearch): RepositorySearch {
  return {
    tab: oneOf(raw.tab, ['tags', 'changes', 'left-out', 'trends']),
    reason: oneOf(raw.reason, LeftOutQuery.shape.reason.unwrap().options),
    days: spanOf(raw.days),
    change: oneOf(raw.change, CHANGES),
    ...tagFilters(raw),
  };
}

export interface StatisticsSearch {
  days?: 30 | 365 | 90 | undefined;
}

export function statisticsSearch(raw: RawSearch): StatisticsSearch {
  return { days: spanOf(raw.days) };
}

/** 90 days is the default. */
function spanOf(value: unknown): 30 | 365 | undefined {
  return ([30, 365] as const).find((days) => String(days) === value);
}

export interface TagsSearch extends PagedSearch {
  q?: string | undefined;
  sort?: (typeof TAG_SORTS)[number] | undefined;
}

/** Links from before the query language, and from pages that know one filter, become the query that says the same. */
export function tagsSearch(raw: RawSearch): TagsSearch {
  const parts = [text(raw.q, 500), ...FILTERS.map(([name, field]) => term(field, text(raw[name], 100)))];
  const q = parts.filter((part) => part !== undefined).join(' ');
  return { q: q === '' ? undefined : q, sort: oneOf(raw.sort, TAG_SORTS), ...pagedSearch(raw) };
}

const FILTERS = [
  ['kind', 'kind'],
  ['engine', 'engine'],
  ['major', 'major'],
  ['flavour', 'flavour'],
  ['platform', 'platform'],
  ['extension', 'extension'],
  ['registryId', 'registry'],
  ['locationId', 'location'],
  ['presence', 'presence'],
  ['hcpTag', 'hcp'],
] as const;

function term(field: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return /^[\w./@-]+$/.test(value) ? `${field}:${value}` : `${field}:"${value.replace(/["\\]/g, '\\$&')}"`;
}

export interface TagSearch extends PagedSearch {
  tab?: 'metadata' | 'packages' | 'used-by' | 'history' | undefined;
  /** Search among the extensions or packages. */
  q?: string | undefined;
  /** A day: what did the tag point to then? */
  at?: string | undefined;
}

export function tagSearch(raw: RawSearch): TagSearch {
  return {
    tab: oneOf(raw.tab, ['metadata', 'packages', 'used-by', 'history']),
    q: text(raw.q),
    at: matching(raw.at, /^\d{4}-\d{2}-\d{2}$/),
    ...pagedSearch(raw),
  };
}

export interface CompareSearch {
  from?: string | undefined;
  to?: string | undefined;
  /** Also what is the same. */
  all?: 'true' | undefined;
}

const DIGEST = /^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

export function compareSearch(raw: RawSearch): CompareSearch {
  return { from: matching(raw.from, DIGEST), to: matching(raw.to, DIGEST), all: oneOf(raw.all, ['true']) };
}

function matching(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

/** Whether a query has a word beside its `field:value` terms; only words look at names. */
export function hasWords(q: string): boolean {
  return q.replaceAll(/(?:^|\s)-?[a-z]+:(?:[^\s"]|"(?:[^"\\]|\\.)*")*/gi, ' ').trim() !== '';
}
