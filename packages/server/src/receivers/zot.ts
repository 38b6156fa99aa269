/** zot with its events extension: CloudEvents over HTTP. */
import { z } from 'zod';
import { cloudEventOf } from './cloud-event.ts';
import { hasAuthorization } from './proof.ts';
import { hint, NO_PUSH, nothing, type Source } from './source.ts';

const Data = z.object({ name: z.string(), reference: z.string().optional() });

export const zot: Source = {
  takesSecretAddress: false,
  proves: hasAuthorization,
  read(document, incoming) {
    const event = cloudEventOf(document, incoming);
    if (event === null) return null;
    const { id, type } = event;
    if (!/\.image\.(?:updated|deleted)$/.test(type)) return { notices: [nothing(type, NO_PUSH, id)] };
    const data = Data.safeParse(event.data);
    return data.success ? { notices: [hint(type, [data.data.name], data.data.reference, id)] } : null;
  },
};
