import { Button } from '@patternfly/react-core';
import { windowText } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { locationMaintenanceQuery, useSetLocationMaintenance } from '../../api/agents.ts';
import { useMay } from '../../api/session.ts';
import { WindowsDialog } from '../../components/windows-dialog.tsx';

/** When clusters of a location may be upgraded. */
export function LocationWindows({ locationId }: { locationId: string }): ReactElement | null {
  const maintenance = useQuery(locationMaintenanceQuery(locationId));
  const set = useSetLocationMaintenance(locationId);
  const [isOpen, setOpen] = useState(false);
  const mayWrite = useMay('agents:write');
  if (maintenance.data === undefined) return maintenance.isError ? <span className="ph-quiet">unknown</span> : null;
  const { windows, upgradeApproval } = maintenance.data;
  const close = () => {
    set.reset();
    setOpen(false);
  };
  return (
    <div className="ph-stack-tiny">
      {windows.length === 0 ? <span className="ph-quiet">No window is set</span> : null}
      {windows.map((each) => (
        <span key={windowText(each)}>{windowText(each)}</span>
      ))}
      {upgradeApproval ? <span className="ph-quiet">A second person confirms upgrades</span> : null}
      {mayWrite ? (
        <span>
          <Button variant="link" isInline onClick={() => setOpen(true)} aria-label={`Change windows of ${locationId}`}>
            Change
          </Button>
        </span>
      ) : null}
      {isOpen ? (
        <WindowsDialog
          title={`Maintenance of ${locationId}`}
          windows={windows}
          upgradeApproval={upgradeApproval}
          isBusy={set.isPending}
          error={set.error}
          onSave={(next, approval) =>
            set.mutate({ windows: next ?? [], upgradeApproval: approval }, { onSuccess: close })
          }
          onClose={close}
        />
      ) : null}
    </div>
  );
}
