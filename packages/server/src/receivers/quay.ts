/** Quay: `repo_push` names the repository and the tags that changed, without digests. */
import { z } from 'zod';
import { BY_ADDRESS, hint, NO_PUSH, nothing, type Source } from './source.ts';

const Event = z.object({ repository: z.string(), updated_tags: z.array(z.string()).max(10_000).optional() });

export const quay: Source = {
  ...BY_ADDRESS,
  // No id, no time, no digest is in it.
  saysTheSameTwice: true,
  read(document) {
    const event = Event.safeParse(document);
    if (!event.success) return null;
    const { repository, updated_tags: tags } = event.data;
    // Scans, quotas and mirrors tell their own stories, with no list of tags in them.
    if (tags === undefined) return { notices: [nothing('event', NO_PUSH, null, [repository])] };
    if (tags.length === 0) return { notices: [hint('repo_push', [repository], null)] };
    return { notices: tags.map((tag) => hint('repo_push', [repository], tag)) };
  },
};
