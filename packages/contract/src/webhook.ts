/** Outgoing webhooks: endpoints of others that are told what happened, signed as Standard Webhooks 1.0 says. */
import { z } from 'zod';
import type { ActivityType } from './activity.ts';
import { DisplayName, Id, Time } from './common.ts';
import { PageQuery } from './page.ts';
import { secret } from './secret.ts';

/** What an endpoint may choose: entries of the activity feed that a program can act upon, and every entry of the audit log. */
export const WEBHOOK_EVENTS = [
  'image.added',
  'tag.added',
  'tag.moved',
  'tag.vanished',
  'tag.retired',
  'scan.failed',
  'scan.recovered',
  'registry.state-changed',
  'agent.lost',
  'agent.back',
  'admission.refused',
  'image.state-changed',
  'approval.requested',
  'upgrade.waiting',
  'upgrade.started',
  'upgrade.stopped',
  'upgrade.verified',
  'upgrade.unverified',
  'catalog.rollout-drawn',
  'catalog.rollout-canary',
  'catalog.rollout-healthy',
  'catalog.rollout-waiting',
  'catalog.rollout-out',
  'catalog.rollout-stopped',
  'catalog.rolled-back',
  'catalog.revoked-kept',
  'catalog.second-person',
  'audit',
] as const satisfies readonly (ActivityType | 'audit')[];
export const WebhookEvent = z.enum(WEBHOOK_EVENTS);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** What one event means, for forms and help. */
export const WEBHOOK_EVENT_WORDS: Readonly<Record<WebhookEvent, string>> = {
  'image.added': 'A digest stands in the library for the first time',
  'tag.added': 'A tag is new in a repository',
  'tag.moved': 'A tag points to another digest',
  'tag.vanished': 'A complete scan does not see a tag any more; it is kept',
  'tag.retired': 'A tag left the library, by absence or by rule',
  'scan.failed': 'A repository or registry cannot be read any more',
  'scan.recovered': 'It can be read again',
  'registry.state-changed': 'A registry answers, answers with warnings, or fails',
  'agent.lost': 'A Beacon Agent has not called for ten minutes',
  'agent.back': 'It calls again',
  'admission.refused': 'Admission control refused an image, or would have in audit mode',
  'image.state-changed': 'An image was approved, rejected, deprecated or revoked, or an approval ended',
  'approval.requested': 'Somebody asks for an image to be approved',
  'upgrade.waiting': 'An upgrade of a cluster waits for a second person',
  'upgrade.started': 'An upgrade of a cluster began, or another change that restarts it',
  'upgrade.stopped': 'When its window opened, an upgrade of a cluster was not allowed any more; nothing was changed',
  'upgrade.verified': 'All instances of a cluster run the image that it was upgraded to',
  'upgrade.unverified': 'A cluster was upgraded, and it is not known that all its instances run the image',
  'catalog.rollout-drawn': 'A catalog in stages has a new edition, which is on its way to the clusters',
  'catalog.rollout-canary': 'An edition goes to the canary clusters',
  'catalog.rollout-healthy': 'All canary clusters stayed healthy on an edition',
  'catalog.rollout-waiting': 'An edition waits for a person, or for the maintenance window',
  'catalog.rollout-out': 'An edition goes to every cluster that follows the catalog',
  'catalog.rollout-stopped': 'An edition was stopped, by a person or because a canary cluster is not healthy',
  'catalog.rolled-back': 'Somebody took a catalog back to an earlier edition, which is held',
  'catalog.second-person':
    'An edition of a catalog does not reach clusters until a second person confirms it for each of them',
  'catalog.revoked-kept': 'A catalog in stages keeps an image that is not approved any more, because clusters run it',
  audit: 'An entry of the audit log: every change, and every refusal',
};

const MOST_ADDRESSES = 20;
/** Addresses as people have them; what RFC 5321 allows besides is not taken. */
const MAIL_ADDRESS = /^[\w.!#$&'*+/=^`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/** The addresses of `mailto:a@example.com,b@example.com` (RFC 6068, without header fields); null: it is no such address. */
export function mailAddressesOf(url: string): string[] | null {
  if (!/^mailto:/i.test(url)) return null;
  const addresses = url
    .slice('mailto:'.length)
    .split(',')
    .map((address) => address.trim());
  const areFit =
    addresses.length <= MOST_ADDRESSES && addresses.every((one) => one.length <= 254 && MAIL_ADDRESS.test(one));
  return areFit ? addresses : null;
}

const Url = z
  .string()
  .trim()
  .max(2000)
  .refine(
    (text) => URL.canParse(text) && /^(https?|mailto):$/.test(new URL(text).protocol),
    'must be an http or https address, or mailto: and an e-mail address',
  )
  .refine(
    (text) => !/^mailto:/i.test(text) || mailAddressesOf(text) !== null,
    `must be mailto: and up to ${MOST_ADDRESSES} e-mail addresses with commas between them, and nothing else`,
  )
  .refine((text) => {
    const url = URL.parse(text);
    return url === null || (url.username === '' && url.password === '');
  }, 'must not hold a user name or password')
  .refine((text) => URL.parse(text)?.hash !== undefined && URL.parse(text)?.hash === '', 'must not have a #fragment');

const Settings = z.strictObject({
  name: DisplayName,
  // Addresses of chat services are secrets themselves.
  url: secret(
    Url.meta({
      description: 'Where events are posted to (a redirect is not followed), or mailto: and e-mail addresses',
    }),
  ),
  events: z.array(WebhookEvent).min(1).max(WEBHOOK_EVENTS.length),
  repositories: z.string().trim().max(512).nullable().meta({
    description:
      'Only of repositories whose name fits this pattern (glob, or re: and a regular expression); null: all. Events of no repository are always sent',
  }),
  enabled: z.boolean(),
  allowHttp: z.boolean().meta({ description: 'Plain http is allowed: what is sent can be read on the way' }),
  allowPrivate: z.boolean().meta({
    description: 'Addresses of private networks and of this machine are allowed; metadata addresses never are',
  }),
});

export const WebhookInput = Settings.extend({
  repositories: Settings.shape.repositories.default(null),
  enabled: z.boolean().default(true),
  allowHttp: z.boolean().default(false),
  allowPrivate: z.boolean().default(false),
});
export type WebhookInput = z.infer<typeof WebhookInput>;

export const WebhookPatch = Settings.partial();
export type WebhookPatch = z.infer<typeof WebhookPatch>;

export const WebhookDeliveryState = z.enum(['waiting', 'delivered', 'failed']);
export type WebhookDeliveryState = z.infer<typeof WebhookDeliveryState>;

export const Webhook = z.object({
  id: Id,
  ...Settings.shape,
  createdAt: Time,
  updatedAt: Time,
  rotatedAt: Time.meta({ description: 'When the secret was made' }),
  previousSecretUntil: Time.nullable().meta({
    description: 'Until then every delivery carries a second signature, by the secret before',
  }),
  disabledReason: z.string().nullable().meta({ description: 'Why Pharos itself switched it off; null: it did not' }),
  failingSince: Time.nullable().meta({ description: 'Since when no attempt succeeded' }),
  waiting: z.number().int().meta({ description: 'Deliveries that are still to be made' }),
  lastDelivery: z
    .object({ at: Time, state: WebhookDeliveryState, status: z.number().int().nullable() })
    .nullable()
    .meta({ description: 'The last one that was tried' }),
});
export type Webhook = z.infer<typeof Webhook>;

export const WebhookCreated = Webhook.extend({ secret: z.string().meta({ description: 'whsec_…, shown this once' }) });
export type WebhookCreated = z.infer<typeof WebhookCreated>;

/** One try. */
export const WebhookAttempt = z.object({
  n: z.number().int(),
  at: Time,
  durationMs: z.number().int(),
  status: z.number().int().nullable().meta({ description: 'null: no answer came' }),
  code: z.string().nullable().meta({ description: 'Why it failed; see docs/errors.md' }),
  message: z.string(),
  requestHeaders: z.record(z.string(), z.string()).meta({ description: 'Without the signature' }),
  responseBody: z.string().meta({ description: 'The first 2 KiB, as text' }),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

export const WebhookDelivery = z.object({
  id: Id.meta({ description: 'The webhook-id header is msg_ and this; the same for every try' }),
  webhookId: Id,
  event: z.string().meta({ description: 'One of the events, or ping' }),
  createdAt: Time,
  state: WebhookDeliveryState,
  attempts: z.number().int(),
  nextAttemptAt: Time.nullable(),
  status: z.number().int().nullable().meta({ description: 'Of the last try' }),
  message: z.string().meta({ description: 'What came of the last try' }),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookDeliveryDetail = WebhookDelivery.extend({
  payload: z.string().meta({ description: 'The body, byte for byte' }),
  tries: z.array(WebhookAttempt).meta({ description: 'Newest first, the last 20' }),
});
export type WebhookDeliveryDetail = z.infer<typeof WebhookDeliveryDetail>;

export const WebhookDeliveryQuery = PageQuery.extend({ state: WebhookDeliveryState.optional() });
export type WebhookDeliveryQuery = z.infer<typeof WebhookDeliveryQuery>;

/** Why a try failed where no answer came or the answer is no success: sentence and next step of each code. */
export const WEBHOOK_FAILURES = {
  'webhook-address-forbidden': [
    'The address is one that is never dialled (link-local, metadata, multicast, reserved).',
    'Give the endpoint an address that other machines reach.',
  ],
  'webhook-address-private': [
    'The address is in a private network or on this machine.',
    'Allow private addresses for this webhook, if the endpoint is yours.',
  ],
  'webhook-plain-http': [
    'The address is plain http.',
    'Use https, or allow plain http for this webhook where nobody else listens.',
  ],
  'webhook-name-unknown': ['The name of the host is not known.', 'Check the spelling and the name server.'],
  'webhook-unreachable': [
    'No connection came about, or it broke.',
    'Check that the endpoint runs and that a firewall lets Pharos through.',
  ],
  'webhook-tls-failed': [
    'The certificate of the endpoint is not trusted.',
    'Give it a certificate for this name by a known CA, or start Pharos with NODE_EXTRA_CA_CERTS.',
  ],
  'webhook-timed-out': ['No answer came within 15 seconds.', 'Let the endpoint answer first and work afterwards.'],
  'webhook-redirected': ['It answered with a redirect, which is not followed.', 'Enter the address it redirects to.'],
  'webhook-refused': ['It did not answer with a status of 200 to 299.', 'Look at its answer and at its log.'],
  'webhook-gone': ['It answered 410 Gone, which asks for no more.', 'Enter its new address, then switch it on.'],
  'webhook-secret-unreadable': [
    'The secret cannot be opened with the key of this server.',
    'Restore the key file, or make a new secret.',
  ],
  'mail-not-configured': [
    'Pharos knows no mail server.',
    'Start it with smtp-url and smtp-from (docs/webhooks.md), or give the webhook an https address.',
  ],
  'mail-unreachable': [
    'The mail server does not answer, or its certificate is not trusted.',
    'Check smtp-url, the firewall, and smtp-ca-file where the server has a CA of its own.',
  ],
  'mail-sign-in-failed': ['The mail server refuses the user name or the password.', 'Correct them in smtp-url.'],
  'mail-refused': [
    'The mail server does not take the message.',
    'Look at its answer: the sender in smtp-from or a recipient may be unknown to it.',
  ],
} as const satisfies Record<string, readonly [message: string, hint: string]>;
export type WebhookFailure = keyof typeof WEBHOOK_FAILURES;
