/**
 * The last step of a scan's report: the one transaction in which a repository becomes what the agent saw. Everything that
 * can be computed before it is: facts are drawn outside, so that the transaction is short, and are drawn inside only for
 * what changed in between.
 */
import type { Kind, ScanCommit, ScanCommitted } from '@pharos/contract';
import { type AbsencePolicy, type Reconciliation, reconcileScan } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso, json } from './database.ts';
import { recallInRepository } from './decision-recall.ts';
import { writeLeftOut } from './left-out.ts';
import { putNames } from './listings.ts';
import type { ObservationCache } from './observation-cache.ts';
import { storeSignatureTags } from './referrers.ts';
import { summarise } from './repository-summary.ts';
import { newDigests, tellChanges } from './scan-activity.ts';
import { stale } from './scan-begin.ts';
import { governBy, governing } from './scan-governing.ts';
import { tagByRules } from './scan-hcp-tags.ts';
import { type OpenScan, openScan, presentTags, stagedTags, verify } from './scan-open.ts';
import { countsOf, finishScan, releasedMessage, SUPERSEDED, warningsOf } from './scan-outcome.ts';
import { type KnownRow, knownTags, markAbsences, TagDrawing, type TagReport } from './scan-tags.ts';
import { markSigned, signedDigests } from './signed.ts';
import { commitSweep } from './sweep-commit.ts';
import { writeTags } from './tag-write.ts';
import type { Upkeep } from './upkeep.ts';
import { tagsInUse } from './usages.ts';

export interface CommitInput {
  readonly id: string;
  readonly commit: ScanCommit;
  readonly now: Date;
  readonly upkeep: Upkeep;
  readonly absence: AbsencePolicy;
  readonly observations: ObservationCache;
}

interface RepositoryState {
  readonly declared_kind: Kind | null;
  readonly absence_confirmed: boolean;
  readonly held: boolean;
  readonly applied_agent_id: string | null;
  readonly applied_started_at: Date | null;
}

/** Commits a scan; sent again it answers what it answered first. Throws `set-digest-mismatch`, `stale-scan`. */
export async function commitScan(db: Db, input: CommitInput): Promise<ScanCommitted> {
  const scan = await openScan(db, input.id, false);
  if (scan.answer !== null) return scan.answer;
  if (scan.repository_id === null || scan.repository === null) return commitSweep(db, input);
  const staged = await (input.commit.unchanged
    ? presentTags(db, input.id, scan.repository_id)
    : stagedTags(db, input.id));
  await verify(db, input.id, input.commit, staged);
  const drawing = new TagDrawing(scan.repository, input.now, input.observations);
  const before = await repositoryState(db, scan.repository_id, false);
  const { declaredKind } = await governing(db, scan.repository, scan.rule_ids);
  const kind = { before: before.declared_kind, declared: declaredKind };
  await drawing.writes(db, await knownTags(db, scan.repository_id), kind, staged);
  return db.transaction().execute((trx) => apply(trx, input, staged, drawing));
}

async function repositoryState(db: Db, id: string, lock: boolean): Promise<RepositoryState> {
  const state = await first(
    sql<RepositoryState>`select declared_kind, absence_confirmed, held, applied_agent_id, applied_started_at from repositories
      where id = ${id} ${lock ? sql`for update` : sql``}`,
    db,
  );
  if (state === null) throw stale('The repository of this scan is not known any more.');
  return state;
}

async function apply(
  trx: Db,
  input: CommitInput,
  staged: Map<string, TagReport>,
  drawing: TagDrawing,
): Promise<ScanCommitted> {
  const { commit, now, upkeep } = input;
  const scan = await openScan(trx, input.id, true);
  if (scan.answer !== null) return scan.answer;
  const repositoryId = scan.repository_id!;
  const before = await repositoryState(trx, repositoryId, true);
  if (before.applied_agent_id === scan.agent_id && scan.started_at < (before.applied_started_at ?? scan.started_at)) {
    return finishScan(trx, input, scan, { added: 0, moved: 0, missing: 0, retired: 0, message: SUPERSEDED });
  }
  // The agent's clock is a claim: nothing is seen in the future.
  const seenAt = iso(Date.parse(commit.finishedAt) < now.getTime() ? commit.finishedAt : now);
  const rules = await governing(trx, scan.repository!, scan.rule_ids);
  const known = await knownTags(trx, repositoryId);
  const policy = {
    ...input.absence,
    massAbsenceConfirmed: before.absence_confirmed,
    ...(rules.keeps && { keeps: rules.keeps }),
  };
  // A re-reading of some tags says nothing of the others, so that it is as if it had been partial.
  const report = { ...commit, status: scan.only_tags === null ? commit.status : ('partial' as const) };
  const whole = { ...report, tags: [...staged.values()] };
  const planned = reconcileScan(known.map(knownTag), whole, policy);
  const leaving = [...planned.retired.map(({ name }) => name), ...planned.released];
  const used = await tagsInUse(trx, repositoryId, leaving);
  const changes =
    used.size === 0
      ? planned
      : reconcileScan(known.map(knownTag), whole, { ...policy, inUse: (name) => used.has(name) });
  const kind = { before: before.declared_kind, declared: rules.declaredKind };
  const writes = await drawing.writes(trx, known, kind, staged);
  const moved = [...changes.moved, ...changes.reappeared.filter((tag) => tag.digest !== tag.previous)];
  const isListed = commit.status === 'complete' && commit.listedNames !== null && commit.absence === 'none';
  const isWholeList = isListed && changes.held === null;
  if (commit.listedNames !== null) await storeSignatureTags(trx, repositoryId, commit.listedNames, isWholeList);
  const signed = await signedDigests(trx, repositoryId);
  const context = { repositoryId, registryId: scan.registry_id, scanId: scan.id, seenAt, signed };
  const digests = await newDigests(trx, changes);
  const names = new Set(known.map(({ name }) => name));
  await writeTags(trx, { ...context, known: names, moved: moved.map(({ name }) => name) }, writes);
  await markAbsences(trx, repositoryId, changes);
  const isResigned = await markSigned(trx, repositoryId, signed);
  await tagByRules(trx, { repository: scan.repository!, ruleIds: rules.ruleIds, changes, now });
  await tellChanges(trx, scan, changes, { known, digests, wasHeld: before.held, now });
  const arrived = [...changes.added, ...changes.moved, ...changes.reappeared].map(({ name }) => name);
  await recallInRepository(trx, repositoryId, arrived, now);
  if (scan.only_tags !== null)
    return finishReread(trx, input, scan, { changes, known, writes: writes.length + (isResigned ? 1 : 0), seenAt });
  if (!isWholeList) await touch(trx, repositoryId, changes.refreshed, seenAt);
  const counts = countsOf(changes, known);
  const isChanged = counts.added + counts.moved + counts.missing + counts.retired + changes.reappeared.length > 0;
  await sql`update repositories set declared_kind = ${rules.declaredKind}, released = false,
      rule_description = case when ${rules.description} = '' then rule_description else ${rules.description} end,
      description = coalesce(own_description,
        case when ${rules.description} = '' then rule_description else ${rules.description} end),
      warnings = ${json(warningsOf(commit, changes))}, held = case when ${commit.status === 'complete'} then ${changes.held !== null} else held end,
      absence_confirmed = absence_confirmed and ${commit.status !== 'complete'}, last_scan_id = ${scan.id},
      listed_tags = case when ${commit.listedNames !== null} then ${commit.listedCount} else listed_tags end,
      artifact_tags = case when ${commit.listedNames !== null} then ${commit.artifactCount} else artifact_tags end,
      complete_at = case when ${isWholeList} then greatest(complete_at, ${seenAt}) else complete_at end,
      updated_at = case when ${isChanged} then greatest(updated_at, ${seenAt}) else updated_at end,
      applied_agent_id = ${scan.agent_id}, applied_started_at = ${iso(scan.started_at)}
    where id = ${repositoryId}`.execute(trx);
  if (isChanged || isResigned || writes.length > 0) await summarise(trx, [repositoryId]);
  if (rules.ruleIds.length > 0 || commit.status === 'complete') await governBy(trx, repositoryId, rules.ruleIds);
  if (commit.listedNames !== null) {
    await putNames(trx, scan.registry_id, [{ repository: scan.repository!, names: commit.listedNames }], seenAt);
  }
  if (isListed && commit.leftOut) await writeLeftOut(trx, repositoryId, commit.leftOut);
  upkeep.wrote(writes.length);
  const message = [commit.message, changes.held?.message ?? '', releasedMessage(changes.released.length)];
  return finishScan(trx, input, scan, { ...counts, message: message.filter((part) => part !== '').join(' ') });
}

/** The end of a re-reading of single tags: what is said of the repository as a whole stays as the last scan said it. */
async function finishReread(
  trx: Db,
  input: CommitInput,
  scan: OpenScan,
  { changes, known, writes, seenAt }: { changes: Reconciliation; known: KnownRow[]; writes: number; seenAt: string },
): Promise<ScanCommitted> {
  const repositoryId = scan.repository_id!;
  await touch(trx, repositoryId, changes.refreshed, seenAt);
  const isChanged = changes.added.length + changes.moved.length + changes.reappeared.length > 0;
  await sql`update repositories set applied_agent_id = ${scan.agent_id}, applied_started_at = ${iso(scan.started_at)},
      updated_at = case when ${isChanged} then greatest(updated_at, ${seenAt}) else updated_at end
    where id = ${repositoryId}`.execute(trx);
  if (isChanged || writes > 0) await summarise(trx, [repositoryId]);
  input.upkeep.wrote(writes);
  return finishScan(trx, input, scan, { ...countsOf(changes, known), message: input.commit.message });
}

function knownTag(row: KnownRow) {
  const { name, digest, presence } = row;
  return { name, digest, presence, missingScans: row.missing_scans, missingSince: iso(row.missing_since) };
}

/** A list that is not whole says nothing of the repository, but it says that these tags are there. */
async function touch(trx: Db, repositoryId: string, names: readonly string[], seenAt: string): Promise<void> {
  if (names.length === 0) return;
  await sql`update tags set last_seen_at = greatest(last_seen_at, ${seenAt})
    where repository_id = ${repositoryId} and name = any(${[...names]}::text[])`.execute(trx);
}
