import { ActionGroup, Button, Checkbox, Form, FormGroup, PageSection, TextInput } from '@patternfly/react-core';
import {
  mailAddressesOf,
  WEBHOOK_EVENT_WORDS,
  WEBHOOK_EVENTS,
  type Webhook,
  type WebhookEvent,
} from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useCreateWebhook, useUpdateWebhook, webhookQuery } from '../../api/webhooks.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { BellIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError, EmptyState, QueryView } from '../../components/states.tsx';
import { SecretOnce } from './secret-once.tsx';
import { draftOf, inputOf, NEW_WEBHOOK, type WebhookDraft } from './webhook-draft.ts';

const CRUMBS = [{ label: 'Webhooks', to: '/manage/webhooks' }] as const;

/** Makes a webhook, then shows its secret, this once. */
export function NewWebhookPage(): ReactElement {
  const mayManage = useMay('webhooks:manage');
  const create = useCreateWebhook();
  const navigate = useNavigate();
  return (
    <>
      <PageTitle title={create.data ? create.data.name : 'Add webhook'} crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        {!mayManage ? (
          <EmptyState title="Only administrators add webhooks" icon={BellIcon}>
            Ask an administrator.
          </EmptyState>
        ) : create.data ? (
          <Panel title={mailAddressesOf(create.data.url) ? 'By e-mail' : 'The secret'}>
            <div className="ph-stack">
              {mailAddressesOf(create.data.url) ? (
                <p>Events are sent as e-mail, through the mail server that Pharos was started with.</p>
              ) : (
                <SecretOnce created={create.data} />
              )}
              <div>
                <Button
                  onClick={() =>
                    void navigate({
                      to: '/manage/webhooks/$webhookId',
                      params: { webhookId: create.data.id },
                      replace: true,
                    })
                  }
                >
                  Done, try it
                </Button>
              </div>
            </div>
          </Panel>
        ) : (
          <WebhookForm
            draft={NEW_WEBHOOK}
            save="Add webhook"
            failed="Not added"
            error={create.error}
            isBusy={create.isPending}
            onSave={(draft) => create.mutate(inputOf(draft))}
            onCancel={() => void navigate({ to: '/manage/webhooks' })}
          />
        )}
      </PageSection>
    </>
  );
}

export function EditWebhookPage(): ReactElement {
  const { webhookId = '' } = useParams({ strict: false });
  const webhook = useQuery(webhookQuery(webhookId));
  return (
    <>
      <PageTitle title={webhook.data ? `Edit ${webhook.data.name}` : 'Edit webhook'} crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={webhook} what="the webhook">
          {(data) => <Edit key={data.id} webhook={data} />}
        </QueryView>
      </PageSection>
    </>
  );
}

function Edit({ webhook }: { webhook: Webhook }): ReactElement {
  const update = useUpdateWebhook(webhook.id);
  const navigate = useNavigate();
  const back = () => void navigate({ to: '/manage/webhooks/$webhookId', params: { webhookId: webhook.id } });
  return (
    <WebhookForm
      draft={draftOf(webhook)}
      save="Save"
      failed="Not saved"
      error={update.error}
      isBusy={update.isPending}
      onSave={(draft) => update.mutate(inputOf(draft), { onSuccess: back })}
      onCancel={back}
    />
  );
}

interface WebhookFormProps {
  draft: WebhookDraft;
  save: string;
  failed: string;
  error: unknown;
  isBusy: boolean;
  onSave: (draft: WebhookDraft) => void;
  onCancel: () => void;
}

function WebhookForm(props: WebhookFormProps): ReactElement {
  const [draft, setDraft] = useState(props.draft);
  const problems = fieldErrors(props.error);
  const set = (patch: Partial<WebhookDraft>) => setDraft({ ...draft, ...patch });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onSave(draft);
  };
  const choose = (event: WebhookEvent, isChosen: boolean) => {
    const chosen = new Set(draft.events);
    if (isChosen) chosen.add(event);
    else chosen.delete(event);
    set({ events: WEBHOOK_EVENTS.filter((each) => chosen.has(each)) });
  };
  return (
    <Form onSubmit={submit} isWidthLimited className="ph-form">
      <ActionError error={props.error} what={props.failed} />
      <FormField id="webhook-name" label="Name" isRequired problem={problems.get('name')}>
        <TextInput
          id="webhook-name"
          value={draft.name}
          onChange={(_, name) => set({ name })}
          aria-describedby={noteId('webhook-name')}
          autoComplete="off"
          isRequired
        />
      </FormField>
      <FormField
        id="webhook-url"
        label="Address"
        isRequired
        problem={problems.get('url')}
        helper="Events are posted to an https address as JSON. With mailto:team@example.com they are sent as e-mail; several addresses with commas."
      >
        <TextInput
          id="webhook-url"
          type="url"
          value={draft.url}
          onChange={(_, url) => set({ url })}
          placeholder="https://hooks.example.com/pharos"
          aria-describedby={noteId('webhook-url')}
          autoComplete="off"
          isRequired
        />
      </FormField>
      <FormGroup role="group" label="Events" fieldId="webhook-events" isStack isRequired>
        {WEBHOOK_EVENTS.map((event) => (
          <Checkbox
            key={event}
            id={`event-${event}`}
            label={event}
            description={WEBHOOK_EVENT_WORDS[event]}
            isChecked={draft.events.includes(event)}
            onChange={(_, isChosen) => choose(event, isChosen)}
          />
        ))}
      </FormGroup>
      <FormField
        id="webhook-repositories"
        label="Only of repositories"
        problem={problems.get('repositories')}
        helper="A pattern such as team/*, or re: and a regular expression. Empty: all. Events of agents and registries are always sent."
      >
        <TextInput
          id="webhook-repositories"
          value={draft.repositories}
          onChange={(_, repositories) => set({ repositories })}
          aria-describedby={noteId('webhook-repositories')}
          autoComplete="off"
        />
      </FormField>
      {draft.url.trim().toLowerCase().startsWith('mailto:') ? null : (
        <FormGroup role="group" label="Where it may go" fieldId="webhook-reach" isStack>
          <Checkbox
            id="webhook-private"
            label="Addresses of private networks and of this machine"
            description="Pharos then sends into the network where it stands. Metadata addresses of clouds are never dialled."
            isChecked={draft.allowPrivate}
            onChange={(_, allowPrivate) => set({ allowPrivate })}
          />
          <Checkbox
            id="webhook-http"
            label="Plain http"
            description="What is sent can be read and held back on the way. The signature still proves where it comes from."
            isChecked={draft.allowHttp}
            onChange={(_, allowHttp) => set({ allowHttp })}
          />
        </FormGroup>
      )}
      <ActionGroup>
        <Button
          type="submit"
          isLoading={props.isBusy}
          isDisabled={props.isBusy || draft.name.trim() === '' || draft.url.trim() === '' || draft.events.length === 0}
        >
          {props.save}
        </Button>
        <Button variant="link" onClick={props.onCancel}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
