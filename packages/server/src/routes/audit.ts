import { Readable } from 'node:stream';
import type { SignedAuditHead } from '@pharos/contract';
import type { Context } from '../context.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names = 'listAuditEvents' | 'getAuditEvent' | 'getAuditFacets' | 'getAuditHead' | 'exportAudit';

const BATCH = 1_000;

/** The audit log. */
export function auditHandlers(context: Context): Pick<Handlers, Names> {
  const { store, audit } = context;
  return {
    listAuditEvents: ({ query }) => store.audit.list(query),
    getAuditEvent: async ({ params }) => found(await store.audit.get(params.seq), 'The entry'),
    getAuditFacets: ({ query }) => store.audit.facets(query),
    getAuditHead: async () => ({ head: await audit.head(), verified: audit.verified() }),
    exportAudit: async ({ query, reply, signal }) => {
      const head = await audit.head(true);
      reply.type('application/x-ndjson');
      reply.header('content-disposition', `attachment; filename="pharos-audit-${head.seq}.jsonl"`);
      return Readable.from(linesOf(context, query.after, head, signal)) as unknown as undefined;
    },
  };
}

/** Entries up to the head, a batch at a time as they are read, then the head. */
async function* linesOf({ store }: Context, after: number, head: SignedAuditHead, signal: AbortSignal) {
  let last = after;
  while (last < head.seq && !signal.aborted) {
    const entries = await store.audit.after(last, BATCH);
    if (entries.length === 0) break;
    const within = entries.filter((entry) => entry.seq <= head.seq);
    if (within.length > 0) yield `${within.map((entry) => JSON.stringify(entry)).join('\n')}\n`;
    last = entries.at(-1)!.seq;
  }
  yield `${JSON.stringify({ head })}\n`;
}
