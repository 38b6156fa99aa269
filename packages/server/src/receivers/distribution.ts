/** CNCF Distribution, and GitLab's registry: several unrelated events in one envelope, layers among them. */
import { z } from 'zod';
import { hasAuthorization } from './proof.ts';
import { hint, NO_PUSH, type Notice, nothing, type Source } from './source.ts';

const Event = z.object({
  id: z.string().optional(),
  action: z.string(),
  target: z
    .object({ mediaType: z.string().optional(), repository: z.string().optional(), tag: z.string().optional() })
    .optional(),
});
const Envelope = z.object({ events: z.array(Event).max(1_000) });

export const distribution: Source = {
  takesSecretAddress: false,
  proves: hasAuthorization,
  read(document) {
    const envelope = Envelope.safeParse(document);
    return envelope.success ? { notices: envelope.data.events.map(noticeOf) } : null;
  },
};

function noticeOf({ id: sent, action, target }: z.infer<typeof Event>): Notice {
  const id = sent ?? null;
  const names = target?.repository === undefined ? [] : [target.repository];
  if (action !== 'push' && action !== 'delete') return nothing(action, NO_PUSH, id, names);
  if (target?.mediaType === 'application/octet-stream') return nothing(action, 'It is a layer.', id, names);
  return hint(action, names, target?.tag, id);
}
