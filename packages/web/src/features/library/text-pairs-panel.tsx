import type { ReactElement } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';

const COLUMNS: readonly Column<[string, string]>[] = [
  { label: 'Name', width: 40, modifier: 'breakWord', cell: ([name]) => <HostileText text={name} clamp={120} /> },
  { label: 'Value', modifier: 'breakWord', cell: ([, value]) => <HostileText text={value} /> },
];

interface TextPairsPanelProps {
  title: string;
  pairs: Readonly<Record<string, string>>;
  empty: string;
}

/** Annotations or labels as the image has them: plain text, nothing in them is followed or drawn. */
export function TextPairsPanel({ title, pairs, empty }: TextPairsPanelProps): ReactElement {
  const rows = Object.entries(pairs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (
    <Panel title={`${title} (${rows.length})`}>
      {rows.length === 0 ? (
        <p className="ph-quiet">{empty}</p>
      ) : (
        <DataTable label={title} columns={COLUMNS} rows={rows} rowKey={([name]) => name} />
      )}
    </Panel>
  );
}
