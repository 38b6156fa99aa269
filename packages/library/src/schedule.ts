/** When a rule wants its repositories read: pure, the time comes in. */
import type { ScheduleClause } from '@pharos/contract';
import { Cron } from 'croner';
import { PatternError } from './pattern-error.ts';
import { spanSeconds } from './span.ts';

const FIELDS = /^\S+(?:\s+\S+){4}$/;
const HINT = 'Five fields: minute, hour, day of the month, month, day of the week. "0 3 * * *" is every day at three.';

/**
 * Whether what was last read at `last` is due at `now`; milliseconds since 1970. Never read, or read at a time to come (a clock was set
 * back): due. @throws PatternError for a schedule that no time fits
 */
export function isDue(schedule: ScheduleClause | undefined, last: number | undefined, now: number): boolean {
  if (schedule === undefined || last === undefined || last > now) return true;
  if (schedule.every !== undefined) return now - last >= spanSeconds(schedule.every) * 1000;
  const next = cronOf(schedule).nextRun(new Date(last));
  return next !== null && next.getTime() <= now;
}

/** @throws PatternError for a cron or zone that cannot be read, or one that never comes */
export function checkSchedule(schedule: ScheduleClause | undefined): void {
  if (schedule?.every !== undefined && spanSeconds(schedule.every) === 0) {
    throw new PatternError('A schedule of no time at all is none.', 'Leave it out to read with the registry.', 0);
  }
  // Any time will do: whether there is a next one at all.
  if (schedule?.cron !== undefined && cronOf(schedule).nextRun(new Date(0)) === null) {
    throw new PatternError('This time never comes.', HINT, 0);
  }
}

/** A schedule is asked for each repository of each sweep: parsed once. */
const PARSED = new Map<string, Cron>();
const MOST_PARSED = 1000;

function cronOf({ cron = '', zone = 'UTC' }: ScheduleClause): Cron {
  const key = `${zone} ${cron}`;
  const before = PARSED.get(key);
  if (before !== undefined) return before;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new PatternError(`"${zone}" is no time zone.`, 'Write a name such as Europe/Berlin or UTC.', 0);
  }
  if (!FIELDS.test(cron.trim())) throw new PatternError('A time has five fields.', HINT, 0);
  let parsed: Cron;
  try {
    parsed = new Cron(cron.trim(), { timezone: zone, paused: true });
  } catch {
    throw new PatternError('This time cannot be read.', HINT, 0);
  }
  if (PARSED.size >= MOST_PARSED) PARSED.clear();
  PARSED.set(key, parsed);
  return parsed;
}
