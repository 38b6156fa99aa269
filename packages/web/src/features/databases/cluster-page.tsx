import { Alert, Button, Label, PageSection } from '@patternfly/react-core';
import { CLUSTER_CHANGE_WORDS, type ClusterDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { clusterQuery, upgradesQuery, useDeleteCluster } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Digest } from '../../components/digest.tsx';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { ClockIcon, InfoCircleIcon, SyncAltIcon } from '../../components/icons.ts';
import { InKubernetesPanel } from '../../components/in-kubernetes-panel.tsx';
import { EngineLabel, ImageStateLabel } from '../../components/labels.tsx';
import { ManifestPanel } from '../../components/manifest-panel.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView } from '../../components/states.tsx';
import { Told } from '../../components/told.tsx';
import { MaintenancePanel } from './maintenance-panel.tsx';
import { StatusLabel } from './status-label.tsx';
import { UPGRADE_STATES } from './upgrade-words.ts';
import { isPossible, UpgradesPanel } from './upgrades-panel.tsx';

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
  const { name, namespace, location, image, status, spec, withheld, kept, yaml, checks, history } = cluster;
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
            <UpgradeLabel cluster={cluster} />
          </>
        }
        actions={
          <>
            <EditLink cluster={cluster} />
            <DeleteButton cluster={cluster} />
          </>
        }
      >
        {status.message === '' || cluster.kubernetes?.code != null ? null : (
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
        {kept === null ? null : (
          <Alert variant="warning" isInline component="h2" title="It runs an image that is not approved any more">
            <p>
              <HostileText text={kept.message} />
            </p>
            <p>
              <HostileText text={kept.hint} />
            </p>
          </Alert>
        )}
        <Panel title="Cluster">
          <Facts
            label="Facts of the cluster"
            facts={[
              ['Image', <ImageName key="image" cluster={cluster} />],
              ['Digest', <Digest key="digest" digest={image.digest} />],
              ['Location', location],
              ['Namespace', namespace],
              ['Operator', cluster.operator === 'edb' ? 'EDB Postgres for Kubernetes' : 'CloudNativePG'],
              ['Image from', cluster.via === 'catalog' ? 'Catalog' : 'Pinned in the cluster'],
              ['Instances', String(spec.instances)],
              ['Storage', spec.storage.size],
              spec.resources.cpu === undefined ? null : ['CPU', spec.resources.cpu],
              spec.resources.memory === undefined ? null : ['Memory', spec.resources.memory],
              spec.pullSecret === null ? null : ['Pull secret', spec.pullSecret],
              spec.extensions.length > 0 ? ['Extensions', spec.extensions.map((each) => each.name).join(', ')] : null,
            ]}
          />
        </Panel>
        <InKubernetesPanel seen={cluster.kubernetes} />
        <UpgradesPanel cluster={cluster} />
        <MaintenancePanel cluster={cluster} />
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
                  {CLUSTER_CHANGE_WORDS[action]} by <HostileText text={actor} />
                  <span className="ph-quiet ph-block">
                    <Told text={detail} />
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

/** The tag that the cluster was made of, as a link where it still stands. */
function ImageName({ cluster }: { cluster: ClusterDetail }): ReactElement {
  const current = useQuery(upgradesQuery(cluster.id)).data?.current ?? null;
  if (current === null) return <HostileText text={cluster.image.tag} />;
  return (
    <Link
      to="/library/$repositoryId/tags/$name"
      params={{ repositoryId: current.repositoryId, name: current.tag }}
      search={{}}
    >
      <HostileText text={`${current.repository}:${current.tag}`} />
    </Link>
  );
}

/** Beside the name, because the panel is far down on a phone. */
function UpgradeLabel({ cluster }: { cluster: ClusterDetail }): ReactElement | null {
  const upgrades = useQuery(upgradesQuery(cluster.id));
  if (cluster.upgrade !== null) {
    return (
      <Label isCompact color="blue" icon={cluster.upgrade.state === 'applying' ? <SyncAltIcon /> : <ClockIcon />}>
        Upgrade: {UPGRADE_STATES[cluster.upgrade.state].word.toLowerCase()}
      </Label>
    );
  }
  if (!upgrades.data?.upgrades.some(isPossible)) return null;
  return (
    <Label isCompact color="blue" icon={<InfoCircleIcon />}>
      Upgrade available
    </Label>
  );
}

function EditLink({ cluster }: { cluster: ClusterDetail }): ReactElement | null {
  if (!useMay('clusters:write')) return null;
  return (
    <Link to="/databases/$clusterId/edit" params={{ clusterId: cluster.id }} className="pf-v6-c-button pf-m-secondary">
      <span className="pf-v6-c-button__text">Edit</span>
    </Link>
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
