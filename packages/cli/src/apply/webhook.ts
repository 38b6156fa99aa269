/** Webhooks of files. An address may be a secret itself: it is told by its host, and left out it stays. */
import { hash } from 'node:crypto';
import { mailAddressesOf, type Webhook, WebhookInput, type WebhookPatch } from '@pharos/contract';
import type { Place } from './entry.ts';
import type { Noun } from './noun.ts';
import { conflict, create, difference, update } from './step.ts';

export interface WebhookDocument {
  place: Place;
  spec: Omit<WebhookInput, 'url'>;
  /** undefined: it stays. */
  url: string | undefined;
}

const MaybeUrl = WebhookInput.extend({ url: WebhookInput.shape.url.optional() });

export const webhookNoun: Noun<WebhookDocument> = {
  noun: 'webhook',
  kind: 'Webhook',
  list: 'webhooks',
  needs: ['webhooks'],
  keyOf: ({ spec }) => spec.name,
  read: (reader) => {
    const value = { ...reader.value, ...reader.expanded('url') };
    const read = reader.parse(MaybeUrl, value, Object.keys(WebhookInput.shape));
    if (read === null) return null;
    const { url, ...spec } = read;
    return { place: reader.place, spec, url };
  },
  plan: ({ spec, url }, { webhooks }) => {
    const head = { noun: 'webhook', name: spec.name };
    const [before, second] = webhooks.filter(({ name }) => name === spec.name);
    if (second) return conflict(head, null, 'Several webhooks have this name: give them others first.');
    if (!before) {
      if (url === undefined) return conflict(head, null, 'It is not here yet: write its "url".');
      const body: WebhookInput = { ...spec, url };
      const made = create(head, fieldsOf(body), body, (client) => client('createWebhook', { body }));
      const isMail = mailAddressesOf(url) !== null;
      return isMail ? made : { ...made, next: `Its secret: pharos webhooks rotate "${spec.name}"` };
    }
    const { id } = before;
    const changes = difference(fieldsOf(before), fieldsOf({ ...spec, url: url ?? before.url }));
    const { name: _, ...rest } = spec;
    const isOther = url !== undefined && address(url) !== address(before.url);
    const body: WebhookPatch = { ...rest, ...(isOther ? { url } : {}) };
    return update(head, id, changes, body, (client) => client('updateWebhook', { params: { id }, body }));
  },
  write: ({ webhooks }) =>
    webhooks.map(({ name, url, events, repositories, enabled, allowHttp, allowPrivate }) => {
      const isMail = mailAddressesOf(url) !== null;
      return {
        fields: {
          name,
          url: isMail ? url : undefined,
          events,
          repositories: repositories ?? undefined,
          enabled: enabled ? undefined : false,
          allowHttp: allowHttp || undefined,
          allowPrivate: allowPrivate || undefined,
        },
        note: isMail ? undefined : 'Its address may be a secret and stays as it is. To make it anew, add "url".',
      };
    }),
};

function fieldsOf({ url, events, repositories, enabled, allowHttp, allowPrivate }: WebhookInput | Webhook) {
  return {
    url: address(url),
    events: [...events].sort(),
    repositories: repositories ?? undefined,
    enabled: enabled ? undefined : false,
    allowHttp: allowHttp || undefined,
    allowPrivate: allowPrivate || undefined,
  };
}

/** The host, and what tells one address from another without saying it. */
function address(url: string): string {
  if (mailAddressesOf(url) !== null) return url;
  const { origin, href } = new URL(url);
  return `${origin}/… (sha256:${hash('sha256', href).slice(0, 12)})`;
}
