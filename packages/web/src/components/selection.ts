import { useCallback, useState } from 'react';

/** Rows that somebody picked, also on other pages of the list, by key. */
export interface Selection<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  readonly toggle: (rows: readonly Row[], on: boolean) => void;
  readonly clear: () => void;
}

/** At most as many as one request takes. */
const MOST = 1000;

/** Picks rows; `keyOf` must not change. Newer rows of the same key take the place of older ones. */
export function useSelection<Row>(keyOf: (row: Row) => string): Selection<Row> {
  const [rows, setRows] = useState<ReadonlyMap<string, Row>>(new Map());
  const toggle = useCallback(
    (some: readonly Row[], on: boolean) => setRows((before) => picked(before, some, on, keyOf)),
    [keyOf],
  );
  const clear = useCallback(() => setRows(new Map()), []);
  return { rows, toggle, clear };
}

/** The rows picked after one more pick. */
export function picked<Row>(
  before: ReadonlyMap<string, Row>,
  some: readonly Row[],
  on: boolean,
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row> {
  const next = new Map(before);
  for (const row of some) {
    const key = keyOf(row);
    if (!on) next.delete(key);
    else if (next.has(key) || next.size < MOST) next.set(key, row);
  }
  return next;
}
