/** What every file of this package shares about the database: the handle, JSON parameters, times, bounded counts. */
import { type Kysely, type RawBuilder, sql } from 'kysely';

/** SQL is written out in `sql` templates beside the row types they return, so kysely needs no table of tables. */
// biome-ignore lint/complexity/noBannedTypes: an empty schema, on purpose
export type Db = Kysely<{}>;

export type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: Record<string, unknown>) => void;

/** Above this many rows `total` is the planner's estimate. */
export const EXACT_TOTAL = 10_000;

/**
 * A value as a jsonb parameter. PostgreSQL stores neither U+0000 nor half of a surrogate pair, and both can come from a
 * registry's annotations: they become U+FFFD. The text is scanned only when an escape of that sort is in it.
 */
export function json(value: unknown): RawBuilder<unknown> {
  return sql`${jsonText(value)}::jsonb`;
}

/** The text of `json`, for jsonb_to_recordset parameters. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return /\\u(?:0000|d[89a-f])/i.test(text) ? JSON.stringify(storable(value)) : text;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storable(inner)]));
}

/** Text without what PostgreSQL refuses to store. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** RFC 3339 with milliseconds; the database never holds finer times, so that cursors over times are exact. */
export function iso(time: Date | string): string;
export function iso(time: Date | string | null): string | null;
export function iso(time: Date | string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** `LIKE` pattern that finds the text anywhere. */
export function containing(text: string): string {
  return `%${storableText(text).replace(/[\\%_]/g, '\\$&')}%`;
}

/** Joins conditions with AND; none at all is true. */
export function allOf(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

/**
 * How many rows `source` (the text after SELECT 1) has: exact up to 10,000, then the planner's estimate. The
 * materialised hit list is planned for all its rows, so that a LIMIT cannot tempt the planner into walking a whole table
 * for few hits (PostgreSQL plans `WITH … MATERIALIZED` apart from what reads it).
 */
export async function countUpTo(
  db: Db,
  source: RawBuilder<unknown>,
): Promise<{ total: number; totalIsEstimate?: true }> {
  const counted = await sql<{ n: number }>`
    with hit as materialized (select 1 ${source})
    select count(*) as n from (select 1 from hit limit ${EXACT_TOTAL + 1}) bounded`.execute(db);
  const total = counted.rows[0]?.n ?? 0;
  if (total <= EXACT_TOTAL) return { total };
  return { total: Math.max(total, await plannedRows(db, source)), totalIsEstimate: true };
}

/** How many rows the planner expects of `source`. */
export async function plannedRows(db: Db, source: RawBuilder<unknown>): Promise<number> {
  const plan = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) select 1 ${source}`.execute(db);
  return plan.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

/** The first row, or null. */
export async function first<Row>(query: RawBuilder<Row>, db: Db): Promise<Row | null> {
  return (await query.execute(db)).rows[0] ?? null;
}

/** Splits a list into pieces of at most `size`. */
export function* batches<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}
