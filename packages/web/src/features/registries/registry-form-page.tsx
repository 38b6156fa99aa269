import { Alert, PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { registryQuery, useCreateRegistry, useUpdateRegistry } from '../../api/registries.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { QueryView } from '../../components/states.tsx';
import { draftOf, EMPTY_DRAFT, inputOf, patchOf } from './registry-draft.ts';
import { RegistryForm } from './registry-form.tsx';

const CRUMBS = [{ label: 'Registries', to: '/manage/registries' }] as const;

export function NewRegistryPage(): ReactElement {
  const create = useCreateRegistry();
  const navigate = useNavigate();
  return (
    <>
      <PageTitle title="Connect a registry" crumbs={CRUMBS}>
        <p className="ph-quiet">
          The Beacon Agent of the location reads the registry. Pharos checks the connection as soon as it is saved.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        <RegistryForm
          initial={EMPTY_DRAFT}
          submitLabel="Connect and check"
          isBusy={create.isPending}
          error={create.error}
          onCancel={() => void navigate({ to: '/manage/registries' })}
          onSubmit={(draft) =>
            create.mutate(inputOf(draft), {
              onSuccess: (registry) =>
                void navigate({
                  to: '/manage/registries/$registryId',
                  params: { registryId: registry.id },
                  search: { step: 'connected' },
                }),
            })
          }
        />
      </PageSection>
    </>
  );
}

export function EditRegistryPage(): ReactElement {
  const { registryId = '' } = useParams({ strict: false });
  const registry = useQuery(registryQuery(registryId));
  const update = useUpdateRegistry(registryId);
  const navigate = useNavigate();
  const back = (saved: boolean) =>
    void navigate({
      to: '/manage/registries/$registryId',
      params: { registryId },
      search: saved ? { step: 'saved' } : {},
    });
  return (
    <>
      <PageTitle
        title={registry.data ? `Edit ${registry.data.name}` : 'Edit registry'}
        crumbs={[...CRUMBS, { label: registry.data?.name ?? 'Registry', to: `/manage/registries/${registryId}` }]}
      />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={registry} what="the registry">
          {(data) =>
            data.source === 'file' ? (
              <Alert variant="info" isInline component="h2" title="This registry comes from an agent’s file">
                Change it in beacon_agent.yaml; the agent sends it again.
              </Alert>
            ) : (
              <RegistryForm
                key={data.id}
                initial={draftOf(data)}
                stored={data}
                submitLabel="Save and check"
                isBusy={update.isPending}
                error={update.error}
                onCancel={() => back(false)}
                onSubmit={(draft) => update.mutate(patchOf(draft), { onSuccess: () => back(true) })}
              />
            )
          }
        </QueryView>
      </PageSection>
    </>
  );
}
