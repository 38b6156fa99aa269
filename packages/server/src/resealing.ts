/** Puts what rests under an older key under the one that seals now, beside running work: a secret changed meanwhile stays. */
import { SEALED_KINDS, type SealedKind, type SealedText } from '@pharos/store';
import { resealSigningKey } from './admission.ts';
import type { Context } from './context.ts';
import { type Binding, seal, sealedBy, unseal } from './sealing.ts';

const BATCH = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Answers how many were sealed anew, and how many no key here opens (they stay as they are). */
export async function resealAll({
  store,
  key,
}: Pick<Context, 'store' | 'key'>): Promise<{ resealed: number; unreadable: number }> {
  let resealed = 0;
  let unreadable = 0;
  for (const kind of SEALED_KINDS) {
    let after = FIRST;
    for (;;) {
      const texts = await store.sealedSecrets.notUnder(sealedBy(key.current()), kind, after, BATCH);
      for (const text of texts) {
        const binding = bindingOf(kind, text);
        const secret = opened(() => unseal(key, text.sealed, binding));
        if (secret === null) unreadable += 1;
        else if (await store.sealedSecrets.replace(kind, text.id, text.sealed, seal(key, secret, binding)))
          resealed += 1;
      }
      after = texts.at(-1)?.id ?? after;
      if (texts.length < BATCH) break;
    }
  }
  try {
    if (await resealSigningKey(store, key)) resealed += 1;
  } catch {
    unreadable += 1;
  }
  return { resealed, unreadable };
}

function opened(open: () => string): string | null {
  try {
    return open();
  } catch {
    return null;
  }
}

function bindingOf(kind: SealedKind, { id, origin }: SealedText): Binding {
  switch (kind) {
    case 'registry':
      return { registryId: id, origin: origin ?? '' };
    case 'model-service':
      return { serviceId: id, origin: origin ?? '' };
    case 'receiver':
      return { receiverId: id };
    case 'webhook':
    case 'webhook-previous':
      return { webhookId: id };
  }
}
