import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { available, type Postgres, startPostgres } from '@pharos/testbed';
import { sql } from 'kysely';
import type { OpenDatabase } from './embedded.ts';
import { storeOn } from './open.ts';
import { openPostgres } from './postgres.ts';

/** Kysely's adapter locks by this number while it migrates. */
const KYSELYS_LOCK = '3853314791062309107';

describe('PostgreSQL', { skip: available().postgres.skip }, () => {
  let server: Postgres;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  it('ends what takes too long, but lets migrations take as long as they take', async () => {
    const url = `${await server.createDatabase('slow')}?statement_timeout=100&lock_timeout=100`;
    const database = openPostgres(url, () => {}, { statement: 100, lock: 100 });
    const wait = sql`select pg_sleep(0.3)`;
    await assert.rejects(wait.execute(database.db), { code: '57014' });
    await database.patiently((db) => wait.execute(db));
    await assert.rejects(wait.execute(database.db), { code: '57014' });
    await database.close();
  });

  it('waits for a replica that migrates for longer than a query may wait', async () => {
    const url = await server.createDatabase('replicas');
    const first = openPostgres(url, () => {});
    const second = openPostgres(url, () => {}, { statement: 300, lock: 300 });
    let isMigrating = true;
    let isPatient = false;
    // Only what is patient meets the narrow limits.
    const replica: OpenDatabase = {
      ...second,
      db: first.db,
      patiently: (run) => {
        isPatient = true;
        return second.patiently(run);
      },
    };
    const migrating = first.db.connection().execute(async (db) => {
      await sql`select pg_advisory_lock(${KYSELYS_LOCK}::bigint)`.execute(db);
      const waiting = storeOn(replica, 'postgres').then(() =>
        assert.deepEqual([isPatient, isMigrating], [true, false]),
      );
      await sql`select pg_sleep(1)`.execute(db);
      isMigrating = false;
      await sql`select pg_advisory_unlock(${KYSELYS_LOCK}::bigint)`.execute(db);
      return waiting;
    });
    await migrating;
    await second.close();
    await first.close();
  });
});
