import { createHash } from 'node:crypto';
import type { ScanCommit, WorkResult } from '@pharos/contract';
import type { Context } from './context.ts';
import type { WorkItem } from './work.ts';

/** Above every epoch of an agent: this report is written for it, not by an older process of it. */
const ANY_EPOCH = 2_147_483_647;
const EMPTY_SET = createHash('sha256').digest('hex');

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
  const time = now().toISOString();
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
  const commit: ScanCommit = {
    status: 'failed',
    tagCount: 0,
    setDigest: repository === null ? null : EMPTY_SET,
    listedCount: 0,
    artifactCount: 0,
    unresolved: [],
    listedNames: null,
    unchanged: false,
    absence: 'none',
    finishedAt: time,
    requests,
    message,
    code,
    hint,
    failures: [],
    failedCount: 0,
  };
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
