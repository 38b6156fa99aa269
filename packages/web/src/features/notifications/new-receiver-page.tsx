import { ActionGroup, Button, Form, FormSelect, FormSelectOption, PageSection } from '@patternfly/react-core';
import { RECEIVER_KINDS, RECEIVER_SOURCES, type Registry, sourceOfProvider } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { FormEvent, ReactElement } from 'react';
import { useCreateReceiver } from '../../api/receivers.ts';
import { registriesQuery } from '../../api/registries.ts';
import { useMay } from '../../api/session.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { BellIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError, EmptyState, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { NewReceiverSearch } from './search.ts';
import { SecretOnce } from './secret-once.tsx';
import { PROOF_WORDS } from './setup-guide.ts';

const CRUMBS = [{ label: 'Notifications', to: '/manage/notifications' }] as const;

/** Chooses registry and product, then shows what to paste, this once. */
export function NewReceiverPage(): ReactElement {
  const registries = useQuery(registriesQuery());
  const mayWrite = useMay('registries:write');
  return (
    <>
      <PageTitle title="Receive notifications" crumbs={CRUMBS}>
        <p className="ph-quiet">
          The registry tells Pharos of a push, and an agent reads the new tag at once. Scans go on as before.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <QueryView query={registries} what="the registries">
            {({ items }) => (items.length === 0 ? <NoRegistry /> : <Create registries={items} />)}
          </QueryView>
        ) : (
          <EmptyState title="Only administrators set up notifications" icon={BellIcon}>
            Ask an administrator.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function NoRegistry(): ReactElement {
  const connect = (
    <Link to="/manage/registries/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Connect a registry</span>
    </Link>
  );
  return (
    <EmptyState title="No registry is connected" action={connect} icon={BellIcon}>
      Notifications belong to a registry. Connect one first.
    </EmptyState>
  );
}

function Create({ registries }: { registries: readonly Registry[] }): ReactElement {
  const [search, change] = useSearchState<NewReceiverSearch>();
  const create = useCreateReceiver();
  const navigate = useNavigate();
  const problems = fieldErrors(create.error);
  const registry = registries.find(({ id }) => id === search.registryId) ?? registries[0]!;
  const source = search.source ?? sourceOfProvider(registry.reading?.dialect ?? registry.provider);

  if (create.data) {
    const { id } = create.data;
    return (
      <Panel title={`${RECEIVER_KINDS[create.data.source].name} for ${create.data.registry}`}>
        <div className="ph-stack">
          <SecretOnce created={create.data} />
          <div>
            <Button
              onClick={() =>
                void navigate({ to: '/manage/notifications/$receiverId', params: { receiverId: id }, replace: true })
              }
            >
              Done, show what comes in
            </Button>
          </div>
        </div>
      </Panel>
    );
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ registryId: registry.id, source });
  };
  return (
    <Form onSubmit={submit} isWidthLimited className="ph-form">
      <ActionError error={create.error} what="Not created" />
      <FormField id="receiver-registry" label="Registry" isRequired problem={problems.get('registryId')}>
        <FormSelect
          id="receiver-registry"
          value={registry.id}
          onChange={(_, registryId) => change({ registryId, source: undefined })}
        >
          {registries.map(({ id, name, url }) => (
            <FormSelectOption key={id} value={id} label={name === url ? name : `${name} (${url})`} />
          ))}
        </FormSelect>
      </FormField>
      <FormField
        id="receiver-source"
        label="Sent by"
        isRequired
        problem={problems.get('source')}
        helper={`How it proves itself: ${PROOF_WORDS[RECEIVER_KINDS[source].proof].toLowerCase()}.`}
      >
        <FormSelect
          id="receiver-source"
          value={source}
          aria-describedby={noteId('receiver-source')}
          onChange={(_, chosen) => change({ source: RECEIVER_SOURCES.find((each) => each === chosen) })}
        >
          {RECEIVER_SOURCES.map((each) => (
            <FormSelectOption key={each} value={each} label={RECEIVER_KINDS[each].name} />
          ))}
        </FormSelect>
      </FormField>
      <ActionGroup>
        <Button type="submit" isLoading={create.isPending} isDisabled={create.isPending}>
          Make the address
        </Button>
        <Button variant="link" onClick={() => void navigate({ to: '/manage/notifications' })}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
