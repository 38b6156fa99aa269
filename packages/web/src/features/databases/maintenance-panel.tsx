import { Button } from '@patternfly/react-core';
import { type ClusterDetail, windowText } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useSetMaintenance } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { Facts } from '../../components/facts.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime, useNow } from '../../components/relative-time.tsx';
import { WindowsDialog } from '../../components/windows-dialog.tsx';

/** When the cluster may be upgraded, and who confirms it. */
export function MaintenancePanel({ cluster }: { cluster: ClusterDetail }): ReactElement {
  const { windows, location, opensAt, closesAt, upgradeApproval } = cluster.maintenance;
  const effective = windows ?? location.windows;
  const [isOpen, setOpen] = useState(false);
  const set = useSetMaintenance(cluster.id);
  const mayWrite = useMay('clusters:write');
  const now = useNow();
  const isNow = opensAt !== null && Date.parse(opensAt) <= now;
  const close = () => {
    set.reset();
    setOpen(false);
  };
  return (
    <Panel title="Maintenance">
      <div className="ph-stack">
        <Facts
          label="Maintenance windows"
          facts={[
            [
              windows === null ? `Windows of ${location.locationId}` : 'Windows',
              effective.length === 0 ? (
                <span key="none" className="ph-quiet">
                  None is set
                </span>
              ) : (
                <ul key="windows" className="ph-plain-list">
                  {effective.map((each) => (
                    <li key={windowText(each)}>{windowText(each)}</li>
                  ))}
                </ul>
              ),
            ],
            opensAt === null
              ? null
              : isNow
                ? ['Open until', <RelativeTime key="until" time={closesAt} />]
                : ['Next opens', <RelativeTime key="from" time={opensAt} />],
            [
              'Upgrades',
              upgradeApproval || location.upgradeApproval
                ? `A second person confirms them${upgradeApproval ? '' : ` (set for ${location.locationId})`}`
                : 'Begin without a second person',
            ],
          ]}
        />
        {mayWrite ? (
          <div>
            <Button variant="secondary" onClick={() => setOpen(true)}>
              Change maintenance…
            </Button>
          </div>
        ) : null}
      </div>
      {isOpen ? (
        <WindowsDialog
          title={`Maintenance of ${cluster.name}`}
          windows={windows}
          location={location.locationId}
          upgradeApproval={upgradeApproval}
          isBusy={set.isPending}
          error={set.error}
          onSave={(next, approval) => set.mutate({ windows: next, upgradeApproval: approval }, { onSuccess: close })}
          onClose={close}
        />
      ) : null}
    </Panel>
  );
}
