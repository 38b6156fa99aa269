/** Harbor, in its own form and as CloudEvents. The tag of an untagged artifact is its digest. */
import { z } from 'zod';
import { cloudEventOf } from './cloud-event.ts';
import { hasAuthorization } from './proof.ts';
import { hint, NO_PUSH, nothing, type Source } from './source.ts';

const Data = z.object({
  resources: z.array(z.object({ tag: z.string().optional() })).max(1_000),
  repository: z.object({ repo_full_name: z.string() }),
});
const Own = z.object({ type: z.string(), event_data: z.unknown() });

/** `pushImage` and `deleteImage` are the words of old versions. */
const CHANGES = new Set([
  'PUSH_ARTIFACT',
  'DELETE_ARTIFACT',
  'pushImage',
  'deleteImage',
  'harbor.artifact.pushed',
  'harbor.artifact.deleted',
]);

export const harbor: Source = {
  takesSecretAddress: false,
  proves: hasAuthorization,
  read(document, incoming) {
    const cloud = cloudEventOf(document, incoming);
    const own = Own.safeParse(document);
    if (cloud === null && !own.success) return null;
    const type = cloud?.type ?? own.data?.type ?? '';
    const id = cloud?.id ?? null;
    if (!CHANGES.has(type)) return { notices: [nothing(type, NO_PUSH, id)] };
    const data = Data.safeParse(cloud ? cloud.data : own.data?.event_data);
    if (!data.success) return null;
    const { resources, repository } = data.data;
    const names = [repository.repo_full_name];
    if (resources.length === 0) return { notices: [hint(type, names, null, id)] };
    return { notices: resources.map(({ tag }) => hint(type, names, tag, id)) };
  },
};
