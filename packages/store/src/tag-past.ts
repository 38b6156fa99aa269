/** The past of tags: where a name pointed at a time, and which names moved or vanished. */
import type { Page, TagAt, TagChange, TagChangeQuery } from '@pharos/contract';
import { pullCommands, tagThen } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso } from './database.ts';
import type { TagRow } from './tag-row.ts';

interface StayRow {
  digest: string;
  first_seen_at: Date;
  last_seen_at: Date;
  scan_id: string | null;
  engine: TagAt['engine'];
  version: TagAt['version'];
  current: boolean;
}

/** What the tag of this row pointed to. */
export async function tagAt(db: Db, row: TagRow, time: string): Promise<TagAt> {
  const stays = sql`(
      select h.id, h.digest, h.first_seen_at, h.last_seen_at, h.scan_id, h.engine, h.version, false as current
      from tag_history h where h.repository_id = ${row.repository_id} and h.name = ${row.name}
      union all
      select ${Number.MAX_SAFE_INTEGER}::bigint, t.digest, t.digest_since,
        ${iso(row.last_seen_at)}::timestamptz, t.digest_scan_id, t.engine, t.version, t.presence <> 'retired'
      from tags t where t.repository_id = ${row.repository_id} and t.name = ${row.name}
    ) s`;
  const stay = await first(
    sql<StayRow>`select s.* from ${stays} where s.first_seen_at <= ${time}::timestamptz
      order by s.first_seen_at desc, s.id desc limit 1`,
    db,
  );
  const next = await first(
    sql<StayRow>`select s.* from ${stays} where s.first_seen_at > ${time}::timestamptz
      order by s.first_seen_at, s.id limit 1`,
    db,
  );
  const then = tagThen(time, stay && stayOf(stay), next && stayOf(next), row.presence === 'present');
  const { host, repository, name } = row;
  return {
    time,
    ...then,
    digest: stay?.digest ?? null,
    next: then.answer === 'between' ? next!.digest : null,
    firstSeenAt: iso(stay?.first_seen_at ?? null),
    lastSeenAt: iso(stay?.last_seen_at ?? null),
    current: stay?.current ?? false,
    engine: stay?.engine ?? null,
    version: stay?.version ?? null,
    scanId: stay?.scan_id ?? null,
    pull: stay === null ? [] : pullCommands({ host, repository, tag: name, digest: stay.digest }),
  };
}

function stayOf({ digest, first_seen_at, last_seen_at }: StayRow) {
  return { digest, firstSeenAt: iso(first_seen_at), lastSeenAt: iso(last_seen_at) };
}

interface ChangeRow {
  id: number;
  kind: TagChange['kind'];
  repository_id: string;
  repository: string;
  registry: string;
  name: string;
  at: Date;
  digest: string;
  previous: string | null;
  previous_last_seen_at: Date | null;
  scan_id: string | null;
  presence: TagChange['presence'];
  why: TagChange['why'];
}

/** Moves in the order in which they were noticed. */
const MOVES: Order<ChangeRow> = {
  name: 'tag-moves',
  descending: true,
  keys: [{ column: sql`h.id`, type: 'number', read: (row) => row.id }],
};

const VANISHED_AT = sql`coalesce(t.missing_since, t.last_seen_at)`;
const AT = { column: VANISHED_AT, type: 'time', read: (row: ChangeRow) => iso(row.at) } as const;
const REPOSITORY = { column: sql`t.repository_id`, type: 'id', read: (row: ChangeRow) => row.repository_id } as const;
const NAME = { column: sql`t.name`, type: 'text', read: (row: ChangeRow) => row.name } as const;

/** Newest first. */
export function listTagChanges(db: Db, query: TagChangeQuery): Promise<Page<TagChange>> {
  return query.kind === 'moved' ? moves(db, query) : vanished(db, query);
}

async function moves(db: Db, { repositoryId, cursor, limit }: TagChangeQuery): Promise<Page<TagChange>> {
  const filters: RawBuilder<unknown>[] = repositoryId === undefined ? [] : [sql`h.repository_id = ${repositoryId}`];
  const total = await countUpTo(db, sql`from tag_history h where ${allOf(filters)}`);
  const position = cursor === undefined ? [] : [after(MOVES, cursor)];
  const found = await sql<ChangeRow>`
    select h.id, 'moved' as kind, h.repository_id, r.name as repository, g.name as registry, h.name,
      coalesce(n.first_seen_at, t.digest_since) as at, coalesce(n.digest, t.digest) as digest, h.digest as previous,
      h.last_seen_at as previous_last_seen_at,
      case when n.digest is null then t.digest_scan_id else n.scan_id end as scan_id, t.presence, null as why
    from tag_history h join tags t on t.repository_id = h.repository_id and t.name = h.name
      join repositories r on r.id = h.repository_id join registries g on g.id = r.registry_id
      left join lateral (select l.digest, l.first_seen_at, l.scan_id from tag_history l
        where l.repository_id = h.repository_id and l.name = h.name and l.id > h.id order by l.id limit 1) n on true
    where ${allOf([...filters, ...position])} order by ${orderBy(MOVES)} limit ${limit + 1}`.execute(db);
  const { rows, next } = cut(MOVES, found.rows, limit);
  return { items: rows.map(changeOf), next, ...total };
}

async function vanished(db: Db, { repositoryId, cursor, limit }: TagChangeQuery): Promise<Page<TagChange>> {
  const order: Order<ChangeRow> =
    repositoryId === undefined
      ? { name: 'tags-vanished', descending: true, keys: [AT, REPOSITORY, NAME] }
      : { name: 'repository-tags-vanished', descending: true, keys: [AT, NAME] };
  const filters: RawBuilder<unknown>[] = [sql`t.presence <> 'present'`];
  if (repositoryId !== undefined) filters.push(sql`t.repository_id = ${repositoryId}`);
  const total = await countUpTo(db, sql`from tags t where ${allOf(filters)}`);
  const position = cursor === undefined ? [] : [after(order, cursor)];
  const found = await sql<ChangeRow>`
    select 0 as id, t.presence as kind, t.repository_id, r.name as repository, g.name as registry, t.name,
      ${VANISHED_AT} as at, t.digest, null as previous, null as previous_last_seen_at, null as scan_id, t.presence,
      t.retired_by as why
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where ${allOf([...filters, ...position])} order by ${orderBy(order)} limit ${limit + 1}`.execute(db);
  const { rows, next } = cut(order, found.rows, limit);
  return { items: rows.map(changeOf), next, ...total };
}

function changeOf(row: ChangeRow): TagChange {
  return {
    kind: row.kind,
    repositoryId: row.repository_id,
    repository: row.repository,
    registry: row.registry,
    name: row.name,
    at: iso(row.at),
    digest: row.digest,
    previous: row.previous,
    previousLastSeenAt: iso(row.previous_last_seen_at),
    scanId: row.scan_id,
    presence: row.presence,
    why: row.why,
  };
}
