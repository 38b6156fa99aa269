/**
 * Brings the schema to this version. Migrations are numbered modules that only go forward; on PostgreSQL kysely holds an
 * advisory lock, so that of several replicas that start together one migrates and the others wait.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Db } from './database.ts';
import { storeError } from './driver-error.ts';
import { StoreError } from './errors.ts';
import { up as library } from './migrations/0001-library.ts';
import { up as reading } from './migrations/0002-reading.ts';
import { up as receivers } from './migrations/0003-receivers.ts';
import { up as registryEvents } from './migrations/0004-registry-events.ts';
import { up as rules } from './migrations/0005-rules.ts';
import { up as packages } from './migrations/0006-packages.ts';
import { up as hcpTags } from './migrations/0007-hcp-tags.ts';
import { up as search } from './migrations/0008-search.ts';
import { up as activity } from './migrations/0009-activity.ts';
import { up as models } from './migrations/0010-models.ts';
import { up as identity } from './migrations/0011-identity.ts';
import { up as evidence } from './migrations/0012-evidence.ts';
import { up as decisions } from './migrations/0013-decisions.ts';
import { up as audit } from './migrations/0014-audit.ts';
import { up as speed } from './migrations/0015-speed.ts';
import { up as approvals } from './migrations/0016-approvals.ts';
import { up as policies } from './migrations/0017-policies.ts';
import { up as admission } from './migrations/0018-admission.ts';
import { up as clusters } from './migrations/0019-clusters.ts';
import { up as modelDeployments } from './migrations/0020-model-deployments.ts';
import { up as dispatch } from './migrations/0021-dispatch.ts';
import { up as agentKeys } from './migrations/0022-agent-keys.ts';
import { up as searchSpeed } from './migrations/0023-search-speed.ts';
import { up as approvalSpeed } from './migrations/0024-approval-speed.ts';
import { up as windows } from './migrations/0025-windows.ts';
import { up as rollouts } from './migrations/0026-rollouts.ts';
import { up as nodes } from './migrations/0027-nodes.ts';
import { up as schedules } from './migrations/0028-schedules.ts';
import { up as reports } from './migrations/0029-reports.ts';
import { up as largeEvidence } from './migrations/0030-large-evidence.ts';
import { up as verified } from './migrations/0031-verified.ts';
import { up as changes } from './migrations/0033-changes.ts';
import { up as ingestSpeed } from './migrations/0035-ingest-speed.ts';
import { up as lighterCommits } from './migrations/0036-lighter-commits.ts';
import { up as largeEvidenceSpace } from './migrations/0037-large-evidence-space.ts';
import { up as heldFollowers } from './migrations/0038-held-followers.ts';
import { up as evidenceAskedAgain } from './migrations/0040-evidence-asked-again.ts';
import { dropSeenViews } from './seen.ts';

/** In order. A file that was released is never changed, its checksum is held: add the next number instead. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-library': { up: library },
  '0002-reading': { up: reading },
  '0003-receivers': { up: receivers },
  '0004-registry-events': { up: registryEvents },
  '0005-rules': { up: rules },
  '0006-packages': { up: packages },
  '0007-hcp-tags': { up: hcpTags },
  '0008-search': { up: search },
  '0009-activity': { up: activity },
  '0010-models': { up: models },
  '0011-identity': { up: identity },
  '0012-evidence': { up: evidence },
  '0013-decisions': { up: decisions },
  '0014-audit': { up: audit },
  '0015-speed': { up: speed },
  '0016-approvals': { up: approvals },
  '0017-policies': { up: policies },
  '0018-admission': { up: admission },
  '0019-clusters': { up: clusters },
  '0020-model-deployments': { up: modelDeployments },
  '0021-dispatch': { up: dispatch },
  '0022-agent-keys': { up: agentKeys },
  '0023-search-speed': { up: searchSpeed },
  '0024-approval-speed': { up: approvalSpeed },
  '0025-windows': { up: windows },
  '0026-rollouts': { up: rollouts },
  '0027-nodes': { up: nodes },
  '0028-schedules': { up: schedules },
  '0029-reports': { up: reports },
  '0030-large-evidence': { up: largeEvidence },
  '0031-verified': { up: verified },
  '0033-changes': { up: changes },
  '0035-ingest-speed': { up: ingestSpeed },
  '0036-lighter-commits': { up: lighterCommits },
  '0037-large-evidence-space': { up: largeEvidenceSpace },
  '0038-held-followers': { up: heldFollowers },
  '0040-evidence-asked-again': { up: evidenceAskedAgain },
};

/** Throws `database-newer`, `migration-failed`, `database-unavailable`, `disk-full`. */
export async function migrate(db: Db): Promise<void> {
  await refuseForeign(db);
  // kysely looks at every table before it finds that there is nothing to do.
  if (await isBehind(db)) {
    await dropSeenViews(db);
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw failed(error);
  }
  await noteChecksums(db);
}

/** Whether a migration is to come: the views that stand on the tables make way for it. */
async function isBehind(db: Db): Promise<boolean> {
  const exists = await sql<{ name: string | null }>`select to_regclass('kysely_migration')::text as name`.execute(db);
  if (exists.rows[0]?.name == null) return true;
  const applied = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const known = new Set(applied.rows.map((row) => row.name));
  return Object.keys(MIGRATIONS).some((name) => !known.has(name));
}

/** Looks before kysely does, which would call a newer database a corrupted one. */
async function refuseForeign(db: Db): Promise<void> {
  const exists = await sql<{ name: string | null }>`select to_regclass('kysely_migration')::text as name`.execute(db);
  if (exists.rows[0]?.name == null) return;
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = applied.rows.map((row) => row.name).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length > 0) {
    throw new StoreError(
      'database-newer',
      `The database was written by a newer Pharos: it has ${unknown.join(', ')}, which this version does not know.`,
      'Start the newer version again, or restore a backup made before the upgrade.',
    );
  }
}

async function noteChecksums(db: Db): Promise<void> {
  await sql`create table if not exists migration_checksums (name text primary key, sha256 text not null)`.execute(db);
  const rows = Object.keys(MIGRATIONS).map((name) => ({ name, sha256: checksum(name) }));
  const read = () => sql<{ name: string; sha256: string }>`select name, sha256 from migration_checksums`.execute(db);
  let noted = await read();
  if (rows.some(({ name }) => noted.rows.every((row) => row.name !== name))) {
    await sql`insert into migration_checksums
      select name, sha256 from json_to_recordset(${JSON.stringify(rows)}::json) as r(name text, sha256 text)
      on conflict (name) do nothing`.execute(db);
    // Again: of replicas that start at once another may have noted first, and not the same.
    noted = await read();
  }
  const told = new Map(noted.rows.map((row) => [row.name, row.sha256]));
  const changed = rows.find(({ name, sha256 }) => told.get(name) !== sha256);
  if (changed === undefined) return;
  throw new StoreError(
    'migration-failed',
    `The migration ${changed.name} was changed after the database was made with it.`,
    'Install an unchanged release of this version. In development, start with an empty database.',
  );
}

function checksum(name: string): string {
  const file = readFileSync(new URL(`./migrations/${name}.ts`, import.meta.url));
  return createHash('sha256').update(file).digest('hex');
}

function failed(error: unknown): unknown {
  const known = storeError(error);
  if (known instanceof StoreError) return known;
  const said = error instanceof Error ? error.message : String(error);
  return new StoreError(
    'migration-failed',
    `The database could not be brought to this version: ${said}`,
    'Nothing was changed. The database user must own the database or be allowed to create tables in it.',
    { cause: error },
  );
}
