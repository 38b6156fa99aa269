/** The entry of a route's audit log: who, what, with which input (without its secrets), and what was there before. */
import { type Route, withoutSecrets } from '@pharos/contract';
import { AuditRun, type NewAuditEvent, type Store } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import type { Principal } from '../identity/principal.ts';
import { asProblemError } from '../problem.ts';
import { placesOf, type RowInput } from '../row.ts';

/** A detail that is longer is cut to the names of its parts. */
const LONGEST_DETAIL = 16_000;

export interface AuditedCall {
  readonly principal: Principal | null;
  readonly params: Readonly<Record<string, string>> | undefined;
  readonly body: unknown;
  readonly request: { readonly id: string; readonly log: Pick<FastifyBaseLogger, 'error'> };
}

export interface AuditedContext {
  readonly store: Store;
  readonly now: () => Date;
}

/** Reads the row that a change is about, as its own address shows it; null: there is none to read. */
export type ReadBefore = (() => Promise<unknown>) | null;

/**
 * Runs a handler of a route with an audit name. Its first change bears the entry, in the same transaction; a success that
 * changed nothing in the database leaves one as well, unless only a summary was asked for (`dryRun`); what fails after it
 * changed something leaves a second one that says so.
 */
export async function runAudited<T>(
  context: AuditedContext,
  route: Route,
  call: AuditedCall,
  readBefore: ReadBefore,
  run: () => Promise<T>,
): Promise<T> {
  const event = { ...newEvent(route, call), ...(await whereOf(context, route, call)) };
  const doing = new AuditRun(event, context.now);
  const before = readBefore === null ? undefined : await readBefore().catch(() => undefined);
  doing.note({ detail: bounded(detailOf(route, call.body, before)) });
  try {
    const answer = await doing.within(run);
    if (!doing.isWritten && !isTrial(call.body)) await context.store.audit.append(doing.event, context.now());
    return answer;
  } catch (error) {
    if (doing.isWritten) await tellFailure(context, call, doing.event, error);
    throw error;
  } finally {
    doing.end();
  }
}

/** Only what would happen was asked for: a question, which leaves no entry. Should it change something all the same, it does. */
function isTrial(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'dryRun' in body && body.dryRun === true;
}

/** An entry without its detail. */
function newEvent(route: Pick<Route, 'audit' | 'permission'>, call: AuditedCall): NewAuditEvent {
  const { principal, params = {}, body, request } = call;
  const named = (body ?? {}) as Record<string, unknown>;
  const subject = Object.values(params).join('/') || (typeof named.name === 'string' ? named.name.trim() : '');
  return {
    ...actorOf(principal, route.permission),
    action: route.audit ?? '',
    outcome: 'done',
    subjectKind: (route.audit ?? '').split('.')[0] as string,
    subject: subject.slice(0, 500),
    reason: typeof named.reason === 'string' ? named.reason.slice(0, 2000) : '',
    requestId: request.id,
  };
}

export function actorOf(
  principal: Principal | null,
  permission: Route['permission'],
): Pick<NewAuditEvent, 'actor' | 'actorKind'> {
  if (principal === null) return { actor: 'nobody', actorKind: 'nobody' };
  const isAgent = permission === 'agents:report';
  return { actor: principal.name, actorKind: isAgent ? 'agent' : principal.kind === 'session' ? 'session' : 'token' };
}

async function whereOf(
  { store, now }: AuditedContext,
  route: Route,
  { params = {}, body }: AuditedCall,
): Promise<{ locationId?: string | null }> {
  if (route.row === undefined) return {};
  const places = await placesOf(route.row, { store, now, params, body: body ?? {} } as RowInput).catch(() => null);
  return { locationId: places?.[0]?.locationId ?? null };
}

/** `asked`: the input. `before`: of a change the same fields as they were, of what is deleted all of it. */
function detailOf(route: Route, body: unknown, before: unknown): Record<string, unknown> {
  const asked = route.body === undefined || route.raw ? undefined : withoutSecrets(route.body, body);
  const detail: Record<string, unknown> = {};
  if (asked !== undefined && asked !== null) detail.asked = asked;
  if (typeof before !== 'object' || before === null) return detail;
  if (typeof asked === 'object' && asked !== null) {
    const same = Object.entries(before).filter(([key]) => Object.hasOwn(asked, key));
    // By the schema of the input as well: what goes in as a secret is none in what was there before.
    detail.before = withoutSecrets(route.body as never, Object.fromEntries(same));
  } else detail.before = before;
  return detail;
}

function bounded(detail: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(detail).length <= LONGEST_DETAIL) return detail;
  const names = Object.entries(detail).map(([key, value]) => [
    key,
    typeof value === 'object' && value !== null
      ? `(too long; it has ${Object.keys(value).join(', ')})`.slice(0, 1000)
      : value,
  ]);
  return Object.fromEntries(names);
}

async function tellFailure(
  { store, now }: AuditedContext,
  { request }: AuditedCall,
  event: NewAuditEvent,
  error: unknown,
): Promise<void> {
  const { code } = asProblemError(error);
  const detail = { code, message: 'The change above was made, then the request failed.' };
  await store.audit.append({ ...event, outcome: 'failed', detail }, now()).catch((cause: unknown) => {
    request.log.error({ err: cause }, 'a failure was not written to the audit log');
  });
}
