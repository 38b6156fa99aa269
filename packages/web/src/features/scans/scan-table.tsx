import { Button } from '@patternfly/react-core';
import type { Scan } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount, formatSpan, plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { ScanStateLabel } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { onlyWords, scanCounts } from '../../components/scan-words.ts';

const TRIGGERS: Record<Scan['trigger'], string> = {
  schedule: 'on schedule',
  manual: 'by hand',
  start: 'at start',
  change: 'after a change',
  notification: 'told by the registry',
};

const COLUMNS: readonly Column<Scan>[] = [
  { label: 'Status', cell: (scan) => <ScanStateLabel state={scan.status} /> },
  { label: 'What', modifier: 'breakWord', cell: (scan) => <Subject scan={scan} /> },
  { label: 'Found', modifier: 'breakWord', cell: (scan) => <Outcome scan={scan} /> },
  { label: 'Requests', cell: (scan) => formatCount(scan.requests) },
  {
    label: 'Duration',
    modifier: 'nowrap',
    cell: (scan) => (scan.finishedAt ? formatSpan(scan.startedAt, scan.finishedAt, 0) : 'running'),
  },
  { label: 'Started', modifier: 'nowrap', cell: (scan) => <RelativeTime time={scan.startedAt} /> },
  { label: 'Why', modifier: 'nowrap', cell: (scan) => TRIGGERS[scan.trigger] },
];

export function ScanTable({ scans }: { scans: readonly Scan[] }): ReactElement {
  return <DataTable label="Scans" columns={COLUMNS} rows={scans} rowKey={(scan) => scan.id} />;
}

function Subject({ scan }: { scan: Scan }): ReactElement {
  const only = onlyWords(scan);
  if (!scan.repository) {
    return (
      <Link to="/manage/registries/$registryId" params={{ registryId: scan.registryId }}>
        {scan.registry}, all repositories
      </Link>
    );
  }
  return (
    <>
      {scan.repositoryId ? (
        <Link to="/library/$repositoryId" params={{ repositoryId: scan.repositoryId }}>
          {scan.repository}
        </Link>
      ) : (
        scan.repository
      )}
      <div className="ph-quiet">{scan.registry}</div>
      {only ? (
        <div className="ph-quiet">
          <HostileText text={only} clamp={200} />
        </div>
      ) : null}
    </>
  );
}

/** Counts, the message of a scan that did not go well, and what failed alone. */
function Outcome({ scan }: { scan: Scan }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const troubled = scan.status === 'failed' || scan.status === 'partial';
  return (
    <div className="ph-stack-tiny">
      <span>{scanCounts(scan)}</span>
      {troubled && scan.message ? <HostileText text={scan.message} /> : null}
      {troubled && scan.hint ? <span className="ph-quiet">What to do: {scan.hint}</span> : null}
      {scan.failures.length > 0 ? (
        <span>
          <Button variant="link" isInline size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide failures' : `Show ${plural(scan.failures.length, 'failure')}`}
          </Button>
        </span>
      ) : null}
      {isOpen ? (
        <ul className="ph-rows">
          {scan.failures.map((failure) => (
            <li key={`${failure.subject}${failure.code}`}>
              <span className="ph-row-main">
                <strong>
                  <HostileText text={failure.subject} clamp={160} />
                </strong>
                : <HostileText text={failure.message} /> <code>{failure.code}</code>
                {failure.hint ? <span className="ph-quiet ph-block">What to do: {failure.hint}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
