import { Alert, Button, PageSection } from '@patternfly/react-core';
import type { ModelDeploymentDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { deploymentQuery, useApplyDeployment, useDeleteDeployment } from '../../api/model-services.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { Code } from '../../components/code.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { CopyButton, Digest } from '../../components/digest.tsx';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { InKubernetesPanel } from '../../components/in-kubernetes-panel.tsx';
import { ImageStateLabel, WarningLabel } from '../../components/labels.tsx';
import { ManifestPanel } from '../../components/manifest-panel.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError, QueryView } from '../../components/states.tsx';
import { ServingLabel, TARGET_NAMES } from './status-label.tsx';

const CRUMBS = [{ label: 'Model services', to: '/model-services' }] as const;

export function DeploymentPage(): ReactElement {
  const { deploymentId = '' } = useParams({ strict: false });
  const deployment = useQuery(deploymentQuery(deploymentId));
  if (deployment.data) return <Loaded key={deploymentId} deployment={deployment.data} />;
  return (
    <>
      <PageTitle title="Deployment" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={deployment} what="the deployment">
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ deployment }: { deployment: ModelDeploymentDetail }): ReactElement {
  const { name, status, image, withheld, yaml, manifests, checks } = deployment;
  const apply = useApplyDeployment(deployment.id);
  const mayWrite = useMay('model-services:write');
  return (
    <>
      <PageTitle
        title={name}
        crumbs={CRUMBS}
        labels={
          <>
            <ServingLabel status={status} />
            <ImageStateLabel state={image.state} />
            {deployment.kubernetes?.code === 'drifted' ? <WarningLabel text="Drifted" /> : null}
          </>
        }
        actions={
          mayWrite ? (
            <>
              {deployment.apply || withheld !== null ? null : (
                <Button variant="primary" isLoading={apply.isPending} onClick={() => apply.mutate()}>
                  Let an agent apply it
                </Button>
              )}
              <Link
                to="/model-services/$deploymentId/edit"
                params={{ deploymentId: deployment.id }}
                className="pf-v6-c-button pf-m-secondary"
              >
                <span className="pf-v6-c-button__text">Edit</span>
              </Link>
              <DeleteButton deployment={deployment} />
            </>
          ) : null
        }
      >
        <p className="ph-quiet">
          <HostileText text={status.message} />
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <ActionError error={apply.error} what="Not applied" />
        {withheld === null ? null : (
          <Alert variant="warning" isInline component="h2" title="The manifests are withheld">
            <p>
              <HostileText text={withheld} />
            </p>
            <p>
              Manifests name approved images only. What runs already goes on; deploy another version, or ask an approver
              to look at this one.
            </p>
          </Alert>
        )}
        <FactsPanel deployment={deployment} />
        <AskPanel deployment={deployment} />
        <InKubernetesPanel seen={deployment.kubernetes} />
        {yaml === '' ? null : <ManifestPanel yaml={yaml} manifests={manifests} name={name} />}
        {checks.length > 0 ? (
          <Panel title="Checks">
            <CheckList checks={checks} />
          </Panel>
        ) : null}
      </PageSection>
    </>
  );
}

function FactsPanel({ deployment }: { deployment: ModelDeploymentDetail }): ReactElement {
  const { model, modelId, image, location, namespace, target, gpus, replicas, spec, status } = deployment;
  const { min, max } = replicas;
  return (
    <Panel title="Deployment">
      <Facts
        label="Facts of the deployment"
        facts={[
          [
            'Model',
            modelId === null ? (
              <HostileText key="model" text={model} />
            ) : (
              <Link key="model" to="/models/$modelId" params={{ modelId }}>
                <HostileText text={model} />
              </Link>
            ),
          ],
          ['Image', <HostileText key="tag" text={image.tag} />],
          ['Digest', <Digest key="digest" digest={image.digest} />],
          ['Target', TARGET_NAMES[target]],
          ['Location', location],
          ['Namespace', namespace],
          ['GPUs', `${gpus} for each replica`],
          ['Replicas', min === max ? String(min) : `${min} to ${max}`],
          spec.secret === null ? null : ['Secret', spec.secret],
          spec.pullSecret === null ? null : ['Pull secret', spec.pullSecret],
          deployment.apply
            ? ['Applied', `change ${status.appliedGeneration} of ${status.generation}`]
            : ['Applied', 'Not by Pharos: the manifests are a file'],
          status.updatedAt === null ? null : ['Reported', <RelativeTime key="reported" time={status.updatedAt} />],
          ['Made by', <HostileText key="by" text={deployment.createdBy} />],
        ]}
      />
    </Panel>
  );
}

function AskPanel({ deployment }: { deployment: ModelDeploymentDetail }): ReactElement {
  const { endpoint, commands, serviceId } = deployment;
  return (
    <Panel title="Ask it">
      <div className="ph-stack-small">
        <span className="ph-inline-list">
          <span>
            Endpoint inside the cluster: <code className="ph-break">{endpoint}</code>
          </span>
          <CopyButton text={endpoint} what="the endpoint" />
        </span>
        {commands.map(({ what, command }) => (
          <div key={command}>
            <p className="ph-quiet">{what}</p>
            <Code text={command} what={what} />
          </div>
        ))}
        {serviceId === null ? null : (
          <Link to="/model-services/external/$serviceId" params={{ serviceId }}>
            Try it from here
          </Link>
        )}
      </div>
    </Panel>
  );
}

function DeleteButton({ deployment }: { deployment: ModelDeploymentDetail }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteDeployment(deployment.id);
  const navigate = useNavigate();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        title={`Delete ${deployment.name}?`}
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/model-services', replace: true }) })
        }
        onClose={() => {
          remove.reset();
          setOpen(false);
        }}
      >
        {deployment.apply
          ? 'The agent deletes it where it runs; whoever asks it gets no answer any more.'
          : 'Pharos forgets it; what you applied yourself stays.'}
      </ConfirmDialog>
    </>
  );
}
