/** Docker Hub: pushes only, one tag each. Its `callback_url` is never called: nobody here dials what a request names. */
import { z } from 'zod';
import { BY_ADDRESS, hint, type Source } from './source.ts';

const Event = z.object({
  push_data: z.object({ tag: z.string().optional() }),
  repository: z.object({ repo_name: z.string() }),
});

export const dockerhub: Source = {
  ...BY_ADDRESS,
  read(document) {
    const event = Event.safeParse(document);
    if (!event.success) return null;
    const { push_data: push, repository } = event.data;
    return { notices: [hint('push', [repository.repo_name], push.tag)] };
  },
};
