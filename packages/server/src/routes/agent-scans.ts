import type { Scan } from '@pharos/contract';
import type { Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'agentScanBegin'
  | 'agentScanProgress'
  | 'agentScanChunk'
  | 'agentScanEvidence'
  | 'agentScanEvidencePart'
  | 'agentScanReports'
  | 'agentScanCommit';

/** The reports of agents: begin, chunks, commit. Atomicity and idempotence are the store's. */
export function agentScanHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, work, events, metrics } = context;

  function tell(scan: Scan | null): void {
    if (scan) events.emit({ type: 'scan', scan });
  }

  return {
    agentScanBegin: async ({ body }) => {
      await checkLocation(context, body.agentId, body.registryId);
      const begun = await store.scans.begin(body, now());
      work.renew(body.scanId);
      if (!begun.committed) tell(await store.scans.get(body.scanId));
      return begun;
    },
    agentScanProgress: async ({ params, body }) => {
      work.renew(params.id);
      tell(found(await store.scans.progress(params.id, body, now()), 'The scan'));
      return undefined;
    },
    agentScanChunk: async ({ params, body }) => {
      work.renew(params.id);
      return store.scans.chunk(params.id, params.n, body, now());
    },
    agentScanEvidence: async ({ params, body }) => {
      work.renew(params.id);
      found((await store.evidence.put(params.id, body.evidence, now())) || null, 'The scan');
      context.verifications.again();
      return undefined;
    },
    agentScanEvidencePart: async ({ params, body }) => {
      work.renew(params.id);
      found((await store.evidence.putPart(params.id, body, now())) || null, 'The scan');
      context.verifications.again();
      return undefined;
    },
    agentScanReports: async ({ params, body }) => {
      work.renew(params.id);
      found((await store.reports.put(params.id, body.reports, now())) || null, 'The scan');
      return undefined;
    },
    agentScanCommit: async ({ params, body }) => {
      const before = await store.scans.get(params.id);
      const committed = await store.scans.commit(params.id, body, now());
      work.renew(params.id);
      // A commit that is sent twice answers the same and is counted once.
      if (before?.status === 'running') {
        metrics.scan(committed.status);
        // What was verified while the scan was written is marked on its tags.
        context.verifications.again();
        metrics.ingested(body.tagCount);
      }
      const scan = await store.scans.get(params.id);
      tell(scan);
      if (scan?.repositoryId) events.emit({ type: 'repository', id: scan.repositoryId, registryId: scan.registryId });
      else if (scan) events.emit({ type: 'registry', id: scan.registryId });
      // An agent keeps nothing of a scan that failed: the next one is told.
      if (committed.status === 'failed') return committed;
      const evidenceWanted = await store.evidence.askAgain(params.id, now());
      return evidenceWanted.length === 0 ? committed : { ...committed, evidenceWanted };
    },
  };
}

/** An agent reports about registries of its own location only. */
async function checkLocation({ store }: Context, agentId: string, registryId: string): Promise<void> {
  const [agent, registry] = await Promise.all([store.agents.publicKey(agentId), store.registries.get(registryId)]);
  if (agent === null) {
    throw new ProblemError('not-found', 'The agent is not known here.', {
      hint: 'Say hello first (POST /agent/hello).',
    });
  }
  // A registry that is gone is the store's to refuse (stale-scan).
  if (registry && registry.locationId !== agent.locationId) {
    throw new ProblemError('forbidden', `The registry belongs to the location ${registry.locationId}.`);
  }
}
