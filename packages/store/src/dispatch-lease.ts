/** Hands dispatches out to agents, one agent at a time, and keeps what they report. */
import { createHash } from 'node:crypto';
import type { DispatchReport, DispatchTask, ObjectRef } from '@pharos/contract';
import { imagesNamed, unreadableObject } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso, json } from './database.ts';
import { decisionsOf } from './decisions.ts';
import { NOT_APPLIED, NOT_APPLIED_HINT, waitingForCatalog } from './dispatch-order.ts';
import { DISPATCH_LEASE_SECONDS, type Dispatch, type KubernetesObject, type LeaseHolder } from './dispatch-port.ts';

interface LeaseRow {
  id: string;
  owner_kind: Dispatch['ownerKind'];
  owner_id: string;
  generation: number;
  applied_generation: number;
  objects: KubernetesObject[];
  state: Dispatch['state'];
  code: string | null;
  message: string;
  lease_agent: string | null;
  lease_epoch: number | null;
  lease_until: Date | null;
  fence: number;
  touched: ObjectRef[];
  applied_digests: string[];
}

/** Why an image may not leave the library now. */
const NOT_APPROVED = 'image-not-approved';
const NOT_APPROVED_HINT =
  'Approve the image, or choose one that is approved. What stands in Kubernetes stays as it is.';
const SHOWN = 3;

/** A hash over what an agent of the location would be handed out. */
export async function versionOf(db: Db, locationId: string, now: Date): Promise<string> {
  const found =
    await sql<LeaseRow>`select id, owner_kind, owner_id, generation, applied_generation, state, code, message, touched,
      case when applied_generation = generation then '[]'::jsonb else objects end as objects, applied_digests
    from dispatches where location_id = ${locationId} order by created_at, id`.execute(db);
  const blocked = await refusals(db, found.rows, now);
  const early = waitingForCatalog(found.rows, found.rows, taskOf);
  const parts = found.rows.map((row) => [
    ...[row.id, row.generation, taskOf(row)],
    blocked.get(row.id) ?? early.get(row.id) ?? '',
  ]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** @see Dispatches.take */
export function take(db: Db, holder: LeaseHolder, now: Date): Promise<DispatchTask[]> {
  return db.transaction().execute(async (trx) => {
    const found = await sql<LeaseRow>`select * from dispatches where location_id = ${holder.locationId}
      order by created_at, id for update`.execute(trx);
    const free = found.rows.filter((row) => isFree(row, holder, now));
    const blocked = await refusals(trx, free, now);
    const early = waitingForCatalog(free, found.rows, taskOf);
    const tasks: DispatchTask[] = [];
    for (const row of free) {
      const [why, order] = [blocked.get(row.id), early.get(row.id)];
      if (why !== undefined) await wait(trx, row, { code: NOT_APPROVED, message: why, hint: NOT_APPROVED_HINT }, now);
      else if (order !== undefined) {
        await wait(trx, row, { code: NOT_APPLIED, message: order, hint: NOT_APPLIED_HINT }, now);
      } else tasks.push(await lease(trx, row, holder, now));
    }
    return tasks;
  });
}

function isFree(row: LeaseRow, { agentId, epoch }: LeaseHolder, now: Date): boolean {
  if (row.lease_until === null || row.lease_until.getTime() <= now.getTime()) return true;
  // A later start of the same agent knows that the one before it is gone.
  return row.lease_agent === agentId && (row.lease_epoch ?? 0) <= epoch;
}

function taskOf(row: Pick<LeaseRow, 'state' | 'generation' | 'applied_generation'>): DispatchTask['task'] {
  if (row.state === 'deleting') return 'delete';
  return row.applied_generation === row.generation ? 'observe' : 'apply';
}

async function lease(trx: Db, row: LeaseRow, { agentId, epoch }: LeaseHolder, now: Date): Promise<DispatchTask> {
  const task = taskOf(row);
  const fence = row.lease_agent === agentId && row.lease_epoch === epoch ? row.fence : row.fence + 1;
  // Written down before any of it can stand in Kubernetes: whatever happens then, it is known what to clean up.
  const touched = task === 'apply' ? union(row.touched, row.objects.map(refOf)) : row.touched;
  const until = new Date(now.getTime() + DISPATCH_LEASE_SECONDS * 1000);
  await sql`update dispatches set lease_agent = ${agentId}, lease_epoch = ${epoch}, lease_until = ${iso(until)},
      fence = ${fence}, touched = ${json(touched)},
      code = case when code in (${NOT_APPROVED}, ${NOT_APPLIED}) then null else code end,
      message = case when code in (${NOT_APPROVED}, ${NOT_APPLIED}) then '' else message end,
      hint = case when code in (${NOT_APPROVED}, ${NOT_APPLIED}) then null else hint end
    where id = ${row.id}`.execute(trx);
  return {
    id: row.id,
    ownerKind: row.owner_kind,
    ownerId: row.owner_id,
    task,
    generation: row.generation,
    fence,
    objects: row.objects as DispatchTask['objects'],
    touched,
  };
}

async function wait(
  trx: Db,
  row: LeaseRow,
  { code, message, hint }: { code: string; message: string; hint: string },
  now: Date,
): Promise<void> {
  if (row.state === 'waiting' && row.message === message) return;
  await sql`update dispatches set state = 'waiting', code = ${code}, message = ${message}, hint = ${hint},
      updated_at = ${iso(now)} where id = ${row.id}`.execute(trx);
}

/** Dispatches that would bring an image into Kubernetes that is not approved now, each with the reason. */
async function refusals(db: Db, rows: readonly LeaseRow[], now: Date): Promise<Map<string, string>> {
  const applying = rows.filter((row) => taskOf(row) === 'apply');
  const named = new Map(applying.map((row) => [row.id, row.objects.flatMap((object) => imagesNamed(object))]));
  const digests = [...named.values()].flat().flatMap(({ digest }) => (digest === null ? [] : [digest]));
  if (named.size === 0) return new Map();
  const states = await decisionsOf(db).statesOf([...new Set(digests)], now);
  const [kept, followed] = [await keptByCatalogs(db, applying), await standingByCatalogs(db, applying)];
  const refused = new Map<string, string>();
  for (const row of applying) {
    const unread = row.objects.flatMap((object) => unreadableObject(object) ?? []);
    const unapproved = named.get(row.id)!.flatMap(({ reference, digest }) => {
      if (digest === null) return [`${reference} names no digest, so nobody can have approved it`];
      const state = states.get(digest)?.state ?? 'pending';
      // What runs already keeps running while its image is deprecated.
      const isStanding = row.applied_digests.includes(digest);
      const isKept = isStanding && (state === 'deprecated' || kept.has(`${row.owner_id} ${digest}`));
      // Pinned to what it runs by its catalog: nothing new comes into Kubernetes.
      const isFollowed = followed.has(`${row.owner_id} ${digest}`);
      return state === 'approved' || isKept || isFollowed ? [] : [`${reference} is ${state}`];
    });
    const reasons = [...unread, ...unapproved];
    if (reasons.length === 0) continue;
    const more = reasons.length > SHOWN ? `, and ${reasons.length - SHOWN} more` : '';
    refused.set(row.id, `It waits: ${reasons.slice(0, SHOWN).join(', ')}${more}.`.slice(0, 2000));
  }
  return refused;
}

/** What a catalog in stages keeps for those that run it: it stands there, and is written again with the rest of its object. */
async function keptByCatalogs(db: Db, rows: readonly LeaseRow[]): Promise<Set<string>> {
  const ids = rows.filter((row) => row.owner_kind === 'catalog').map((row) => row.owner_id);
  if (ids.length === 0) return new Set();
  const found = await sql<{ id: string; digest: string }>`
    select case e ->> 'stage' when 'canary' then c.canary_id else c.id end as id, e ->> 'digest' as digest
    from catalogs c, jsonb_array_elements(c.kept) e
    where c.id = any(${ids}::uuid[]) or c.canary_id = any(${ids}::uuid[])`.execute(db);
  return new Set(found.rows.map(({ id, digest }) => `${id} ${digest}`));
}

/** By cluster: its image, where a catalog that it follows holds that in Kubernetes. */
async function standingByCatalogs(db: Db, rows: readonly LeaseRow[]): Promise<Set<string>> {
  const ids = rows.filter((row) => row.owner_kind === 'cluster').map((row) => row.owner_id);
  if (ids.length === 0) return new Set();
  const found = await sql<{ id: string; digest: string }>`select k.id, k.digest from clusters k
      join catalogs c on c.location_id = k.location_id and c.name = k.catalog
      join dispatches own on own.owner_kind = 'cluster' and own.owner_id = k.id
    where k.id = any(${ids}::uuid[]) and own.applied_generation > 0
      and own.applied_generation <= own.followed_generation and exists (
      select from dispatches d where d.owner_kind = 'catalog' and d.owner_id in (c.id, c.canary_id)
        and k.digest = any(d.applied_digests))`.execute(db);
  return new Set(found.rows.map(({ id, digest }) => `${id} ${digest}`));
}

/** @see Dispatches.report */
export function keep(db: Db, id: string, report: DispatchReport, now: Date): Promise<'kept' | 'stale' | 'unknown'> {
  return db.transaction().execute(async (trx) => {
    const row = await first(sql<LeaseRow>`select * from dispatches where id = ${id} for update`, trx);
    if (row === null) return 'unknown';
    const isHeld = row.lease_agent === report.agentId && row.fence === report.fence;
    if (!isHeld || row.generation !== report.generation) return 'stale';
    const isDeletion = report.state === 'deleting' || report.state === 'deleted';
    if (isDeletion !== (row.state === 'deleting') && report.state !== 'failed') return 'stale';
    if (report.state === 'deleted') {
      await sql`delete from dispatches where id = ${id}`.execute(trx);
      return 'kept';
    }
    await write(trx, row, report, now);
    return 'kept';
  });
}

async function write(trx: Db, row: LeaseRow, report: DispatchReport, now: Date): Promise<void> {
  const isApplied = report.state === 'applied';
  // A deletion that fails stays one, else nobody would go on with it.
  const state = row.state === 'deleting' ? 'deleting' : report.state;
  const conditions = report.status.flatMap(({ object, conditions: own }) => own.map((one) => ({ object, ...one })));
  const isNews = state !== row.state || report.message !== row.message;
  const digests = row.objects.flatMap((object) => imagesNamed(object)).flatMap(({ digest }) => digest ?? []);
  await sql`update dispatches set state = ${state}, code = ${report.code}, message = ${report.message},
      hint = ${report.hint}, status = ${json(report.status)}, conditions = ${json(conditions)},
      checked_at = ${iso(now)}, updated_at = ${isNews ? iso(now) : sql`updated_at`},
      lease_until = ${iso(new Date(now.getTime() + DISPATCH_LEASE_SECONDS * 1000))},
      applied_generation = ${isApplied ? row.generation : row.applied_generation},
      applied_digests = ${isApplied ? digests : row.applied_digests}::text[],
      touched = ${json(isApplied ? row.objects.map(refOf) : row.touched)}
    where id = ${row.id}`.execute(trx);
}

/** The name of an object that Pharos wrote. */
export function refOf(object: KubernetesObject): ObjectRef {
  const { name, namespace } = (object.metadata ?? {}) as { name?: unknown; namespace?: unknown };
  return {
    apiVersion: String(object.apiVersion ?? ''),
    kind: String(object.kind ?? ''),
    namespace: namespace === undefined ? null : String(namespace),
    name: String(name ?? ''),
  };
}

function union(one: readonly ObjectRef[], other: readonly ObjectRef[]): ObjectRef[] {
  const key = ({ apiVersion, kind, namespace, name }: ObjectRef) => JSON.stringify([apiVersion, kind, namespace, name]);
  return [...new Map([...one, ...other].map((ref) => [key(ref), ref])).values()];
}
