import { Button, Progress } from '@patternfly/react-core';
import type { ClusterDetail, ClusterUpgrade } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useSettleUpgrade } from '../../api/clusters.ts';
import { useMay, useSession } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError } from '../../components/states.tsx';
import { Told } from '../../components/told.tsx';
import { UpgradeStateLabel } from './upgrade-label.tsx';
import { isWaiting, stepWords } from './upgrade-words.ts';

/** What was asked for and what came of it, newest first. */
export function UpgradeRows({ cluster }: { cluster: ClusterDetail }): ReactElement | null {
  if (cluster.upgrades.length === 0) return null;
  return (
    <ul className="ph-rows" aria-label="Upgrades that were asked for">
      {cluster.upgrades.map((upgrade) => (
        <UpgradeRow key={upgrade.id} cluster={cluster} upgrade={upgrade} />
      ))}
    </ul>
  );
}

function UpgradeRow({ cluster, upgrade }: { cluster: ClusterDetail; upgrade: ClusterUpgrade }): ReactElement {
  const { state, message, instances, opensAt, requestedBy, requestedAt, approvedBy, finishedAt, startedAt } = upgrade;
  return (
    <li>
      <span className="ph-row-main">
        <HostileText text={stepWords(upgrade)} /> <UpgradeStateLabel state={state} />
        <span className="ph-quiet ph-block">
          <Told text={message} />
          {opensAt === null ? null : (
            <>
              {' '}
              It opens <RelativeTime time={opensAt} />.
            </>
          )}
        </span>
        <span className="ph-quiet ph-block">
          Asked for by <HostileText text={requestedBy} />
          {approvedBy === null ? null : (
            <>
              , confirmed by <HostileText text={approvedBy} />
            </>
          )}
        </span>
      </span>
      <span className="ph-row-side">
        <RelativeTime time={finishedAt ?? startedAt ?? requestedAt} />
        {isWaiting(upgrade) ? <Settle cluster={cluster} upgrade={upgrade} /> : null}
      </span>
      {instances === null ? null : (
        <div className="ph-row-below">
          <Progress
            size="sm"
            value={instances.done}
            max={Math.max(instances.total, 1)}
            label={`${instances.done} of ${instances.total}`}
            title="Instances that run the new image"
          />
        </div>
      )}
    </li>
  );
}

function Settle({ cluster, upgrade }: { cluster: ClusterDetail; upgrade: ClusterUpgrade }): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const cancel = useSettleUpgrade(cluster.id, 'cancelUpgrade');
  const approve = useSettleUpgrade(cluster.id, 'approveUpgrade');
  const name = useSession()?.name;
  if (!useMay('clusters:write')) return null;
  return (
    <>
      {upgrade.state !== 'requested' ? null : upgrade.requestedBy === name ? (
        <span className="ph-quiet">Somebody else must confirm it.</span>
      ) : (
        <Button size="sm" onClick={() => setOpen(true)}>
          Confirm…
        </Button>
      )}
      <Button
        variant="secondary"
        size="sm"
        onClick={() => cancel.mutate(upgrade.id)}
        isLoading={cancel.isPending}
        isDisabled={cancel.isPending}
      >
        Cancel upgrade
      </Button>
      <ActionError error={cancel.error} what="It was not cancelled" />
      <ConfirmDialog
        title={`Confirm the upgrade of ${cluster.name}?`}
        confirm="Confirm"
        isGain
        isOpen={isOpen}
        isBusy={approve.isPending}
        error={approve.error}
        onConfirm={() => approve.mutate(upgrade.id, { onSuccess: () => setOpen(false) })}
        onClose={() => {
          approve.reset();
          setOpen(false);
        }}
      >
        <p>
          <HostileText text={stepWords(upgrade)} />, asked for by <HostileText text={upgrade.requestedBy} />.{' '}
          {upgrade.when === 'now' ? 'It begins at once.' : 'It begins when the maintenance window opens.'}
        </p>
      </ConfirmDialog>
    </>
  );
}
