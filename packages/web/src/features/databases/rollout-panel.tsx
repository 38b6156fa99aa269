import { Button } from '@patternfly/react-core';
import type { CatalogDetail, RolloutPolicy } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useMoveRollout } from '../../api/catalogs.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Told } from '../../components/told.tsx';
import { FollowerList } from './follower-list.tsx';
import { PolicyDialog } from './policy-dialog.tsx';
import { RolloutLabel } from './rollout-label.tsx';

type Action = 'go-on' | 'stop';

/** Where the newest edition stands, by which policy, and what a person may say about it. */
export function RolloutPanel({ catalog, mayWrite }: { catalog: CatalogDetail; mayWrite: boolean }): ReactElement {
  const { name, location, policy, rollout, edition, restarts, clusters } = catalog;
  const [action, setAction] = useState<Action | null>(null);
  const [isEditing, setEditing] = useState(false);
  const move = useMoveRollout(name);
  const state = rollout?.state ?? 'out';
  const canGoOn = !['drawn', 'canary', 'out'].includes(state);
  const close = () => {
    setAction(null);
    move.reset();
  };
  return (
    <Panel
      title="Rollout"
      actions={
        mayWrite ? (
          <span className="ph-inline-list">
            {canGoOn ? (
              <Button variant="secondary" size="sm" onClick={() => setAction('go-on')}>
                {state === 'stopped' ? 'Begin again…' : 'Go on…'}
              </Button>
            ) : null}
            {state !== 'out' && state !== 'stopped' ? (
              <Button variant="secondary" size="sm" onClick={() => setAction('stop')}>
                Stop…
              </Button>
            ) : null}
            {state === 'out' ? (
              <Button variant="secondary" size="sm" onClick={() => setEditing(true)}>
                {policy === null ? 'Set stages…' : 'Change stages…'}
              </Button>
            ) : null}
          </span>
        ) : null
      }
    >
      <div className="ph-stack-small">
        {rollout === null ? null : (
          <div>
            <span className="ph-inline-list">
              Edition {rollout.edition} <RolloutLabel state={rollout.state} />
              <span className="ph-quiet">
                since <RelativeTime time={rollout.since} />
              </span>
            </span>
            {rollout.message === '' ? null : (
              <p>
                {state === 'waiting-for-health' && rollout.healthySince === null ? 'Not healthy on it yet: ' : ''}
                <Told text={rollout.message} />
              </p>
            )}
            {state === 'out' ? null : <p className="ph-quiet">Edition {edition} is served meanwhile.</p>}
            {state === 'waiting-for-health' && policy !== null && rollout.healthySince === null ? (
              <p className="ph-quiet">
                A canary cluster that is not healthy {policy.giveUpMinutes} min after the change stops the rollout.
              </p>
            ) : null}
            {state === 'stopped' ? (
              <p className="ph-quiet">Nothing new is drawn until somebody begins again or publishes an edition.</p>
            ) : null}
          </div>
        )}
        <p>{policy === null ? NO_POLICY : wordsOf(policy)}</p>
        {state === 'out' || restarts.length === 0 ? null : (
          <>
            <p>These clusters restart when it goes out:</p>
            <FollowerList followers={restarts} label="Clusters that restart when it goes out" />
          </>
        )}
        {clusters === 0 ? <p className="ph-quiet">No cluster made here follows this catalog yet.</p> : null}
      </div>
      <ConfirmDialog
        title={action === 'stop' ? `Stop edition ${rollout?.edition}?` : `Let edition ${rollout?.edition} go on?`}
        confirm={action === 'stop' ? 'Stop' : 'Go on'}
        isOpen={action !== null}
        isGain={action === 'go-on'}
        isBusy={move.isPending}
        error={move.error}
        onConfirm={() =>
          move.mutate({ location, edition: rollout?.edition ?? 0, action: action ?? 'stop' }, { onSuccess: close })
        }
        onClose={close}
      >
        <p>{action === 'stop' ? STOP : GO_ON[state]}</p>
        {action === 'go-on' && restarts.length > 0 ? (
          <>
            <p>These clusters restart when it goes out:</p>
            <FollowerList followers={restarts} label="Clusters that restart" />
          </>
        ) : null}
      </ConfirmDialog>
      {isEditing ? <PolicyDialog catalog={catalog} onClose={() => setEditing(false)} /> : null}
    </Panel>
  );
}

const NO_POLICY =
  'There are no stages: an edition goes to every cluster at once, and each of them restarts as soon as its image changes.';
const STOP =
  'Canary clusters keep what they have, the others stay as they are, and no new edition is drawn. To take the canaries back, roll back to an earlier edition.';
const GO_ON: Readonly<Record<string, string>> = {
  stopped: 'It begins again with the canary clusters.',
  'waiting-for-health':
    'It does not wait any longer for the canary clusters to be healthy, and goes out in the next window.',
  'waiting-for-person': 'It goes out in the next window.',
  'waiting-for-window': 'It does not wait for a maintenance window: it goes out now.',
};

function wordsOf({ canaries, healthyMinutes, window, advance, urgentRevocations }: RolloutPolicy): string {
  const first =
    canaries.length === 0
      ? 'There are no canary clusters.'
      : `${canaries.length === 1 ? 'One canary cluster gets' : `${canaries.length} canary clusters get`} an edition first and must stay healthy for ${healthyMinutes} min.`;
  const then = advance === 'by-hand' ? ' Then somebody says "go on".' : '';
  const others =
    window === 'location' ? ' The others change in a maintenance window.' : ' The others change at any time.';
  const urgent = urgentRevocations ? ' What replaces a revoked image goes to all at once.' : '';
  return `${first}${then}${others}${urgent}`;
}
