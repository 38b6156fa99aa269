/** Changes of how a registry answers, kept as events: of its state, of each check, of breaker, pause and allowance. */
import type { Page, PageQuery, RegistryBudget, RegistryEvent } from '@pharos/contract';
import { activityDraft } from '@pharos/library';
import { sql } from 'kysely';
import { tell } from './activity.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json, jsonText } from './database.ts';
import type { RegistryNews } from './registry-port.ts';

/** Older ones make room. */
const KEPT = 200;
/** A shorter rest is waited for inside a scan and comes to an end before anybody reads of it. */
const LONG_PAUSE_MS = 60_000;

/** Subject → the state last told of it. */
export type KnownStates = Readonly<Record<string, string>>;

interface Told {
  readonly subject: string;
  readonly state: string;
  readonly message: string;
  readonly code: string | null;
  /** Where nothing else was known before, this state is no news. */
  readonly isUsual: boolean;
}

type ChangedState = Told & { readonly before: string | undefined };

interface EventRow {
  id: number;
  at: Date;
  subject: string;
  state_before: string | null;
  state: string;
  message: string;
  code: string | null;
}

const NEWEST: Order<EventRow> = {
  name: 'registry-events',
  descending: true,
  keys: [{ column: sql`e.id`, type: 'number', read: (row) => row.id }],
};

/** Whether news can hold a change at all; when a registry is read next is none. */
export function mayChange({ state, checks, reading }: RegistryNews): boolean {
  return state !== undefined || checks !== undefined || reading !== undefined;
}

/**
 * Writes what changed, and what is known now. Runs in the transaction that stores the news, with the row of the
 * registry locked: of two that tell the same, one tells news.
 */
export async function keepChanges(
  trx: Db,
  registry: { readonly id: string; readonly known: KnownStates; readonly budget: RegistryBudget },
  news: RegistryNews,
  now: Date,
): Promise<void> {
  const { id, known } = registry;
  const told = [...ofStatus(news), ...ofReading(news, registry.budget, now)];
  const changed = told.filter(({ subject, state, isUsual }) =>
    known[subject] === undefined ? !isUsual : known[subject] !== state,
  );
  if (changed.length > 0) {
    const rows = changed.map((each) => ({
      subject: each.subject,
      state_before: known[each.subject] ?? null,
      state: each.state,
      message: each.message,
      code: each.code,
    }));
    await sql`insert into registry_events (registry_id, at, subject, state_before, state, message, code)
      select ${id}, ${iso(now)}::timestamptz, subject, state_before, state, message, code
      from jsonb_to_recordset(${jsonText(rows)}::jsonb)
        as told (subject text, state_before text, state text, message text, code text)`.execute(trx);
    await sql`delete from registry_events where registry_id = ${id} and id <= (
      select e.id from registry_events e where e.registry_id = ${id} order by e.id desc offset ${KEPT} limit 1
    )`.execute(trx);
  }
  await tellState(
    trx,
    id,
    changed.map((each) => ({ ...each, before: known[each.subject] })),
    now,
  );
  const states = { ...known, ...Object.fromEntries(told.map(({ subject, state }) => [subject, state])) };
  await sql`update registries set known_states = ${json(states)} where id = ${id} and known_states <> ${json(states)}`.execute(
    trx,
  );
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  ok: 'answers',
  warning: 'answers, with a warning',
  error: 'does not answer as it should',
};

/** Only how the registry as a whole answers is news for everybody; its page says the rest. The first good check is none. */
async function tellState(trx: Db, id: string, changed: readonly ChangedState[], now: Date): Promise<void> {
  const whole = changed.find(({ subject }) => subject === 'registry');
  if (whole === undefined || (whole.before === undefined && whole.state === 'ok')) return;
  const registry = await first(sql<{ name: string }>`select name from registries where id = ${id}`, trx);
  const words = `${registry?.name} ${STATE_WORDS[whole.state] ?? whole.state}`;
  const message = whole.message === '' ? words : `${words}: ${whole.message}`;
  const draft = activityDraft('registry.state-changed', message, { registryId: id, registry: registry?.name ?? null });
  await tell(trx, [draft], now);
}

/** Newest first. */
export async function listEvents(db: Db, registryId: string, query: PageQuery): Promise<Page<RegistryEvent>> {
  const { limit, cursor } = query;
  const own = sql`e.registry_id = ${registryId}`;
  const where = allOf(cursor === undefined ? [own] : [own, after(NEWEST, cursor)]);
  const found = await sql<EventRow>`select e.id, e.at, e.subject, e.state_before, e.state, e.message, e.code
    from registry_events e where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
  const { rows, next } = cut(NEWEST, found.rows, limit);
  return { items: rows.map(eventOf), next, ...(await countUpTo(db, sql`from registry_events e where ${own}`)) };
}

function eventOf(row: EventRow): RegistryEvent {
  const { id, subject, state_before: from, state: to, message, code } = row;
  return { id, at: iso(row.at), subject, from, to, message, code };
}

/** A check that runs, one that was skipped and a registry that nobody checks say nothing: what was known still holds. */
function* ofStatus({ state, message = '', code = null, checks = [] }: RegistryNews): Generator<Told> {
  // The first answer of all is worth a line, also a good one: from here on the list is complete.
  if (isAnswer(state)) yield { subject: 'registry', state, message, code, isUsual: false };
  for (const check of checks) {
    if (!isAnswer(check.state)) continue;
    yield {
      subject: check.id,
      state: check.state,
      message: check.message,
      code: check.code ?? null,
      isUsual: check.state === 'ok',
    };
  }
}

function isAnswer(state: string | undefined): state is 'ok' | 'warning' | 'error' {
  return state === 'ok' || state === 'warning' || state === 'error';
}

function* ofReading({ reading }: RegistryNews, { requestsPerDay }: RegistryBudget, now: Date): Generator<Told> {
  if (!reading) return;
  // Half open is still not closed: one request finds out.
  const isOpen = reading.breaker !== 'closed';
  yield {
    subject: 'breaker',
    state: isOpen ? 'open' : 'closed',
    message: isOpen
      ? 'It did not answer five times in a row, so only one request now and then finds out whether it is back.'
      : 'It answers again and is read as before.',
    code: null,
    isUsual: !isOpen,
  };
  const isPaused = reading.pausedUntil !== null && Date.parse(reading.pausedUntil) - now.getTime() > LONG_PAUSE_MS;
  yield {
    subject: 'pause',
    state: isPaused ? 'paused' : 'none',
    message: isPaused
      ? `The registry asked to slow down; it is not asked before ${reading.pausedUntil}.`
      : 'The pause is over.',
    code: isPaused ? 'rate-limited' : null,
    isUsual: !isPaused,
  };
  const isSpent = requestsPerDay !== null && reading.spentToday >= requestsPerDay;
  yield {
    subject: 'allowance',
    state: isSpent ? 'used-up' : 'left',
    message: isSpent
      ? `The allowance of ${requestsPerDay} requests in 24 hours is used up; scans go on as it comes free.`
      : 'There are requests left in the allowance again.',
    code: isSpent ? 'budget-spent' : null,
    isUsual: !isSpent,
  };
}
