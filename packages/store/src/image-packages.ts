/** Packages of images, by the SBOMs that agents read. */
import type { Package, PackageList, PackageQuery, PackageSummary, Page } from '@pharos/contract';
import { postgresPackages } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso, json } from './database.ts';

/** Keeps the lists of one image, each of its subject; what was read again replaces what was known. */
export async function storePackages(trx: Db, digest: string, lists: readonly PackageList[], now: Date): Promise<void> {
  for (const { subject, document, format, attested, packages, truncated } of lists) {
    await sql`
      insert into image_packages (digest, subject, document, format, attested, packages, count, truncated, read_at)
      values (${digest}, ${subject}, ${document}, ${format}, ${attested}, ${json(packages)}, ${packages.length},
        ${truncated}, ${iso(now)}::timestamptz)
      on conflict (digest, subject) do update set document = excluded.document, format = excluded.format,
        attested = excluded.attested, packages = excluded.packages, count = excluded.count,
        truncated = excluded.truncated, read_at = excluded.read_at`.execute(trx);
  }
  const best = await packagesOf(trx, digest);
  const kept = best === null ? null : postgresPackages(best);
  await sql`update images set packages = ${kept === null ? null : json(kept)} where digest = ${digest}`.execute(trx);
}

/** The longest list: an SBOM of the index may say less than one of its first platform. */
const BEST = sql`order by p.count desc, p.subject limit 1`;

/** All packages of an image; null when no list was read. */
export async function packagesOf(db: Db, digest: string): Promise<Package[] | null> {
  const row = await first(
    sql<{ packages: Package[] }>`select p.packages from image_packages p where p.digest = ${digest} ${BEST}`,
    db,
  );
  return row?.packages ?? null;
}

export async function packageSummaryOf(db: Db, digest: string): Promise<PackageSummary | null> {
  const row = await first(
    sql<Omit<PackageSummary, 'readAt'> & { read_at: Date }>`
      select p.subject, p.document, p.format, p.attested, p.truncated, p.count, p.read_at
      from image_packages p where p.digest = ${digest} ${BEST}`,
    db,
  );
  if (row === null) return null;
  const { read_at, ...summary } = row;
  return { ...summary, readAt: iso(read_at) };
}

interface Row {
  n: number;
  value: Package;
}

const IN_ORDER: Order<Row> = {
  name: 'packages',
  descending: false,
  keys: [{ column: sql`e.n`, type: 'number', read: (row) => row.n }],
};

/** One page of an image's packages, by name. */
export async function listPackages(db: Db, digest: string, query: PackageQuery): Promise<Page<Package>> {
  const filters: RawBuilder<unknown>[] = [];
  if (query.q) filters.push(sql`e.value ->> 'name' ilike ${containing(query.q)}`);
  const source = sql`from (select p.packages from image_packages p where p.digest = ${digest} ${BEST}) best,
    jsonb_array_elements(best.packages) with ordinality as e(value, n)`;
  const total = await countUpTo(db, sql`${source} where ${allOf(filters)}`);
  const position = query.cursor === undefined ? [] : [after(IN_ORDER, query.cursor)];
  const found = await sql<Row>`select e.n::int as n, e.value ${source} where ${allOf([...filters, ...position])}
    order by ${orderBy(IN_ORDER)} limit ${query.limit + 1}`.execute(db);
  const { rows, next } = cut(IN_ORDER, found.rows, query.limit);
  return { items: rows.map((row) => row.value), next, ...total };
}
