import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { scansQuery } from '../../api/scans.ts';
import { Panel } from '../../components/panel.tsx';
import { ScanRows } from '../../components/scan-rows.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';

/** The last readings of the registry: counts, requests, duration. */
export function RegistryScansPanel({ registryId }: { registryId: string }): ReactElement {
  const scans = useQuery(scansQuery({ registryId, limit: 5 }));
  return (
    <Panel
      title="Last scans"
      actions={
        <Link to="/manage/scans" search={{ registryId }}>
          All scans
        </Link>
      }
    >
      <QueryView query={scans} what="the scans" skeleton={<ListSkeleton what="the scans" rows={3} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="ph-quiet">Not scanned yet. “Sync now” starts the first scan.</p>
          ) : (
            <ScanRows scans={page.items} subject={(scan) => scan.repository ?? 'Whole registry'} />
          )
        }
      </QueryView>
    </Panel>
  );
}
