import type { WorkResult } from '@pharos/contract';
import { failedReport } from '@pharos/library';
import type { Context } from './context.ts';
import type { WorkItem } from './work.ts';

/** Above every epoch of an agent: this report is written for it, not by an older process of it. */
const ANY_EPOCH = 2_147_483_647;

/**
 * Ends a requested scan that an agent refused before it began (it does not read this registry, say): otherwise it would
 * be shown as running until somebody gives it up. A scan that was begun ends by its own report.
 */
export async function fileRefusal(
  context: Context,
  { work, agentId }: WorkItem,
  result: Extract<WorkResult, { kind: 'scan' }>,
): Promise<void> {
  const { store, now, events, metrics, log } = context;
  if (work.kind !== 'scan' || agentId === null) return;
  const scan = await store.scans.get(work.scanId);
  if (scan?.status !== 'running' || scan.agentId !== null) return;
  const { scanId, registryId, repository, trigger } = work;
  const begin = {
    scanId,
    parentId: null,
    agentId,
    epoch: ANY_EPOCH,
    registryId,
    repository,
    ruleIds: [],
    trigger,
    only: null,
  };
  const { message, code, hint, requests } = result;
  const commit = failedReport({ repository, finishedAt: now().toISOString(), requests, message, code, hint });
  try {
    await store.scans.begin({ ...begin, startedAt: scan.startedAt }, now());
    await store.scans.commit(scanId, commit, now());
  } catch (error) {
    log.warn({ err: error, scanId }, 'a refused scan was not written down; it is given up later');
    return;
  }
  metrics.scan('failed');
  const failed = await store.scans.get(scanId);
  if (failed) events.emit({ type: 'scan', scan: failed });
}
