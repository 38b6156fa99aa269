/** The same on PostgreSQL, chosen by DATABASE_URL: one acceptance, two databases. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { available, type Postgres, startPostgres } from '@pharos/testbed';
import pg from 'pg';
import { privateRegistrySuite } from './support/private-registry-suite.ts';

const { distribution, postgres: program } = available();

describe('a private registry, PostgreSQL by DATABASE_URL', { skip: distribution.skip || program.skip }, () => {
  let postgres: Postgres;
  privateRegistrySuite(async () => {
    postgres = await startPostgres();
    return { DATABASE_URL: postgres.url };
  });

  test('it is this database that holds the tags', async () => {
    const client = new pg.Client(postgres.url);
    await client.connect();
    const { rows } = await client.query('select count(*)::int as count from tags');
    await client.end();
    assert.ok(rows[0].count >= 60);
  });

  after(async () => {
    await postgres?.stop();
  });
});
