import type { Webhook, WebhookEvent, WebhookInput } from '@pharos/contract';

/** A webhook as the form holds it. */
export interface WebhookDraft {
  name: string;
  url: string;
  events: readonly WebhookEvent[];
  repositories: string;
  allowHttp: boolean;
  allowPrivate: boolean;
}

export const NEW_WEBHOOK: WebhookDraft = {
  name: '',
  url: '',
  events: ['image.added', 'tag.moved', 'scan.failed', 'agent.lost'],
  repositories: '',
  allowHttp: false,
  allowPrivate: false,
};

export function draftOf(webhook: Webhook): WebhookDraft {
  const { name, url, events, repositories, allowHttp, allowPrivate } = webhook;
  return { name, url, events, repositories: repositories ?? '', allowHttp, allowPrivate };
}

/** What is sent. An empty pattern means every repository. */
export function inputOf(draft: WebhookDraft): Omit<WebhookInput, 'enabled'> {
  const repositories = draft.repositories.trim();
  return {
    ...draft,
    name: draft.name.trim(),
    url: draft.url.trim(),
    events: [...draft.events],
    repositories: repositories === '' ? null : repositories,
  };
}
