import {
  ActionGroup,
  Button,
  Checkbox,
  Form,
  FormGroup,
  PageSection,
  Radio,
  TextArea,
  TextInput,
} from '@patternfly/react-core';
import { TrustKind } from '@pharos/contract';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useCheckTrust, useCreateTrust } from '../../api/trust.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { UnlockIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { ActionError, EmptyState } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { CheckResult } from './check-result.tsx';
import type { NewTrustSearch } from './search.ts';
import { EMPTY_DRAFT, inputOf, KIND_WORDS, missingOf, type TrustDraft } from './trust-draft.ts';

const CRUMBS = [{ label: 'Trust', to: '/manage/trust' }] as const;

/** Trusts a key: pasted, checked against the library, then kept. */
export function NewTrustPage(): ReactElement {
  const mayWrite = useMay('trust:write');
  return (
    <>
      <PageTitle title="Trust a key" crumbs={CRUMBS}>
        <p className="ph-quiet">Only public keys and certificates are kept here; nothing of this is secret.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <TrustForm />
        ) : (
          <EmptyState title="Only administrators decide whom to trust" icon={UnlockIcon}>
            Ask an administrator.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function TrustForm(): ReactElement {
  const [search, change] = useSearchState<NewTrustSearch>();
  const [typed, setDraft] = useState<TrustDraft>(EMPTY_DRAFT);
  const draft = { ...typed, kind: search.kind ?? 'key' };
  const create = useCreateTrust();
  const check = useCheckTrust();
  const navigate = useNavigate();
  const problems = fieldErrors(create.error ?? check.error);
  const missing = missingOf(draft);
  const words = KIND_WORDS[draft.kind];
  const set = (patch: Partial<TrustDraft>) => {
    setDraft({ ...typed, ...patch });
    // What was said is of what was typed before.
    check.reset();
    create.reset();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(inputOf(draft), {
      onSuccess: ({ id }) => void navigate({ to: '/manage/trust/$trustId', params: { trustId: id }, replace: true }),
    });
  };

  return (
    <Form onSubmit={submit} isWidthLimited className="ph-form">
      <ActionError error={create.error} what="Not kept" />
      <ActionError error={check.error} what="Not tested" />
      <FormGroup role="radiogroup" label="What" fieldId="trust-kind" isStack>
        {TrustKind.options.map((kind) => (
          <Radio
            key={kind}
            id={`trust-kind-${kind}`}
            name="trust-kind"
            label={KIND_WORDS[kind].name}
            description={KIND_WORDS[kind].description}
            isChecked={draft.kind === kind}
            onChange={() => {
              set({ material: '' });
              change({ kind: kind === 'key' ? undefined : kind });
            }}
          />
        ))}
      </FormGroup>
      <FormField
        id="trust-name"
        label="Name"
        isRequired
        problem={problems.get('name')}
        helper="Shown wherever it verified an image."
      >
        <TextInput
          id="trust-name"
          value={draft.name}
          onChange={(_, name) => set({ name })}
          autoComplete="off"
          isRequired
        />
      </FormField>
      <FormField id="trust-material" label={words.material} isRequired problem={problems.get('key')}>
        <TextArea
          id="trust-material"
          className="ph-code-input"
          value={draft.material}
          onChange={(_, material) => set({ material })}
          rows={8}
          resizeOrientation="vertical"
          spellCheck={false}
          isRequired
        />
      </FormField>
      {draft.kind === 'keyless' ? (
        <FormField
          id="trust-issuer"
          label="Issuer"
          isRequired
          helper="The exact address, e.g. https://token.actions.githubusercontent.com"
        >
          <TextInput
            id="trust-issuer"
            value={draft.issuer}
            aria-describedby={noteId('trust-issuer')}
            onChange={(_, issuer) => set({ issuer })}
            autoComplete="off"
          />
        </FormField>
      ) : null}
      {draft.kind === 'key' ? null : (
        <FormField
          id="trust-subjects"
          label={draft.kind === 'keyless' ? 'Subjects' : 'Subjects (empty: every certificate under the roots)'}
          isRequired={draft.kind === 'keyless'}
          helper="One a line: exact; * within a part of a path, ** across; or re: and a regular expression for the whole subject."
        >
          <TextArea
            id="trust-subjects"
            className="ph-code-input"
            value={draft.subjects}
            aria-describedby={noteId('trust-subjects')}
            onChange={(_, subjects) => set({ subjects })}
            rows={3}
            spellCheck={false}
          />
        </FormField>
      )}
      <FormField
        id="trust-scope"
        label="Counts in"
        problem={problems.get('scope')}
        helper="host/repository: exact, with * and **, or re:…; ** is everywhere."
      >
        <TextInput
          id="trust-scope"
          value={draft.scope}
          aria-describedby={noteId('trust-scope')}
          onChange={(_, scope) => set({ scope })}
          autoComplete="off"
        />
      </FormField>
      {draft.kind === 'key' ? (
        <Checkbox
          id="trust-reference"
          label="The signature must name the repository where it is found"
          description="Refuses signatures that were copied along with an image to another repository."
          isChecked={draft.requireReference}
          onChange={(_, requireReference) => set({ requireReference })}
        />
      ) : null}
      {check.data ? <CheckResult check={check.data} /> : null}
      <ActionGroup>
        <Button type="submit" isLoading={create.isPending} isDisabled={create.isPending || missing !== null}>
          Trust it
        </Button>
        <Button
          variant="secondary"
          isLoading={check.isPending}
          isDisabled={check.isPending || missing !== null}
          onClick={() => check.mutate(inputOf(draft))}
        >
          Test against the library
        </Button>
        <Button variant="link" onClick={() => void navigate({ to: '/manage/trust' })}>
          Cancel
        </Button>
      </ActionGroup>
      {missing === null ? null : <p className="ph-quiet">Still missing: {missing}.</p>}
    </Form>
  );
}
