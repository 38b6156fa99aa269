import { WEBHOOK_FAILURES, type Webhook, type WebhookAttempt, type WebhookDelivery } from '@pharos/contract';

export const STATE_WORDS: Readonly<Record<WebhookDelivery['state'], string>> = {
  waiting: 'Waits',
  delivered: 'Delivered',
  failed: 'Given up',
};

export type Health = 'on' | 'failing' | 'off' | 'switched-off';

export function healthOf({
  enabled,
  disabledReason,
  failingSince,
}: Pick<Webhook, 'enabled' | 'disabledReason' | 'failingSince'>): Health {
  if (!enabled) return disabledReason === null ? 'off' : 'switched-off';
  return failingSince === null ? 'on' : 'failing';
}

/** What to do about a try that failed; null where nothing is known to do. */
export function hintOf({ code }: Pick<WebhookAttempt, 'code'>): string | null {
  if (code === null || !Object.hasOwn(WEBHOOK_FAILURES, code)) return null;
  return WEBHOOK_FAILURES[code as keyof typeof WEBHOOK_FAILURES][1];
}

/** JSON with line breaks, for reading; a body that is none stays as it is. */
export function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
