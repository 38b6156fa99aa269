/** Azure Container Registry's own webhook. A delete has no tag, and a push of an index sends one event more, without. */
import { z } from 'zod';
import { hasAuthorization } from './proof.ts';
import { hint, NO_PUSH, type Notice, nothing, type Source } from './source.ts';

export const AcrEvent = z.object({
  id: z.string().optional(),
  action: z.string(),
  target: z.object({ repository: z.string().optional(), tag: z.string().optional() }).optional(),
});

export const acr: Source = {
  // Custom headers are an option of the webhook that policies may forbid.
  takesSecretAddress: true,
  proves: hasAuthorization,
  read(document) {
    const event = AcrEvent.safeParse(document);
    return event.success ? { notices: [acrNotice(event.data)] } : null;
  },
};

export function acrNotice({ id, action, target }: z.infer<typeof AcrEvent>): Notice {
  const names = target?.repository === undefined ? [] : [target.repository];
  if (action !== 'push' && action !== 'delete') return nothing(action, NO_PUSH, id ?? null, names);
  return hint(action, names, target?.tag, id ?? null);
}
