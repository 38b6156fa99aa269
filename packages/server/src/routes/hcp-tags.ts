import type { Context } from '../context.ts';
import { whoAsks } from '../identity/principal.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listHcpTags'
  | 'createHcpTag'
  | 'assignHcpTags'
  | 'listHcpTagChanges'
  | 'getHcpTag'
  | 'updateHcpTag'
  | 'deleteHcpTag';

/** HCP tags, and what they are on. */
export function hcpTagHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  /** Labels are in every list: pages that are open read again. */
  const changed = () => events.emit({ type: 'hcp-tag' });
  return {
    listHcpTags: ({ query }) => store.hcpTags.list(query),
    listHcpTagChanges: ({ query }) => store.hcpTags.changes(query),
    getHcpTag: async ({ params }) => found(await store.hcpTags.get(params.id), 'The HCP tag'),
    createHcpTag: async ({ body, principal }) => {
      const tag = await store.hcpTags.create(body, { name: whoAsks(principal), now: now() });
      changed();
      return tag;
    },
    updateHcpTag: async ({ params, body, principal }) => {
      const by = { name: whoAsks(principal), now: now() };
      const tag = found(await store.hcpTags.update(params.id, body, by), 'The HCP tag');
      changed();
      return tag;
    },
    deleteHcpTag: async ({ params, principal }) => {
      const by = { name: whoAsks(principal), now: now() };
      found((await store.hcpTags.remove(params.id, by)) || null, 'The HCP tag');
      changed();
      return undefined;
    },
    assignHcpTags: async ({ body, principal }) => {
      const done = await store.hcpTags.assign(body, { name: whoAsks(principal), now: now() });
      if (done.added + done.removed > 0) changed();
      return done;
    },
  };
}
