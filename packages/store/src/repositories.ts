/** Named collections of images. A row appears with the first scan, so that a first scan that fails is seen too. */
import {
  ImageState,
  type Kind,
  type Page,
  type Repository,
  type RepositoryDetail,
  type RepositoryQuery,
  type Scan,
  type Tls,
} from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy, type SortKey } from './cursor.ts';
import { allOf, type Db, EXACT_TOTAL, first, iso, plannedRows } from './database.ts';
import { countDecided } from './decided-tags.ts';
import { REPOSITORY_LABELS, repositoriesWith } from './hcp-tag-labels.ts';
import { tlsWarnings } from './registry-row.ts';
import type { Repositories } from './repository-port.ts';
import { repositoryConditions } from './repository-search.ts';
import { statedReadme, writeWords } from './repository-words.ts';
import { ProfileReader } from './tag-profiles.ts';

interface RepositoryRow {
  id: string;
  name: string;
  registry_id: string;
  registry: string;
  host: string;
  location_id: string;
  is_sample: boolean;
  tls: Tls;
  kind: Kind;
  declared_kind: Kind | null;
  description: string;
  hcp_tags: Repository['hcpTags'];
  readme: string | null;
  readme_revision: number;
  readme_by: string | null;
  readme_at: Date | null;
  own_description: string | null;
  rule_description: string;
  description_revision: number;
  description_by: string | null;
  description_at: Date | null;
  tag_count: number;
  missing_count: number;
  newest_tag: string | null;
  newest_tag_at: Date | null;
  engines: string[];
  majors: number[];
  listed_tags: number;
  artifact_tags: number;
  warnings: string[];
  held: boolean;
  updated_at: Date;
  first_seen_at: Date;
  scan_id: string | null;
  scan_status: Scan['status'];
  scan_started_at: Date;
  scan_finished_at: Date | null;
  scan_requests: number;
  scan_message: string;
  scan_code: string | null;
}

const COLUMNS: RawBuilder<RepositoryRow> = sql`
  r.id, r.name, r.registry_id, g.name as registry, g.url as host, g.location_id, g.is_sample, g.tls, r.kind,
  r.declared_kind, r.description, r.tag_count, r.missing_count, r.newest_tag, r.newest_tag_at, r.engines,
  r.majors, ${REPOSITORY_LABELS} as hcp_tags, r.listed_tags, r.artifact_tags, r.warnings, r.held, r.updated_at, r.first_seen_at,
  s.id as scan_id, s.status as scan_status, s.started_at as scan_started_at, s.finished_at as scan_finished_at,
  s.requests as scan_requests, s.message as scan_message, s.code as scan_code`;

/** What only one repository's page shows. A README may be long, so lists leave it out. */
const DETAIL: RawBuilder<RepositoryRow> = sql`${COLUMNS}, r.readme, r.readme_revision, r.readme_by, r.readme_at,
  r.own_description, r.rule_description, r.description_revision, r.description_by, r.description_at`;

const SOURCE = sql`from repositories r join registries g on g.id = r.registry_id left join scans s on s.id = r.last_scan_id`;

/** Descriptions are ordered by their beginning: longer ones would not fit an index page. */
const DESCRIPTION_KEY = 200;

const SORTS: Record<string, readonly SortKey<RepositoryRow>[]> = {
  name: [],
  updated: [{ column: sql`r.updated_at`, type: 'time', read: (row) => iso(row.updated_at) }],
  tags: [{ column: sql`r.tag_count`, type: 'number', read: (row) => row.tag_count }],
  kind: [{ column: sql`r.kind collate "C"`, type: 'text', read: (row) => row.kind }],
  description: [
    {
      column: sql`left(r.description, 200)`,
      type: 'text',
      // By code points, as PostgreSQL's left() counts.
      read: (row) => [...row.description].slice(0, DESCRIPTION_KEY).join(''),
    },
  ],
};

const IDENTITY: readonly SortKey<RepositoryRow>[] = [
  { column: sql`r.name`, type: 'text', read: (row) => row.name },
  { column: sql`r.id`, type: 'id', read: (row) => row.id },
];

function orderOf(sort: RepositoryQuery['sort']): Order<RepositoryRow> {
  const isDescending = sort.startsWith('-');
  const keys = SORTS[isDescending ? sort.slice(1) : sort]!;
  return { name: `repositories:${sort}`, descending: isDescending, keys: [...keys, ...IDENTITY] };
}

export function repositoriesOf(db: Db): Repositories {
  const profiles = new ProfileReader(db);
  return {
    list: async (query, { userId = null, now = new Date() } = {}) => {
      const order = orderOf(query.sort);
      const filters = [
        ...(await repositoryConditions(profiles, query, now)),
        ...starred(query, userId),
        ...(await repositoriesWith(db, query.hcpTag)),
      ];
      const position = query.cursor === undefined ? [] : [after(order, query.cursor)];
      const few = await pageOfFew(db, filters, position, order, query.limit);
      const found = few ?? (await pageOfMany(db, filters, position, order, query.limit));
      const { rows, next } = cut(order, found.rows, query.limit);
      return { items: rows.map(repositoryOf), next, ...found.total };
    },

    get: async (id) => {
      const row = await first(sql<RepositoryRow>`select ${DETAIL} ${SOURCE} where r.id = ${id}`, db);
      return row && detailOf(db, row);
    },

    states: (id, now) => tagStates(db, id, now),

    byName: async (registryId, names) => {
      if (names.length === 0) return null;
      const found = await sql<{ id: string; name: string }>`select id, name from repositories
        where registry_id = ${registryId} and name in (${sql.join(names)}) and not released`.execute(db);
      const [first] = found.rows.toSorted((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
      return first ?? null;
    },

    write: (id, patch, by) => writeWords(db, id, patch, by),

    confirmAbsence: async (id) => {
      const found = await sql`update repositories set absence_confirmed = true where id = ${id}`.execute(db);
      return found.numAffectedRows === 1n;
    },
  };
}

interface Found {
  readonly rows: readonly RepositoryRow[];
  readonly total: Pick<Page<Repository>, 'total' | 'totalIsEstimate'>;
}

type Conditions = readonly RawBuilder<unknown>[];

const HIT = sql`from repositories r join registries g on g.id = r.registry_id`;

/**
 * The page with the number of all hits, which are found once for both; only those on the page are read whole. null: there are more
 * than are counted.
 */
async function pageOfFew(
  db: Db,
  filters: Conditions,
  position: Conditions,
  order: Order<RepositoryRow>,
  limit: number,
): Promise<Found | null> {
  const isWhole = sql`(select hits from number) <= ${EXACT_TOTAL}`;
  const found = await sql<RepositoryRow & { hits: number }>`
    with hit as materialized (
        select r.id, r.name, r.updated_at, r.tag_count, r.kind, left(r.description, ${sql.lit(DESCRIPTION_KEY)}) as description
        ${HIT} where ${allOf(filters)}),
      bounded as materialized (select * from hit limit ${EXACT_TOTAL + 1}),
      number as materialized (select count(*) as hits from bounded),
      page as materialized (select r.id from bounded r where ${allOf([isWhole, ...position])}
        order by ${orderBy(order)} limit ${limit + 1})
    select n.hits, r.* from number n
      left join (select ${COLUMNS} ${SOURCE} where r.id in (select p.id from page p)) r on true
    order by ${orderBy(order)}`.execute(db);
  const total = found.rows[0]?.hits ?? 0;
  if (total > EXACT_TOTAL) return null;
  // Without a page there is one row, of the number alone.
  return { rows: found.rows.filter(({ id }) => id !== null), total: { total } };
}

/** Along the order's index, as far as the page goes; the planner tells about how many there are. */
async function pageOfMany(
  db: Db,
  filters: Conditions,
  position: Conditions,
  order: Order<RepositoryRow>,
  limit: number,
): Promise<Found> {
  const found = await sql<RepositoryRow>`select ${COLUMNS} ${SOURCE}
    where ${allOf([...filters, ...position])} order by ${orderBy(order)} limit ${limit + 1}`.execute(db);
  const planned = await plannedRows(db, sql`${HIT} where ${allOf(filters)}`);
  return { rows: found.rows, total: { total: Math.max(EXACT_TOTAL + 1, planned), totalIsEstimate: true } };
}

/** Tags by state. Decided ones are counted; the rest is pending, and its number stands on the row. */
async function tagStates(db: Db, id: string, now: Date): Promise<NonNullable<RepositoryDetail['states']>> {
  const row = await first(sql<{ tag_count: number }>`select tag_count from repositories where id = ${id}`, db);
  const counts = new Map<ImageState, number>();
  let decided = 0;
  for (const state of ImageState.options) {
    if (state === 'pending') continue;
    const tags = await countDecided(db, state, { repositoryId: id }, now);
    counts.set(state, tags);
    decided += tags;
  }
  counts.set('pending', Math.max(0, (row?.tag_count ?? 0) - decided));
  return ImageState.options.flatMap((state) => {
    const tags = counts.get(state) ?? 0;
    return tags === 0 ? [] : [{ state, tags }];
  });
}

/** Stars of nobody are no stars. */
function starred({ favourite }: RepositoryQuery, userId: string | null): RawBuilder<unknown>[] {
  if (favourite === undefined) return [];
  const mine = sql`r.id in (select f.repository_id from favourite_repositories f where f.user_id = ${userId}::uuid)`;
  return [favourite ? mine : sql`not (${mine})`];
}

async function detailOf(db: Db, row: RepositoryRow): Promise<RepositoryDetail> {
  const rules = await sql<{ id: string; name: string }>`
    select u.id, u.name from rule_repositories l join rules u on u.id = l.rule_id
    where l.repository_id = ${row.id} order by u.position`.execute(db);
  return {
    ...repositoryOf(row),
    readme: row.readme,
    readmeRevision: row.readme_revision,
    readmeEdited: editedOf(row.readme_by, row.readme_at),
    statedReadme: await statedReadme(db, row.id),
    descriptionRevision: row.description_revision,
    descriptionEdited: editedOf(row.description_by, row.description_at),
    hasOwnDescription: row.own_description !== null,
    ruleDescription: row.rule_description,
    listedTags: row.listed_tags,
    artifactTags: row.artifact_tags,
    rules: rules.rows,
  };
}

function editedOf(by: string | null, at: Date | null): { by: string; at: string } | null {
  return by === null || at === null ? null : { by, at: iso(at) };
}

function repositoryOf(row: RepositoryRow): Repository {
  return {
    id: row.id,
    name: row.name,
    registryId: row.registry_id,
    registry: row.registry,
    host: row.host,
    locationId: row.location_id,
    kind: row.kind,
    declaredKind: row.declared_kind,
    description: row.description,
    hcpTags: row.hcp_tags,
    tagCount: row.tag_count,
    missingCount: row.missing_count,
    newestTag: row.newest_tag,
    newestTagAt: iso(row.newest_tag_at),
    engines: row.engines,
    majors: row.majors,
    updatedAt: iso(row.updated_at),
    firstSeenAt: iso(row.first_seen_at),
    isSample: row.is_sample,
    held: row.held,
    warnings: [...tlsWarnings(row.tls), ...row.warnings],
    lastScan:
      row.scan_id === null
        ? null
        : {
            id: row.scan_id,
            status: row.scan_status,
            startedAt: iso(row.scan_started_at),
            finishedAt: iso(row.scan_finished_at),
            requests: row.scan_requests,
            message: row.scan_message,
            code: row.scan_code,
          },
  };
}
