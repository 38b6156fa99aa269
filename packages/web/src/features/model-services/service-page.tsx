import { Alert, Button, PageSection } from '@patternfly/react-core';
import type { ModelService } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { serviceQuery, useDeleteService, useProbeService } from '../../api/model-services.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError, QueryView } from '../../components/states.tsx';
import { EditService } from './edit-service.tsx';
import { ProbeLabel } from './status-label.tsx';
import { TryConsole } from './try-console.tsx';

const CRUMBS = [{ label: 'Model services', to: '/model-services' }] as const;

export function ServicePage(): ReactElement {
  const { serviceId = '' } = useParams({ strict: false });
  const service = useQuery(serviceQuery(serviceId));
  if (service.data) return <Loaded key={serviceId} service={service.data} />;
  return (
    <>
      <PageTitle title="External service" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={service} what="the service">
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ service }: { service: ModelService }): ReactElement {
  const { id, name, probe, deploymentId } = service;
  const mayWrite = useMay('model-services:write');
  const ask = useProbeService(id);
  return (
    <>
      <PageTitle
        title={name}
        crumbs={CRUMBS}
        labels={<ProbeLabel probe={probe} />}
        actions={
          mayWrite ? (
            <>
              <Button
                variant="secondary"
                isLoading={ask.isPending}
                isDisabled={ask.isPending}
                onClick={() => ask.mutate()}
              >
                Ask it now
              </Button>
              <EditService service={service} />
              <DeleteButton service={service} />
            </>
          ) : null
        }
      />
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <ActionError error={ask.error} what="Not asked" />
        {probe.state === 'failed' ? (
          <Alert variant="danger" isInline component="h2" title={probe.message}>
            <p>What to do: {probe.hint}</p>
          </Alert>
        ) : null}
        <Panel title="Service">
          <Facts
            label="Facts of the service"
            facts={[
              ['Address', <HostileText key="address" text={service.baseUrl} />],
              ['Model', <HostileText key="model" text={service.model} />],
              ['Key', service.hasKey ? 'Kept sealed' : 'None'],
              ['Private addresses', service.allowPrivate ? 'Allowed' : 'Refused'],
              ['Plain http', service.allowHttp ? 'Allowed' : 'Refused'],
              ['Last asked', <RelativeTime key="asked" time={probe.checkedAt} absent="never" />],
              probe.models.length === 0
                ? null
                : ['It names', <HostileText key="models" text={probe.models.join(', ')} />],
              deploymentId === null
                ? null
                : [
                    'Deployment',
                    <Link key="deployment" to="/model-services/$deploymentId" params={{ deploymentId }}>
                      Open the deployment
                    </Link>,
                  ],
              ['Registered by', <HostileText key="by" text={service.createdBy} />],
            ]}
          />
        </Panel>
        {mayWrite ? <TryConsole service={service} /> : null}
      </PageSection>
    </>
  );
}

function DeleteButton({ service }: { service: ModelService }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteService(service.id);
  const navigate = useNavigate();
  const leave = () => void navigate({ to: '/model-services', search: { tab: 'external' }, replace: true });
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        title={`Delete ${service.name}?`}
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined, { onSuccess: leave })}
        onClose={() => {
          remove.reset();
          setOpen(false);
        }}
      >
        Pharos forgets the address and its key. The service itself goes on.
      </ConfirmDialog>
    </>
  );
}
