import { ActionGroup, Button, Form, FormGroup, PageSection, Switch, TextInput } from '@patternfly/react-core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useRegisterService } from '../../api/model-services.ts';
import { useMay } from '../../api/session.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { BrainIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { ActionError, EmptyState } from '../../components/states.tsx';

const CRUMBS = [{ label: 'Model services', to: '/model-services' }] as const;

export function NewServicePage(): ReactElement {
  const mayWrite = useMay('model-services:write');
  return (
    <>
      <PageTitle title="Register a service" crumbs={CRUMBS}>
        <p className="ph-quiet">It is asked which models it has first; nothing is kept unless it has yours.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <ServiceForm />
        ) : (
          <EmptyState title="Your role registers no services" icon={BrainIcon}>
            Ask an administrator.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

const EMPTY = { name: '', baseUrl: '', model: '', apiKey: '', allowPrivate: false, allowHttp: false };

function ServiceForm(): ReactElement {
  const [draft, setDraft] = useState(EMPTY);
  const set = (patch: Partial<typeof EMPTY>) => setDraft({ ...draft, ...patch });
  const register = useRegisterService();
  const navigate = useNavigate();
  const problems = fieldErrors(register.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate(
      { ...draft, apiKey: draft.apiKey === '' ? null : draft.apiKey },
      {
        onSuccess: ({ id }) =>
          void navigate({ to: '/model-services/external/$serviceId', params: { serviceId: id }, replace: true }),
      },
    );
  };
  const field = (id: 'name' | 'baseUrl' | 'model' | 'apiKey', type: 'text' | 'url' | 'password' = 'text') => (
    <TextInput
      id={`service-${id}`}
      type={type}
      value={draft[id]}
      aria-describedby={noteId(`service-${id}`)}
      validated={problems.has(id) ? 'error' : 'default'}
      onChange={(_, value) => set({ [id]: value })}
      autoComplete={type === 'password' ? 'new-password' : 'off'}
      isRequired={id !== 'apiKey'}
    />
  );
  const isWhole = draft.name.trim() !== '' && draft.baseUrl.trim() !== '' && draft.model.trim() !== '';
  return (
    <Form onSubmit={submit} isWidthLimited className="ph-form" noValidate>
      <ActionError error={register.error} what="Not registered" />
      <FormField id="service-name" label="Name" isRequired problem={problems.get('name')}>
        {field('name')}
      </FormField>
      <FormField
        id="service-baseUrl"
        label="Address"
        isRequired
        problem={problems.get('baseUrl')}
        helper="Without /v1, e.g. https://models.example.com"
      >
        {field('baseUrl', 'url')}
      </FormField>
      <FormField
        id="service-model"
        label="Model"
        isRequired
        problem={problems.get('model')}
        helper="As the service names it; upper and lower case count."
      >
        {field('model')}
      </FormField>
      <FormField
        id="service-apiKey"
        label="Key"
        problem={problems.get('apiKey')}
        helper="Kept sealed for this address and never shown again. Empty where the service asks for none."
      >
        {field('apiKey', 'password')}
      </FormField>
      <FormGroup role="group" label="Network" fieldId="service-network" isStack>
        <Switch
          id="service-private"
          label="Allow private addresses"
          isChecked={draft.allowPrivate}
          onChange={(_, allowPrivate) => set({ allowPrivate })}
        />
        <p className="ph-quiet">For a service in your own network or on this machine.</p>
        <Switch
          id="service-http"
          label="Allow plain http"
          isChecked={draft.allowHttp}
          onChange={(_, allowHttp) => set({ allowHttp })}
        />
        <p className="ph-quiet">The key and all text can then be read on the way.</p>
      </FormGroup>
      <ActionGroup>
        <Button type="submit" isLoading={register.isPending} isDisabled={register.isPending || !isWhole}>
          {register.isPending ? 'Asking the service' : 'Register'}
        </Button>
        <Link to="/model-services" search={{ tab: 'external' }} className="pf-v6-c-button pf-m-link">
          <span className="pf-v6-c-button__text">Cancel</span>
        </Link>
      </ActionGroup>
    </Form>
  );
}
