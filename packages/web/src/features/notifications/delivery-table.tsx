import type { Delivery } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DeliveryOutcomeLabel, Unknown } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

const MAX_TAGS = 5;

/** What came in, newest first. Names and words are the sender's. */
export function DeliveryTable({ rows, isStale }: { rows: readonly Delivery[]; isStale: boolean }): ReactElement {
  return <DataTable label="Deliveries" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} isStale={isStale} />;
}

const COLUMNS: readonly Column<Delivery>[] = [
  { label: 'Received', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.receivedAt} /> },
  { label: 'Outcome', cell: (row) => <DeliveryOutcomeLabel outcome={row.outcome} /> },
  { label: 'Repository and tag', modifier: 'breakWord', cell: (row) => <What row={row} /> },
  { label: 'Event', modifier: 'breakWord', width: 15, cell: (row) => <HostileText text={row.event} clamp={60} /> },
  {
    label: 'What came of it',
    modifier: 'breakWord',
    width: 30,
    cell: (row) => (
      <>
        <HostileText text={row.message} />
        {row.requests === null || row.requests === 0 ? null : (
          <span className="ph-quiet"> {plural(row.requests, 'request')}.</span>
        )}
      </>
    ),
  },
];

function What({ row }: { row: Delivery }): ReactElement {
  const { repository, repositoryId, tags } = row;
  if (repository === null) return <Unknown word="none named" />;
  const shown = tags.slice(0, MAX_TAGS).join(', ');
  const more = tags.length > MAX_TAGS ? ` and ${tags.length - MAX_TAGS} more` : '';
  const text = tags.length === 0 ? repository : `${repository}:${shown}${more}`;
  if (repositoryId === null) return <HostileText text={text} />;
  return (
    <Link to="/library/$repositoryId" params={{ repositoryId }} search={{ tab: 'tags' }} className="ph-break">
      {text}
    </Link>
  );
}
