import {
  ActionGroup,
  Alert,
  Button,
  Form,
  FormSection,
  FormSelect,
  FormSelectOption,
  TextInput,
} from '@patternfly/react-core';
import type { Registry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useState } from 'react';
import { locationsQuery } from '../../api/agents.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { ActionError } from '../../components/states.tsx';
import { PROVIDER_NOTES } from './provider-notes.ts';
import { isApiElsewhere } from './reading-draft.ts';
import { ReadingFields } from './reading-fields.tsx';
import type { RegistryDraft } from './registry-draft.ts';
import { addressHint, PROVIDER_NAMES } from './registry-words.ts';
import { SignInFields } from './sign-in-fields.tsx';
import { TlsFields } from './tls-fields.tsx';

interface RegistryFormProps {
  initial: RegistryDraft;
  /** The registry as it is, when one is edited. */
  stored?: Registry;
  submitLabel: string;
  isBusy: boolean;
  error: unknown;
  onSubmit: (draft: RegistryDraft) => void;
  onCancel: () => void;
}

export function RegistryForm(props: RegistryFormProps): ReactElement {
  const { initial, stored, submitLabel, isBusy, error, onSubmit, onCancel } = props;
  const [draft, setDraft] = useState(initial);
  const change = (patch: Partial<RegistryDraft>) => setDraft((old) => ({ ...old, ...patch }));
  const problems = fieldErrors(error);
  const locations = useQuery(locationsQuery);
  const hint = addressHint(draft.url.trim());
  const moved = stored !== undefined && draft.url.trim() !== stored.url && stored.authentication.type !== 'none';
  const isApiMoved = stored !== undefined && isApiElsewhere(draft, stored);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(draft);
  };

  return (
    <Form onSubmit={submit} isWidthLimited className="ph-form">
      <ActionError error={error} what="Not saved" />
      <FormField
        id="url"
        label="Address"
        isRequired
        problem={problems.get('url') ?? (hint ? { path: 'url', message: hint } : undefined)}
        helper="Host, with a port and a path if there is one: registry.example.com, registry.example.com:5000, example.jfrog.io/docker-local."
      >
        <TextInput
          id="url"
          value={draft.url}
          onChange={(_, url) => change({ url })}
          placeholder="registry.example.com"
          validated={problems.has('url') || hint ? 'error' : 'default'}
          aria-describedby={noteId('url')}
          autoComplete="off"
          spellCheck={false}
          isRequired
        />
      </FormField>
      {moved ? (
        <Alert variant="warning" isInline component="h2" title="Another address drops the stored credential">
          A credential is bound to the address it was given for. Enter it again below.
        </Alert>
      ) : null}
      <FormField
        id="name"
        label="Name"
        problem={problems.get('name')}
        helper="How people know it. Without one, the address is its name."
      >
        <TextInput
          id="name"
          value={draft.name}
          onChange={(_, name) => change({ name })}
          validated={problems.has('name') ? 'error' : 'default'}
          aria-describedby={noteId('name')}
          autoComplete="off"
        />
      </FormField>
      {stored === undefined && (locations.data?.items.length ?? 0) > 1 ? (
        <FormField
          id="location"
          label="Location"
          problem={problems.get('locationId')}
          helper="Whose Beacon Agent reads it."
        >
          <FormSelect
            id="location"
            value={draft.locationId}
            onChange={(_, locationId) => change({ locationId })}
            aria-describedby={noteId('location')}
          >
            <FormSelectOption value="" label="Choose a location" isPlaceholder />
            {locations.data?.items.map(({ id, name, connected }) => (
              <FormSelectOption key={id} value={id} label={connected ? name : `${name} (no agent connected)`} />
            ))}
          </FormSelect>
        </FormField>
      ) : null}
      <FormSection title="Sign-in" titleElement="h2">
        <SignInFields
          draft={draft}
          onChange={change}
          problems={problems}
          mayKeep={initial.signIn === 'keep' && !moved && !isApiMoved}
        />
      </FormSection>
      <FormSection title="TLS" titleElement="h2">
        <TlsFields draft={draft} onChange={change} problems={problems} />
      </FormSection>
      <FormSection title="Reading" titleElement="h2">
        <FormField
          id="provider"
          label="Provider"
          problem={problems.get('provider')}
          helper={PROVIDER_NOTES[draft.provider]}
        >
          <FormSelect
            id="provider"
            value={draft.provider}
            onChange={(_, provider) => change({ provider: provider as RegistryDraft['provider'] })}
            aria-describedby={noteId('provider')}
          >
            {Object.entries(PROVIDER_NAMES).map(([value, label]) =>
              // Files are named in the agent's file only.
              value === 'oci-layout' ? null : <FormSelectOption key={value} value={value} label={label} />,
            )}
          </FormSelect>
        </FormField>
        <FormField
          id="interval"
          label="Seconds between scans"
          problem={problems.get('intervalSeconds')}
          helper="300 is every 5 minutes. Unchanged tags cost hardly any requests."
        >
          <TextInput
            id="interval"
            type="number"
            min={1}
            max={604_800}
            value={draft.intervalSeconds}
            onChange={(_, intervalSeconds) => change({ intervalSeconds })}
            validated={problems.has('intervalSeconds') ? 'error' : 'default'}
            aria-describedby={noteId('interval')}
          />
        </FormField>
        <ReadingFields draft={draft} onChange={change} problems={problems} stored={stored} />
      </FormSection>
      <ActionGroup>
        <Button type="submit" isLoading={isBusy} isDisabled={isBusy || draft.url.trim() === ''}>
          {submitLabel}
        </Button>
        <Button variant="link" onClick={onCancel}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
