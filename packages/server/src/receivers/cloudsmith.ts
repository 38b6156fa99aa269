/** Cloudsmith, in its JSON forms. What a template of one's own makes of it cannot be read here. */
import { z } from 'zod';
import { isSigned } from './proof.ts';
import { hint, NO_PUSH, nothing, type Source } from './source.ts';

const Event = z.object({
  meta: z.object({ event: z.string().optional(), event_id: z.string().optional() }).optional(),
  event: z.string().optional(),
  data: z
    .object({
      format: z.string().optional(),
      namespace: z.string().optional(),
      repository: z.string().optional(),
      name: z.string().optional(),
      version: z.string().nullish(),
      tags: z.object({ version: z.array(z.string()).max(1_000).optional() }).optional(),
    })
    .optional(),
});
const Body = z.union([z.array(Event).max(100), Event.transform((one) => [one])]);

const PUSHES = /^package\.(?:created|synced|deleted|restored|released|tags_updated)$/;
/** A package's version is the bare digest where no tag was given. */
const BARE_DIGEST = /^[a-f0-9]{64}$/;

export const cloudsmith: Source = {
  takesSecretAddress: false,
  proves: (incoming, secret) => isSigned(incoming, secret, { header: 'x-cloudsmith-signature', algorithm: 'sha1' }),
  read(document) {
    const body = Body.safeParse(document);
    return body.success ? { notices: body.data.flatMap(noticesOf) } : null;
  },
};

function noticesOf({ meta, event: top, data }: z.infer<typeof Event>) {
  const event = [meta?.event_id, meta?.event, top].find((name) => /^(package\.|ping)/.test(name ?? '')) ?? 'event';
  if (data?.name === undefined || !PUSHES.test(event)) return [nothing(event, NO_PUSH)];
  if (data.format !== undefined && data.format !== 'docker') return [nothing(event, 'It is no container image.')];
  const { namespace, repository, name, version } = data;
  const names = [[namespace, repository, name].filter(Boolean).join('/'), name];
  const own = version && !BARE_DIGEST.test(version) ? [version] : [];
  const tags = [...new Set([...(data.tags?.version ?? []), ...own])];
  return tags.length === 0 ? [hint(event, names, null)] : tags.map((tag) => hint(event, names, tag));
}
