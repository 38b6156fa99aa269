/** Every sealed text that the database holds, for the day its key changes. What is in them, the store cannot know. */
import { sql } from 'kysely';
import { type Db, first } from './database.ts';
import type { SealedKind, SealedSecrets } from './sealed-secret-port.ts';

/** A new sort of secret gets a line here, or its texts stay under an old key for ever; a test compares with the columns that are there. */
const PLACES: Readonly<Record<SealedKind, { table: string; column: string; origin?: string }>> = {
  registry: { table: 'registries', column: 'credential_sealed', origin: 'credential_origin' },
  receiver: { table: 'receivers', column: 'secret_sealed' },
  webhook: { table: 'webhooks', column: 'secret_sealed' },
  'model-service': { table: 'model_services', column: 'key_sealed', origin: 'origin' },
  'webhook-previous': { table: 'webhooks', column: 'previous_sealed' },
};
const KINDS = Object.keys(PLACES) as SealedKind[];

export function sealedSecretsOf(db: Db): SealedSecrets {
  return {
    notUnder: async (prefix, kind, after, limit) => {
      const { table, column, origin } = PLACES[kind];
      const [name, text] = [sql.table(table), sql.ref(column)];
      const found = await sql<{ id: string; sealed: string; origin: string | null }>`
        select id, ${text} as sealed, ${origin === undefined ? sql`null` : sql.ref(origin)} as origin from ${name}
        where ${text} is not null and not starts_with(${text}, ${prefix}) and id > ${after}::uuid
        order by id limit ${limit}`.execute(db);
      return found.rows;
    },

    replace: async (kind, id, before, sealed) => {
      const { table, column } = PLACES[kind];
      const [name, text] = [sql.table(table), sql.ref(column)];
      const row = await first(
        sql`update ${name} set ${text} = ${sealed} where id = ${id} and ${text} = ${before} returning 1`,
        db,
      );
      return row !== null;
    },

    counts: async () => {
      const each = KINDS.map((kind) => {
        const { table, column } = PLACES[kind];
        return sql`select ${sql.ref(column)} as sealed from ${sql.table(table)} where ${sql.ref(column)} is not null`;
      });
      // The one that rests beside rows is a setting.
      each.push(sql`select value as sealed from settings where key = 'admission-signing-key'`);
      // A text of the first form names no key.
      const found = await sql<{ key: string | null; n: number }>`
        select case when starts_with(sealed, 'v2.') then split_part(sealed, '.', 2) end as key, count(*)::integer as n
        from (${sql.join(each, sql` union all `)}) texts group by 1`.execute(db);
      return found.rows;
    },
  };
}

/** For the test that no sealed column was forgotten. */
export const SEALED_COLUMNS: ReadonlySet<string> = new Set(
  Object.values(PLACES).map(({ table, column }) => `${table}.${column}`),
);
export const SEALED_KINDS: readonly SealedKind[] = KINDS;
