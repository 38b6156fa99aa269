/**
 * What was refused, in the audit log: every 403, and every 401 of somebody who showed something. The first one is written at
 * once; the same again from the same place within a minute is counted, and the count written when the minute is over. So a
 * flood costs two entries a minute for each actor, action and address, and what is nobody's is bounded altogether.
 */
import { createHash } from 'node:crypto';
import type { Route, RouteName } from '@pharos/contract';
import { routes } from '@pharos/contract';
import type { NewAuditEvent, Store } from '@pharos/store';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { ProblemError } from '../problem.ts';
import type { Running } from '../running.ts';
import { actorOf } from './audited-route.ts';

const MINUTE_MS = 60_000;
/** Different refusals kept apart within a minute; the rest of them is counted as one. */
const MOST_KEYS = 500;
const MOST_OF_NOBODY = 60;

/** Wrong credentials in the body, where no header says that there were any. */
const SHOWN = new Set([
  'wrong-credentials',
  'setup-link-invalid',
  'password-link-invalid',
  'identity-provider-refused',
  'delivery-refused',
]);

export interface Denials {
  /** Notes an error that is about to be answered; most are no refusals. */
  note(error: ProblemError, request: FastifyRequest): void;
  /** Writes the counts of minutes that are over; with `all`, of every minute. */
  flush(all?: boolean): Promise<void>;
}

interface Seen {
  readonly event: NewAuditEvent;
  readonly until: number;
  more: number;
}

export interface DenialOptions {
  readonly store: Pick<Store, 'audit' | 'users'>;
  readonly now: () => Date;
  readonly running: Running;
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
}

export function createDenials({ store, now, running, log }: DenialOptions): Denials {
  const seen = new Map<string, Seen>();

  function keyOf(event: NewAuditEvent, address: string, tried: string): string {
    const isNobody = event.actorKind === 'nobody';
    const key = JSON.stringify([event.actor, event.action, address, tried]);
    if (seen.has(key)) return key;
    const nobodys = isNobody ? [...seen.values()].filter(({ event: each }) => each.actorKind === 'nobody').length : 0;
    return seen.size >= MOST_KEYS || nobodys >= MOST_OF_NOBODY ? 'others' : key;
  }

  async function write(event: NewAuditEvent, tried: string | null): Promise<void> {
    // A name is written down only where somebody has it: people type passwords into the wrong field.
    const user = tried === null ? null : await store.users.byName(tried);
    const subject = user === null ? {} : { subjectKind: 'user', subject: user.id };
    const detail = user === null ? event.detail : { ...event.detail, user: user.name };
    await store.audit.append({ ...event, ...subject, ...(detail === undefined ? {} : { detail }) }, now());
  }

  const keep = (promise: Promise<void>) =>
    running.track(
      promise.catch((error: unknown) => log.warn({ err: error }, 'a refusal was not written to the audit log')),
    );

  return {
    note(error, request) {
      const name = request.routeOptions.config.routeName as RouteName | undefined;
      const route = name === undefined ? undefined : (routes[name] as Route);
      if (!isRefusal(error, request, route)) return;
      const { principal } = request;
      const tried = principal === null ? triedName(request, route) : null;
      const params = (request.params ?? {}) as Record<string, string>;
      const action = route?.audit ?? name ?? 'request';
      const event: NewAuditEvent = {
        ...actorOf(principal, route?.permission ?? 'public'),
        action,
        outcome: 'denied',
        subjectKind: route?.audit?.split('.')[0] ?? '',
        subject: route?.raw ? '' : Object.values(params).join('/').slice(0, 500),
        requestId: request.id,
        detail: { code: error.code, address: request.ip },
      };
      const key = keyOf(
        event,
        request.ip,
        createHash('sha256')
          .update(tried ?? '')
          .digest('base64'),
      );
      const known = seen.get(key);
      if (known !== undefined && known.until > now().getTime()) {
        known.more += 1;
        return;
      }
      if (known !== undefined && known.more > 0) void keep(store.audit.append(countOf(known), now()).then(() => {}));
      const isOthers = key === 'others';
      const kept = isOthers
        ? { ...event, actor: 'several', action: 'request', subject: '', detail: { code: 'several' } }
        : event;
      seen.set(key, { event: kept, until: now().getTime() + MINUTE_MS, more: isOthers ? 1 : 0 });
      if (!isOthers) void keep(write(event, tried));
    },
    async flush(all = false) {
      const time = now().getTime();
      for (const [key, each] of seen) {
        if (!all && each.until > time) continue;
        seen.delete(key);
        if (each.more > 0) await store.audit.append(countOf(each), now());
      }
    },
  };
}

function countOf({ event, more }: Seen): NewAuditEvent {
  return { ...event, requestId: null, detail: { ...event.detail, more, within: 'a minute' } };
}

function isRefusal(error: ProblemError, request: FastifyRequest, route: Route | undefined): boolean {
  if (error.status === 403 || error.hidesRefusal) return true;
  if (error.status === 401) {
    const { authorization, cookie } = request.headers;
    // Who is nobody's on a public route has shown something else: a link, a password, a join token.
    const isShown = SHOWN.has(error.code) || route?.permission === 'public';
    return isShown || authorization !== undefined || cookie !== undefined;
  }
  return error.code === 'rate-limited' && route !== undefined && route.group === 'identity';
}

/** The name that somebody tried to sign in with; what it is, is not known before it is looked up. */
function triedName(request: FastifyRequest, route: Route | undefined): string | null {
  const { username } = ((route?.raw ? null : request.body) ?? {}) as { username?: unknown };
  return route?.audit === 'session.sign-in' && typeof username === 'string' ? username : null;
}
