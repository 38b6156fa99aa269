import { Button, Label } from '@patternfly/react-core';
import type { SignedIn } from '@pharos/contract';
import type { ReactElement } from 'react';
import { useEndSession } from '../../api/sessions.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

/** Sessions of browsers; those of everybody say whose. */
export function SessionTable({ rows, whose }: { rows: readonly SignedIn[]; whose: 'own' | 'all' }): ReactElement {
  const columns: Column<SignedIn>[] = [
    ...(whose === 'all' ? [{ label: 'User', cell: (row: SignedIn) => row.user }] : []),
    {
      label: 'Browser',
      modifier: 'breakWord',
      cell: (row) => (
        <span className="ph-inline-list">
          <HostileText text={browserWords(row.userAgent)} />
          {row.isCurrent ? <Label isCompact>this one</Label> : null}
        </span>
      ),
    },
    { label: 'Address', cell: (row) => row.address ?? 'unknown' },
    { label: 'Signed in', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.createdAt} /> },
    { label: 'Last used', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.lastUsedAt} /> },
    { label: 'Ends', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.expiresAt} /> },
    { label: 'Actions', hideLabel: true, cell: (row) => (row.isCurrent ? null : <End row={row} whose={whose} />) },
  ];
  return <DataTable label="Sessions" columns={columns} rows={rows} rowKey={(row) => row.id} />;
}

function End({ row, whose }: { row: SignedIn; whose: 'own' | 'all' }): ReactElement {
  const end = useEndSession(whose);
  return (
    <Button
      variant="link"
      isInline
      isDanger
      isDisabled={end.isPending}
      onClick={() => end.mutate(row.id)}
      aria-label={`End the session of ${row.user} from ${row.address ?? 'an unknown address'}`}
    >
      {end.isError ? 'Not ended: try again' : 'End'}
    </Button>
  );
}

/** What a browser calls itself, as far as people need it. */
function browserWords(userAgent: string | null): string {
  if (userAgent === null) return 'unknown';
  const browser = /(Edg|Firefox|Chrome|Safari)\/(\d+)/.exec(userAgent);
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(userAgent)?.[1];
  if (!browser) return userAgent.slice(0, 60);
  return `${browser[1] === 'Edg' ? 'Edge' : browser[1]} ${browser[2]}${system ? `, ${system}` : ''}`;
}
