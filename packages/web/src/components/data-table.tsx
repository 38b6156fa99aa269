import { Checkbox } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { memo, type ReactElement, type ReactNode, useDeferredValue, useEffect, useRef } from 'react';
import { reverseSort } from './search-state.ts';

export interface Column<Row> {
  label: string;
  cell: (row: Row) => ReactNode;
  /** The server's sort key, without a sign. */
  sort?: string;
  /** Newest or highest first on the first click. */
  descendingFirst?: boolean;
  modifier?: 'nowrap' | 'fitContent' | 'breakWord' | 'truncate';
  width?: 10 | 15 | 20 | 25 | 30 | 35 | 40 | 45;
  /** Drawn without a visible heading (actions). */
  hideLabel?: boolean;
  /**
   * Left out where a `ph-table-place` is too narrow for all columns, 2 before 1. The page that the row opens says it too.
   */
  extra?: 1 | 2 | undefined;
}

/** A first column of checkboxes. */
export interface RowSelection<Row> {
  readonly picked: ReadonlyMap<string, unknown>;
  readonly onPick: (rows: readonly Row[], on: boolean) => void;
  /** What a row is called, for its checkbox. */
  readonly nameOf: (row: Row) => string;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sort?: string | undefined;
  onSort?: ((sort: string) => void) | undefined;
  /** Something is being loaded that will replace the rows. */
  isStale?: boolean;
  selection?: RowSelection<Row> | undefined;
}

/** A dense table that sorts on the server, and becomes a list of name-value pairs on a narrow screen. */
export function DataTable<Row>(props: DataTableProps<Row>): ReactElement {
  const { label, columns, rows, rowKey, sort, onSort, isStale, selection } = props;
  const drawn = useFirstRowsFirst(rows, rowKey);
  const offset = selection ? 1 : 0;
  // The height stays until all rows are there: whoever pages at the end of a list still has the button under the pointer.
  const place = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const isWhole = drawn === rows;
  useEffect(() => {
    if (isWhole) height.current = place.current?.offsetHeight ?? 0;
  });
  return (
    <div ref={place} style={isWhole ? undefined : { minBlockSize: height.current }}>
      <Table
        aria-label={label}
        aria-busy={isStale ?? false}
        variant="compact"
        gridBreakPoint="grid-lg"
        className={isStale ? 'ph-stale' : undefined}
      >
        <Thead>
          <Tr>
            {selection ? (
              <Th className="pf-v6-c-table__check">
                <PickAll rows={rows} rowKey={rowKey} selection={selection} label={label} />
              </Th>
            ) : null}
            {columns.map((column, index) => (
              <Th
                key={column.label}
                modifier="nowrap"
                width={column.width}
                className={column.extra && `ph-extra-${column.extra}`}
                {...(column.hideLabel ? { screenReaderText: column.label } : {})}
                {...sortProps(column, index + offset, sort, onSort)}
              >
                {column.hideLabel ? null : column.label}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {drawn.map((row) => (
            <MemoRow
              key={rowKey(row)}
              id={rowKey(row)}
              row={row}
              columns={columns as readonly Column<unknown>[]}
              isPicked={selection?.picked.has(rowKey(row))}
              onPick={selection?.onPick as RowProps<unknown>['onPick']}
              nameOf={selection?.nameOf as RowProps<unknown>['nameOf']}
            />
          ))}
        </Tbody>
      </Table>
    </div>
  );
}

const FILL_A_WINDOW = 16;
const NONE: readonly never[] = [];

/**
 * What a window shows comes at once, the new rows below it in the next moment: laying out fifty takes three times as long, and
 * one waits for those one sees. A row that stands already stays, so that a page that was scrolled keeps its place.
 */
function useFirstRowsFirst<Row>(rows: readonly Row[], rowKey: (row: Row) => string): readonly Row[] {
  const settled = useDeferredValue<readonly Row[]>(rows, NONE);
  if (settled === rows || rows.length <= FILL_A_WINDOW) return rows;
  const standing = new Set(settled.map(rowKey));
  return rows.filter((row, at) => at < FILL_A_WINDOW || standing.has(rowKey(row)));
}

interface RowProps<Row> {
  id: string;
  row: Row;
  columns: readonly Column<Row>[];
  /** undefined: rows of this table are not picked. */
  isPicked: boolean | undefined;
  onPick: RowSelection<Row>['onPick'] | undefined;
  nameOf: RowSelection<Row>['nameOf'] | undefined;
}

function DataRow<Row>({ id, row, columns, isPicked, onPick, nameOf }: RowProps<Row>): ReactElement {
  return (
    <Tr>
      {isPicked === undefined ? null : (
        <Td className="pf-v6-c-table__check">
          <Checkbox
            id={`pick-${id}`}
            aria-label={`Select ${nameOf?.(row)}`}
            isChecked={isPicked}
            onChange={(_, on) => onPick?.([row], on)}
          />
        </Td>
      )}
      {columns.map((column) => (
        <Td
          key={column.label}
          dataLabel={column.hideLabel ? undefined : column.label}
          modifier={column.modifier}
          className={column.extra && `ph-extra-${column.extra}`}
        >
          {column.cell(row)}
        </Td>
      ))}
    </Tr>
  );
}

/**
 * Fifty rows take 60 ms, and facets, a word typed in the search box or a row that somebody picks draw the page anew. A table
 * whose columns stay the same object draws only the rows that changed.
 */
const MemoRow = memo(DataRow<unknown>);

function PickAll<Row>({
  rows,
  rowKey,
  selection,
  label,
}: Pick<DataTableProps<Row>, 'rows' | 'rowKey' | 'label'> & { selection: RowSelection<Row> }): ReactElement {
  const count = rows.filter((row) => selection.picked.has(rowKey(row))).length;
  return (
    <Checkbox
      id={`pick-all-${label.replaceAll(/\W+/g, '-')}`}
      aria-label="Select all rows of this page"
      isChecked={count === 0 ? false : count === rows.length ? true : null}
      onChange={(_, on) => selection.onPick(rows, on)}
    />
  );
}

function sortProps<Row>(column: Column<Row>, index: number, sort: string | undefined, onSort?: (sort: string) => void) {
  const key = column.sort;
  if (key === undefined || !onSort) return {};
  const active = sort === key || sort === `-${key}`;
  const first = column.descendingFirst ? `-${key}` : key;
  return {
    sort: {
      columnIndex: index,
      sortBy: active ? { index, direction: sort === key ? ('asc' as const) : ('desc' as const) } : {},
      onSort: () => onSort(active && sort !== undefined ? reverseSort(sort) : first),
    },
  };
}
