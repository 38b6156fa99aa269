/** Opaque keyset cursors: base64url of the list's name, its sort and the sort keys of the last row. */
import { type RawBuilder, sql } from 'kysely';
import { StoreError } from './errors.ts';

export type KeyType = 'text' | 'time' | 'number' | 'id';

/** One column of an order. `read` takes the column's value out of a row that the list selected. */
export interface SortKey<Row> {
  readonly column: RawBuilder<unknown>;
  readonly type: KeyType;
  readonly read: (row: Row) => string | number;
}

/** A total order: the same direction for every key, the last ones make it unique. */
export interface Order<Row> {
  /** Names the list and its sort; a cursor of another one is refused. */
  readonly name: string;
  readonly descending: boolean;
  readonly keys: readonly SortKey<Row>[];
}

/** ORDER BY of an order. */
export function orderBy<Row>(order: Order<Row>): RawBuilder<unknown> {
  const direction = order.descending ? sql` desc` : sql` asc`;
  return sql.join(order.keys.map((key) => sql`${key.column}${direction}`));
}

/** The rows after the cursor, as a row comparison that an index on the keys answers. Throws `invalid-cursor`. */
export function after<Row>(order: Order<Row>, cursor: string): RawBuilder<unknown> {
  const values = decode(order, cursor);
  const columns = sql.join(order.keys.map((key) => key.column));
  const bounds = sql.join(order.keys.map((key, index) => sql`${values[index]}${CASTS[key.type]}`));
  return order.descending ? sql`(${columns}) < (${bounds})` : sql`(${columns}) > (${bounds})`;
}

/** The cursor that stands after a row. */
export function cursorAfter<Row>(order: Order<Row>, row: Row): string {
  return Buffer.from(JSON.stringify([order.name, ...order.keys.map((key) => key.read(row))])).toString('base64url');
}

/** Cuts the row read beyond the limit off and makes the cursor from the last one that stays. */
export function cut<Row>(order: Order<Row>, rows: readonly Row[], limit: number): { rows: Row[]; next: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { rows: kept, next: rows.length > limit && last !== undefined ? cursorAfter(order, last) : null };
}

const CASTS: Record<KeyType, RawBuilder<unknown>> = {
  text: sql`::text collate "C"`,
  time: sql`::timestamptz`,
  number: sql`::bigint`,
  id: sql`::uuid`,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const FITS: Record<KeyType, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string' && !value.includes('\0') && value.isWellFormed(),
  time: (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
  number: (value) => Number.isSafeInteger(value),
  id: (value) => typeof value === 'string' && UUID.test(value),
};

/** The values of a cursor, in the order of the keys. Throws `invalid-cursor`. */
export function decode<Row>(order: Order<Row>, cursor: string): unknown[] {
  const [name, ...values] = parse(cursor);
  const fits =
    name === order.name &&
    values.length === order.keys.length &&
    order.keys.every((key, index) => FITS[key.type](values[index]));
  if (fits) return values;
  throw new StoreError(
    'invalid-cursor',
    'The cursor does not belong to this list in this order.',
    'Start again without a cursor.',
  );
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
