/** The names that registries listed, rules or no rules: what previews and explanations rest on. */
import type { Listing } from '@pharos/contract';
import { sql } from 'kysely';
import { batches, type Db, first, iso, jsonText } from './database.ts';
import { tagFactsOf } from './left-out.ts';
import type { KnownNames, Listings } from './listing-port.ts';

/** Repositories read in one go: a few MB of names at most, and the event loop gets its turn in between. */
const PAGE = 200;

export function listingsOf(db: Db): Listings {
  return {
    put: (listing, now) => db.transaction().execute((trx) => putListing(trx, listing, now)),

    namesOf: (registryId, after) => namesAfter(db, registryId, after),

    catalogOf: async (registryId) => {
      const registry = await first(
        sql<{ catalog_at: Date | null; listing_message: string | null }>`
          select catalog_at, listing_message from registries where id = ${registryId}`,
        db,
      );
      return { catalogAt: iso(registry?.catalog_at ?? null), message: registry?.listing_message ?? null };
    },

    registriesWith: async (repository, tag) => {
      const found = await sql<{ id: string }>`select g.id from registries g where
        exists (select from listings l where l.registry_id = g.id and l.repository = ${repository}
          and position(E'\n' || ${tag} || E'\n' in E'\n' || l.names || E'\n') > 0)
        or exists (select from repositories r join tags t on t.repository_id = r.id
          where r.registry_id = g.id and r.name = ${repository} and t.name = ${tag})
        order by g.name limit 100`.execute(db);
      return found.rows.map((row) => row.id);
    },

    factsOf: (registryId, repository, keys) => tagFactsOf(db, registryId, repository, keys),
  };
}

async function namesAfter(db: Db, registryId: string, after: string): Promise<KnownNames[]> {
  const found = await sql<{ repository: string; names: string; library: string | null; listed_at: Date }>`
    select l.repository, l.names, l.listed_at, (select string_agg(t.name, E'\n') from repositories r
        join tags t on t.repository_id = r.id
      where r.registry_id = l.registry_id and r.name = l.repository and t.presence <> 'retired') as library
    from (select * from listings where registry_id = ${registryId} and repository > ${after} collate "C"
      order by repository limit ${PAGE}) l order by l.repository`.execute(db);
  return found.rows.map((row) => ({
    repository: row.repository,
    names: row.names,
    listedAt: iso(row.listed_at),
    library: row.library ?? '',
  }));
}

/** The names known of one repository, and since when. */
export async function namesOf(db: Db, registryId: string, repository: string): Promise<string[]> {
  const row = await first(
    sql<{ names: string }>`select names from listings where registry_id = ${registryId} and repository = ${repository}`,
    db,
  );
  return lines(row?.names ?? '');
}

/** Notes what one listing of a repository's tags gave. Text that did not change is not written again. */
export async function putNames(
  trx: Db,
  registryId: string,
  listed: readonly { readonly repository: string; readonly names: readonly string[] }[],
  listedAt: string,
): Promise<void> {
  const byName = new Map(listed.map(({ repository, names }) => [repository, names.join('\n')]));
  for (const batch of batches([...byName], PAGE)) {
    const rows = batch.map(([repository, names]) => ({ repository, names }));
    const source = sql`jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(repository text, names text)`;
    await sql`insert into listings as l (registry_id, repository, names, in_catalog, listed_at)
      select ${registryId}::uuid, n.repository, n.names, false, ${listedAt}::timestamptz from ${source}
      order by n.repository
      on conflict (registry_id, repository) do update set names = excluded.names
      where l.names <> excluded.names`.execute(trx);
    await sql`update listings set listed_at = ${listedAt} where registry_id = ${registryId}
      and repository = any(${rows.map((row) => row.repository)}::text[])`.execute(trx);
  }
}

/** A catalog that was read replaces the former one; names of repositories that the library knows stay. */
async function putListing(trx: Db, listing: Listing, now: Date): Promise<void> {
  const { registryId, repositories, tags, message } = listing;
  const known = await sql`update registries set listing_message = ${message},
      catalog_at = case when ${repositories !== null} then ${iso(now)}::timestamptz else catalog_at end
    where id = ${registryId} returning id`.execute(trx);
  // The registry was removed while the agent listed it.
  if (known.rows.length === 0) return;
  if (repositories !== null) {
    await sql`delete from listings l where l.registry_id = ${registryId} and l.in_catalog
      and not l.repository = any(${repositories}::text[])
      and not exists (select from repositories r where r.registry_id = l.registry_id and r.name = l.repository)`.execute(
      trx,
    );
    await sql`insert into listings as l (registry_id, repository, names, in_catalog, listed_at)
      select ${registryId}::uuid, name, '', true, ${iso(now)}::timestamptz
      from (select distinct unnest(${repositories}::text[]) as name) n order by name
      on conflict (registry_id, repository) do update set in_catalog = true where not l.in_catalog`.execute(trx);
  }
  await putNames(trx, registryId, tags, iso(now));
}

/** The names of a list's text. */
export function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
