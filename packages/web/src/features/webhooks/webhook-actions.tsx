import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { mailAddressesOf, type Webhook } from '@pharos/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useDeleteWebhook, useRotateWebhook, useUpdateWebhook } from '../../api/webhooks.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ActionError } from '../../components/states.tsx';
import { SecretOnce } from './secret-once.tsx';

export function WebhookActions({
  webhook,
  onTest,
  isTesting,
}: {
  webhook: Webhook;
  onTest: () => void;
  isTesting: boolean;
}): ReactElement {
  const update = useUpdateWebhook(webhook.id);
  return (
    <>
      <Button onClick={onTest} isLoading={isTesting} isDisabled={isTesting}>
        {isTesting ? 'Sending' : 'Send a test'}
      </Button>
      <Button
        variant="secondary"
        isDisabled={update.isPending}
        onClick={() => update.mutate({ enabled: !webhook.enabled })}
      >
        {webhook.enabled ? 'Switch off' : 'Switch on'}
      </Button>
      <Link
        to="/manage/webhooks/$webhookId/edit"
        params={{ webhookId: webhook.id }}
        className="pf-v6-c-button pf-m-secondary"
      >
        <span className="pf-v6-c-button__text">Edit</span>
      </Link>
      {mailAddressesOf(webhook.url) ? null : <Rotate webhook={webhook} />}
      <Delete webhook={webhook} />
      <ActionError error={update.error} what="Nothing was changed" />
    </>
  );
}

function Rotate({ webhook }: { webhook: Webhook }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const rotate = useRotateWebhook(webhook.id);
  const close = () => {
    setOpen(false);
    rotate.reset();
  };
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>
        New secret
      </Button>
      <Modal variant="medium" isOpen={isOpen} onClose={close} aria-labelledby="new-secret-title">
        <ModalHeader title={rotate.data ? 'The new secret' : 'Make a new secret?'} labelId="new-secret-title" />
        <ModalBody>
          {rotate.data ? (
            <SecretOnce created={rotate.data} />
          ) : (
            <div className="ph-stack">
              <p>For 24 hours every request carries two signatures, by the old secret and by the new one.</p>
              {webhook.previousSecretUntil ? (
                <Alert variant="warning" isInline component="p" title="The secret before the present one ends at once.">
                  The last one was made less than a day ago.
                </Alert>
              ) : null}
              <ActionError error={rotate.error} what="No secret was made" />
            </div>
          )}
        </ModalBody>
        <ModalFooter>
          {rotate.data ? (
            <Button onClick={close}>Done</Button>
          ) : (
            <>
              <Button onClick={() => rotate.mutate()} isLoading={rotate.isPending} isDisabled={rotate.isPending}>
                Make a new secret
              </Button>
              <Button variant="link" onClick={close}>
                Cancel
              </Button>
            </>
          )}
        </ModalFooter>
      </Modal>
    </>
  );
}

function Delete({ webhook }: { webhook: Webhook }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteWebhook();
  const navigate = useNavigate();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        title={`Delete ${webhook.name}?`}
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setOpen(false)}
        onConfirm={() =>
          remove.mutate(webhook.id, { onSuccess: () => void navigate({ to: '/manage/webhooks', replace: true }) })
        }
      >
        <p>It is told nothing more, and what was sent or waits is forgotten.</p>
      </ConfirmDialog>
    </>
  );
}
