import { Button } from '@patternfly/react-core';
import type { ClusterDetail, Upgrade } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { upgradesQuery, useUpgradeCluster } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { UpgradeRows } from './upgrade-rows.tsx';
import { isWaiting, KINDS } from './upgrade-words.ts';
import { needsSecondPerson, usualTiming, WhenFields } from './when-fields.tsx';

export const isPossible = ({ risks }: Upgrade) => risks.every(({ state }) => state !== 'fail');

/** What is under way, what the cluster can move to, and what came of earlier ones. */
export function UpgradesPanel({ cluster }: { cluster: ClusterDetail }): ReactElement {
  const upgrades = useQuery(upgradesQuery(cluster.id));
  const [chosen, setChosen] = useState<Upgrade | null>(null);
  const mayWrite = useMay('clusters:write');
  const mayAsk = mayWrite && (cluster.upgrade === null || !isWaiting(cluster.upgrade));
  return (
    <Panel title="Upgrades">
      <div className="ph-stack">
        {cluster.upgrade === null ? null : <UpgradeRows cluster={cluster} />}
        <QueryView query={upgrades} what="the upgrades" skeleton={<TextSkeleton what="the upgrades" lines={2} />}>
          {({ upgrades: list }) =>
            list.length === 0 ? (
              <p className="ph-quiet">Nothing newer is approved in {cluster.location}.</p>
            ) : (
              <ul className="ph-rows" aria-label="What it can move to">
                {list.map((each) => (
                  <Choice
                    key={each.image.digest}
                    cluster={cluster}
                    upgrade={each}
                    onChoose={mayAsk && isPossible(each) ? () => setChosen(each) : null}
                  />
                ))}
              </ul>
            )
          }
        </QueryView>
        {cluster.upgrade === null ? <UpgradeRows cluster={cluster} /> : null}
      </div>
      {chosen === null ? null : <UpgradeDialog cluster={cluster} chosen={chosen} onClose={() => setChosen(null)} />}
    </Panel>
  );
}

interface ChoiceProps {
  cluster: ClusterDetail;
  upgrade: Upgrade;
  onChoose: (() => void) | null;
}

function Choice({ cluster, upgrade: { kind, image, extension, risks }, onChoose }: ChoiceProps): ReactElement {
  return (
    <li>
      <span className="ph-row-main">
        {KINDS[kind]}: <HostileText text={image.tag} />
      </span>
      <span className="ph-row-side">
        {extension === null ? (
          <Link to="/library/compare" search={{ from: cluster.image.digest, to: image.digest } as never}>
            Compare<span className="pf-v6-u-screen-reader"> with {image.tag}</span>
          </Link>
        ) : null}
        {onChoose === null ? null : (
          <Button variant="secondary" size="sm" onClick={onChoose}>
            Upgrade…<span className="pf-v6-u-screen-reader"> to {image.tag}</span>
          </Button>
        )}
      </span>
      <div className="ph-row-below">
        <CheckList checks={risks} />
      </div>
    </li>
  );
}

interface UpgradeDialogProps {
  cluster: ClusterDetail;
  chosen: Upgrade;
  onClose: () => void;
}

function UpgradeDialog({ cluster, chosen, onClose }: UpgradeDialogProps): ReactElement {
  const { apply } = cluster;
  const upgrade = useUpgradeCluster(cluster.id);
  const [when, setWhen] = useState(() => usualTiming(cluster));
  const needsApproval = needsSecondPerson(cluster);
  return (
    <ConfirmDialog
      title={`Upgrade ${cluster.name}?`}
      confirm={needsApproval ? 'Ask for the upgrade' : when === 'now' ? 'Upgrade now' : 'Schedule upgrade'}
      isGain
      isOpen
      isBusy={upgrade.isPending}
      error={upgrade.error}
      onConfirm={() => upgrade.mutate({ image: chosen.image.digest, when }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        To <HostileText text={chosen.image.tag} />. {apply ? '' : 'Its manifest changes; apply it yourself.'}
      </p>
      <WhenFields id="upgrade-when" label="When" cluster={cluster} when={when} onChange={setWhen} />
      <CheckList checks={chosen.risks} />
    </ConfirmDialog>
  );
}
