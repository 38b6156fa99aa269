import { Alert, Button, PageSection } from '@patternfly/react-core';
import type { ClusterDetail, Upgrade } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { clusterQuery, upgradesQuery, useDeleteCluster, useUpgradeCluster } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Digest } from '../../components/digest.tsx';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { EngineLabel, ImageStateLabel } from '../../components/labels.tsx';
import { ManifestPanel } from '../../components/manifest-panel.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { StatusLabel } from './status-label.tsx';

const CRUMBS = [{ label: 'Databases', to: '/databases' }] as const;

export function ClusterPage(): ReactElement {
  const { clusterId = '' } = useParams({ strict: false });
  const cluster = useQuery(clusterQuery(clusterId));
  if (cluster.data) return <Loaded cluster={cluster.data} />;
  return (
    <>
      <PageTitle title="Cluster" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={cluster} what="the cluster">
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ cluster }: { cluster: ClusterDetail }): ReactElement {
  const { name, namespace, location, image, status, spec, withheld, yaml, checks, history } = cluster;
  return (
    <>
      <PageTitle
        title={name}
        crumbs={CRUMBS}
        labels={
          <>
            <EngineLabel engine={image.engine} isLong />
            <StatusLabel status={status} />
            <ImageStateLabel state={image.state} />
          </>
        }
        actions={<DeleteButton cluster={cluster} />}
      >
        {status.message === '' ? null : (
          <p className="ph-quiet">
            <HostileText text={status.message} />
          </p>
        )}
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {withheld === null ? null : (
          <Alert variant="warning" isInline component="h2" title="The manifest is withheld">
            <HostileText text={withheld} />
          </Alert>
        )}
        <Panel title="Cluster">
          <Facts
            label="Facts of the cluster"
            facts={[
              ['Image', <HostileText key="tag" text={image.tag} />],
              ['Digest', <Digest key="digest" digest={image.digest} />],
              ['Location', location],
              ['Namespace', namespace],
              ['Operator', cluster.operator === 'edb' ? 'EDB Postgres for Kubernetes' : 'CloudNativePG'],
              ['Image from', cluster.via === 'catalog' ? 'Catalog' : 'Pinned in the cluster'],
              ['Instances', String(spec.instances)],
              ['Storage', spec.storage.size],
              spec.extensions.length > 0 ? ['Extensions', spec.extensions.map((each) => each.name).join(', ')] : null,
            ]}
          />
        </Panel>
        <UpgradesPanel cluster={cluster} />
        {yaml === '' ? null : <ManifestPanel yaml={yaml} name={name} />}
        {checks.length > 0 ? (
          <Panel title="Checks">
            <CheckList checks={checks} />
          </Panel>
        ) : null}
        <Panel title="History">
          <ul className="ph-rows">
            {history.map(({ at, actor, action, detail }) => (
              <li key={`${at} ${action} ${detail}`}>
                <span className="ph-row-main">
                  {action} by {actor}
                  <span className="ph-quiet ph-block">
                    <HostileText text={detail} />
                  </span>
                </span>
                <span className="ph-row-side">
                  <RelativeTime time={at} />
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      </PageSection>
    </>
  );
}

const KINDS: Readonly<Record<Upgrade['kind'], string>> = {
  build: 'Newer build of the same minor',
  minor: 'Newer minor',
  major: 'Newer major',
  extension: 'Newer extension',
};

function UpgradesPanel({ cluster }: { cluster: ClusterDetail }): ReactElement {
  const upgrades = useQuery(upgradesQuery(cluster.id));
  const [chosen, setChosen] = useState<Upgrade | null>(null);
  const mayWrite = useMay('clusters:write');
  const upgrade = useUpgradeCluster(cluster.id);
  return (
    <Panel title="Upgrades">
      <QueryView query={upgrades} what="the upgrades" skeleton={<TextSkeleton what="the upgrades" lines={2} />}>
        {({ upgrades: list }) =>
          list.length === 0 ? (
            <p className="ph-quiet">Nothing newer is approved in {cluster.location}.</p>
          ) : (
            <ul className="ph-rows">
              {list.map((each) => (
                <li key={each.image.digest}>
                  <span className="ph-row-main">
                    {KINDS[each.kind]}: <HostileText text={each.image.tag} />
                    <span className="ph-inline-list">
                      <Link
                        to="/library/compare"
                        search={{ from: cluster.image.digest, to: each.image.digest } as never}
                      >
                        Compare
                      </Link>
                    </span>
                    <CheckList checks={each.risks} />
                  </span>
                  {mayWrite && each.risks.every(({ state }) => state !== 'fail') ? (
                    <span className="ph-row-side">
                      <Button variant="secondary" size="sm" onClick={() => setChosen(each)}>
                        Upgrade
                      </Button>
                    </span>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <ConfirmDialog
        title={`Upgrade ${cluster.name}?`}
        confirm="Upgrade"
        isOpen={chosen !== null}
        isBusy={upgrade.isPending}
        error={upgrade.error}
        onConfirm={() => chosen && upgrade.mutate(chosen.image.digest, { onSuccess: () => setChosen(null) })}
        onClose={() => {
          upgrade.reset();
          setChosen(null);
        }}
      >
        <p>
          To <HostileText text={chosen?.image.tag ?? ''} />.{' '}
          {cluster.apply ? 'An agent applies it at once.' : 'Its manifest changes; apply it yourself.'}
        </p>
        <CheckList checks={chosen?.risks ?? []} />
      </ConfirmDialog>
    </Panel>
  );
}

function DeleteButton({ cluster }: { cluster: ClusterDetail }): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteCluster(cluster.id);
  const navigate = useNavigate();
  if (!useMay('clusters:write')) return null;
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        title={`Delete ${cluster.name}?`}
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/databases', replace: true }) })
        }
        onClose={() => setOpen(false)}
      >
        {cluster.apply
          ? 'The agent deletes the cluster where it runs, with its data.'
          : 'Pharos forgets it; what you applied yourself stays.'}
      </ConfirmDialog>
    </>
  );
}
