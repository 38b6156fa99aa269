/** A duration as Go writes it (`5m0s`, `1h30m0s`), as the schedule of a rule. */
import type { ScheduleClause } from '@pharos/contract';

/** Undefined for none, and for what is no whole number of seconds. */
export function scheduleEvery(interval: string | undefined): ScheduleClause | undefined {
  if (interval === undefined || !/^(?=.)(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/.test(interval)) return undefined;
  const every = interval.replace(/(?<!\d)0+[hms]/g, '');
  return every === '' ? undefined : { every };
}
