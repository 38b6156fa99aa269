import './chart.css';
import { Button, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type ReactElement, type ReactNode, useState } from 'react';
import { Panel } from '../panel.tsx';
import { csvOf } from './scale.ts';

export interface ChartTable {
  readonly head: readonly string[];
  /** Newest or largest first. */
  readonly rows: readonly (readonly (string | number)[])[];
  readonly show?: (value: string | number, column: number) => string;
}

interface ChartPanelProps {
  title: string;
  table: ChartTable;
  children: ReactNode;
  note?: ReactNode;
}

/** A picture, the table behind it, and the same as a file. */
export function ChartPanel({ title, table, children, note }: ChartPanelProps): ReactElement {
  const [isTable, setTable] = useState(false);
  return (
    <Panel
      title={title}
      actions={
        <ToggleGroup aria-label={`${title} as`} isCompact>
          <ToggleGroupItem text="Picture" isSelected={!isTable} onChange={() => setTable(false)} />
          <ToggleGroupItem text="Table" isSelected={isTable} onChange={() => setTable(true)} />
        </ToggleGroup>
      }
    >
      <div className="ph-stack-small">
        {isTable ? <BehindIt title={title} table={table} /> : children}
        {note ? <p className="ph-quiet">{note}</p> : null}
      </div>
    </Panel>
  );
}

function BehindIt({ title, table }: { title: string; table: ChartTable }): ReactElement {
  const { head, rows, show = String } = table;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard too (WCAG 2.1.1) */}
      <section className="ph-chart-table" aria-label={`${title}, all numbers`} tabIndex={0}>
        <Table aria-label={title} variant="compact" gridBreakPoint="" isStickyHeader>
          <Thead>
            <Tr>
              {head.map((name) => (
                <Th key={name}>{name}</Th>
              ))}
            </Tr>
          </Thead>
          <Tbody>
            {rows.map((row) => (
              <Tr key={String(row[0])}>
                {row.map((value, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns never change places
                  <Td key={column}>{show(value, column)}</Td>
                ))}
              </Tr>
            ))}
          </Tbody>
        </Table>
      </section>
      <span>
        <Button variant="link" isInline onClick={() => download(title, csvOf(head, rows))}>
          Download as CSV
        </Button>
      </span>
    </>
  );
}

function download(title: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  link.download = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
