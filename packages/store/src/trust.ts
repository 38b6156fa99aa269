/** What is trusted, who changed it when, and the count that says which evidence is to be verified again. */
import type { TrustChange, TrustEntry } from '@pharos/contract';
import { sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json, storableText } from './database.ts';
import { StoreError } from './errors.ts';
import type { NewTrust, StoredTrust, TrustActor, TrustStore, TrustUpdate } from './trust-port.ts';
import { lookAgainAtTrust } from './verified.ts';

interface TrustRow {
  id: string;
  name: string;
  kind: TrustEntry['kind'];
  scope: string;
  enabled: boolean;
  key: string | null;
  roots: string | null;
  trusted_root: string | null;
  trusted_root_sha256: string | null;
  identities: TrustEntry['identities'];
  require_reference: boolean;
  keys: TrustEntry['keys'];
  revision: number;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
  images: number;
}

interface ChangeRow extends Omit<TrustChange, 'at' | 'trustId'> {
  at: Date;
  trust_id: string;
}

/** Results of an older revision, and those that have expired, count for nothing. */
const select = (
  now: Date,
) => sql`select t.*, encode(sha256(convert_to(t.trusted_root, 'UTF8')), 'hex') as trusted_root_sha256,
    (select count(distinct e.subject) from verifications v join evidence e on e.id = v.evidence_id
      where v.trust_id = t.id and v.outcome = 'verified' and v.what = 'signature' and v.trust_revision = t.revision
        and t.enabled and (v.valid_until is null or v.valid_until > ${iso(now)}::timestamptz)) as images
  from trust_entries t`;

const BY_NAME: Order<TrustRow> = {
  name: 'trust',
  descending: false,
  keys: [
    { column: sql`t.name collate "C"`, type: 'text', read: (row) => row.name },
    { column: sql`t.id`, type: 'id', read: (row) => row.id },
  ],
};

const NEWEST: Order<ChangeRow> = {
  name: 'trust-changes',
  descending: true,
  keys: [{ column: sql`id`, type: 'number', read: (row) => row.id }],
};

export function trustOf(db: Db): TrustStore {
  return {
    list: async ({ limit, cursor }, now) => {
      const where = cursor === undefined ? sql`true` : after(BY_NAME, cursor);
      const found = await sql<TrustRow>`${select(now)} where ${where}
        order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map(entryOf), next, ...(await countUpTo(db, sql`from trust_entries`)) };
    },

    get: (id, now) => entryById(db, id, now),

    create: (entry, actor, now) =>
      db.transaction().execute(async (trx) => {
        await refuseTaken(trx, entry.name, null);
        await sql`insert into trust_entries (id, name, kind, scope, enabled, key, roots, trusted_root, identities,
            require_reference, keys, created_at, created_by, updated_at, updated_by)
          values (${entry.id}, ${storableText(entry.name)}, ${entry.kind}, ${entry.scope}, ${entry.enabled}, ${entry.key},
            ${entry.roots}, ${entry.trustedRoot}, ${json(entry.identities)}, ${entry.requireReference},
            ${json(entry.keys)}, ${iso(now)}, ${actor.name}, ${iso(now)}, ${actor.name})`.execute(trx);
        await note(trx, { action: 'create', actor, now, id: entry.id, name: entry.name, detail: detailOf(entry) });
        return (await entryById(trx, entry.id, now))!;
      }),

    update: (id, change, actor, now) =>
      db.transaction().execute(async (trx) => {
        const before = await first(sql<TrustRow>`select * from trust_entries where id = ${id} for update`, trx);
        if (before === null) return null;
        await lookAgainAtTrust(trx, id);
        const { name = before.name, scope = before.scope, enabled = before.enabled } = change;
        const { identities = before.identities, requireReference = before.require_reference } = change;
        if (name !== before.name) await refuseTaken(trx, name, id);
        await sql`update trust_entries set name = ${storableText(name)}, scope = ${scope}, enabled = ${enabled},
            identities = ${json(identities)}, require_reference = ${requireReference}, revision = revision + 1,
            updated_at = ${iso(now)}, updated_by = ${actor.name}
          where id = ${id}`.execute(trx);
        await note(trx, { action: 'update', actor, now, id, name, detail: differenceOf(before, change) });
        return entryById(trx, id, now);
      }),

    remove: (id, actor, now) =>
      db.transaction().execute(async (trx) => {
        await lookAgainAtTrust(trx, id);
        const gone = await first(sql<TrustRow>`delete from trust_entries where id = ${id} returning *`, trx);
        if (gone === null) return false;
        const detail = gone.keys.map(({ fingerprint }) => fingerprint).join(', ');
        await note(trx, { action: 'delete', actor, now, id, name: gone.name, detail: `${gone.kind} ${detail}`.trim() });
        return true;
      }),

    changes: async ({ limit, cursor, trustId }) => {
      const filters = trustId === undefined ? [] : [sql`trust_id = ${trustId}`];
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found = await sql<ChangeRow>`select * from trust_changes where ${where}
        order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      const total = await countUpTo(db, sql`from trust_changes where ${allOf(filters)}`);
      return { items: rows.map(changeOf), next, ...total };
    },

    stored: async (id) => {
      const row = await first(sql<TrustRow>`select * from trust_entries where id = ${id}`, db);
      return row && storedOf(row);
    },

    current: async () => {
      // One statement, so that the entries are those of this version.
      const found = await sql<{ version: number; row: TrustRow | null }>`
        select s.version, to_jsonb(t) as row from trust_state s left join trust_entries t on t.enabled`.execute(db);
      const entries = found.rows.flatMap(({ row }) => (row === null ? [] : [storedOf(row)]));
      return { version: found.rows[0]?.version ?? 0, entries };
    },
  };
}

async function refuseTaken(trx: Db, name: string, own: string | null): Promise<void> {
  const taken = await first(
    sql`select 1 from trust_entries where name = ${storableText(name)} and id is distinct from ${own}::uuid`,
    trx,
  );
  if (taken === null) return;
  throw new StoreError('name-taken', `There is a trust entry named "${name}" already.`, 'Choose another name.');
}

/** Writes the change down and counts it, in the transaction of the change. */
async function note(
  trx: Db,
  change: { action: TrustChange['action']; actor: TrustActor; now: Date; id: string; name: string; detail: string },
): Promise<void> {
  const { action, actor, now, id, name, detail } = change;
  noteAudit({ subject: id, detail: { change: detail.slice(0, 4000) } });
  await sql`insert into trust_changes (at, actor, action, trust_id, name, detail)
    values (${iso(now)}, ${actor.name}, ${action}, ${id}, ${storableText(name)},
      ${storableText(detail).slice(0, 4000)})`.execute(trx);
  await sql`update trust_state set version = version + 1 where id = 1`.execute(trx);
}

function detailOf({ kind, scope, enabled, keys, identities, requireReference }: NewTrust): string {
  return [
    `${kind} ${keys.map(({ fingerprint }) => fingerprint).join(', ')}`,
    `scope ${scope}`,
    ...identities.map(({ issuer, subject }) => `identity ${subject}${issuer === null ? '' : ` by ${issuer}`}`),
    ...(requireReference ? ['the same repository required'] : []),
    ...(enabled ? [] : ['switched off']),
  ].join('; ');
}

function differenceOf(before: TrustRow, change: TrustUpdate): string {
  const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const fields: [string, unknown, unknown][] = [
    ['name', before.name, change.name],
    ['scope', before.scope, change.scope],
    ['enabled', before.enabled, change.enabled],
    ['identities', before.identities, change.identities],
    ['same repository required', before.require_reference, change.requireReference],
  ];
  const changed = fields.filter(([, old, value]) => value !== undefined && shown(old) !== shown(value));
  return changed.map(([name, old, value]) => `${name}: ${shown(old)} → ${shown(value)}`).join('; ') || 'nothing';
}

async function entryById(db: Db, id: string, now: Date): Promise<TrustEntry | null> {
  const row = await first(sql<TrustRow>`${select(now)} where t.id = ${id}`, db);
  return row && entryOf(row);
}

function entryOf(row: TrustRow): TrustEntry {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    scope: row.scope,
    enabled: row.enabled,
    key: row.key,
    roots: row.roots,
    trustedRootSha256: row.trusted_root_sha256,
    identities: row.identities,
    requireReference: row.require_reference,
    keys: row.keys,
    images: row.images,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    updatedAt: iso(row.updated_at),
    updatedBy: row.updated_by,
  };
}

function storedOf(row: TrustRow): StoredTrust {
  return {
    id: row.id,
    revision: row.revision,
    kind: row.kind,
    scope: row.scope,
    key: row.key,
    roots: row.roots,
    trustedRoot: row.trusted_root,
    identities: row.identities,
    requireReference: row.require_reference,
  };
}

function changeOf({ at, trust_id, ...row }: ChangeRow): TrustChange {
  return { ...row, at: iso(at), trustId: trust_id };
}
