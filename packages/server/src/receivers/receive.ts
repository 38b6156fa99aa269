/** The way of one notification: proved over its bytes, read, matched, written down, and queued as a hint. */
import type { DeliveryAnswer } from '@pharos/contract';
import type { ReceiverTarget } from '@pharos/store';
import type { Context } from '../context.ts';
import { createRateLimit } from '../identity/rate-limit.ts';
import { equalSecret, newSecret } from '../identity/secret.ts';
import { ProblemError } from '../problem.ts';
import { unseal } from '../sealing.ts';
import { createGatherer } from './gather.ts';
import { createReplayGuard } from './replay.ts';
import { readBody, toDeliveries, withoutReplays } from './sort.ts';
import type { Incoming } from './source.ts';
import { SOURCES } from './sources.ts';

const MINUTE_MS = 60_000;
const MAX_PER_MINUTE = 300;
const RESTARTED = 'Pharos was restarted before it was read. The next scan reads it.';

/** What came in at a receiver's address; `secret` is the one in the address, null where it has none. */
export interface Request {
  readonly id: string;
  readonly secret: string | null;
  readonly incoming: Incoming;
}

/**
 * Takes notifications. Rejects with ProblemError `delivery-refused`, which is the same for an unknown receiver and for a
 * wrong secret, `rate-limited`, or a StoreError, after which the sender tries again.
 */
export type Receive = (request: Request) => Promise<DeliveryAnswer>;

/** Makes the way in, and gives up what waited in a former process. */
export function createReceive(context: Context): Receive {
  const { store, now, events, metrics, log } = context;
  const guard = createReplayGuard(now);
  const perReceiver = createRateLimit(MAX_PER_MINUTE, MINUTE_MS, now);
  const refusalsNoted = createRateLimit(1, MINUTE_MS, now);
  const gatherer = createGatherer(context, (receivers) => {
    for (const id of receivers) events.emit({ type: 'receiver', id });
  });
  const notWritten = (error: unknown) => log.warn({ err: error }, 'the state of notifications was not written down');
  void context.running.track(store.receivers.abandon(RESTARTED, now()).catch(notWritten));

  function refuse(target: ReceiverTarget | null): ProblemError {
    metrics.delivery(target?.source ?? 'unknown', 'refused');
    if (target !== null && refusalsNoted.attempt(target.id) === 0) {
      const noted = store.receivers.refused(target.id, now());
      void context.running.track(noted.then(() => events.emit({ type: 'receiver', id: target.id })).catch(notWritten));
    }
    return new ProblemError('delivery-refused', 'The notification is not accepted.');
  }

  /** A secret that cannot be opened is refused like a wrong one; who runs Pharos learns of it from the log. */
  function secretOf(target: ReceiverTarget): string | null {
    try {
      return unseal(context.key, target.sealed, { receiverId: target.id });
    } catch (error) {
      log.error({ err: error, receiverId: target.id }, 'the secret of a receiver cannot be opened: rotate it');
      return null;
    }
  }

  return async ({ id, secret, incoming }) => {
    const target = await store.receivers.target(id);
    if (!isProved(target, target && secretOf(target), secret, incoming) || target === null) throw refuse(target);
    const seconds = perReceiver.attempt(id);
    if (seconds > 0) {
      metrics.delivery(target.source, 'limited');
      throw new ProblemError('rate-limited', `More than ${MAX_PER_MINUTE} notifications came within a minute.`, {
        headers: { 'retry-after': String(seconds) },
      });
    }
    const { notices, validationResponse } = readBody(target, incoming);
    const { notices: fresh, claimed } = withoutReplays(guard, target, { notices, body: incoming.body });
    try {
      const rows = await toDeliveries(store, target, fresh);
      const ids = await store.receivers.deliver(id, rows, now());
      for (const [index, row] of rows.entries()) {
        metrics.delivery(target.source, row.outcome);
        if (row.repositoryId === null || row.repository === null) continue;
        const { registryId, locationId } = target;
        const where = { registryId, locationId, repositoryId: row.repositoryId, repository: row.repository };
        gatherer.add(where, row.tags, { id: ids[index] as string, receiverId: id });
      }
      events.emit({ type: 'receiver', id });
      const status = rows.some((row) => row.outcome === 'queued') ? 'accepted' : 'ignored';
      return { status, ...(validationResponse === undefined ? {} : { validationResponse }) };
    } catch (error) {
      for (const key of claimed) guard.release(key);
      throw error;
    }
  };
}

/** For receivers that nobody knows: the same work is done for them as for others. */
const NOBODY = newSecret();

function isProved(
  target: ReceiverTarget | null,
  opened: string | null,
  sent: string | null,
  incoming: Incoming,
): boolean {
  const source = SOURCES[target?.source ?? 'github'];
  const secret = opened ?? NOBODY;
  const fits = sent === null ? source.proves(incoming, secret) : equalSecret(sent, secret) && source.takesSecretAddress;
  return fits && opened !== null;
}
