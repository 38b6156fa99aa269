/**
 * Maintenance windows as times. A window opens by the clock on the wall of its time zone and stays open for minutes that
 * pass, so that it is never shorter or longer on the days when the clocks change. An opening that the clocks skip is as much
 * later as they were put forward; one that they show twice is the first (RFC 5545 §3.3.5: the same two rules).
 */
import { isTimeZone, type MaintenanceWindow, Weekday } from '@pharos/contract';

/** An opening: from when, and until when it is over (that instant is outside). */
export interface Opening {
  readonly from: Date;
  readonly until: Date;
}

/** A window names a time zone that this program does not know: a typing error, or a zone newer than its time zone data. */
export class UnknownTimeZone extends Error {
  readonly code = 'unknown-time-zone';
  readonly timeZone: string;

  constructor(timeZone: string) {
    super(`"${timeZone}" is not a known time zone. Write a name of the IANA database, e.g. Europe/Berlin or UTC.`);
    this.name = 'UnknownTimeZone';
    this.timeZone = timeZone;
  }
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Whether one of the windows is open; no window at all is never open. Throws UnknownTimeZone. */
export function inWindow(windows: readonly MaintenanceWindow[], instant: Date): boolean {
  const next = nextWindow(windows, instant);
  return next !== null && next.from.getTime() <= instant.getTime();
}

/**
 * The opening that an instant is in (of several, the one that lasts longest), else the next one; null when there are no
 * windows. Throws UnknownTimeZone.
 */
export function nextWindow(windows: readonly MaintenanceWindow[], instant: Date): Opening | null {
  const now = instant.getTime();
  let best: Opening | null = null;
  for (const opening of windows.flatMap((window) => openingsAround(window, now))) {
    if (opening.until.getTime() <= now) continue;
    if (best === null || isBetter(opening, best, now)) best = opening;
  }
  return best;
}

function isBetter(one: Opening, other: Opening, now: number): boolean {
  const [from, than] = [Math.max(one.from.getTime(), now), Math.max(other.from.getTime(), now)];
  return from < than || (from === than && one.until > other.until);
}

/** The openings of one window that may hold an instant, and those of the fortnight after it (a zone may skip a whole day). */
function openingsAround(window: MaintenanceWindow, now: number): Opening[] {
  const offsetAt = offsetsOf(window.timeZone);
  const [hours, minutes] = window.from.split(':').map(Number) as [number, number];
  const today = Math.floor((now + offsetAt(now)) / DAY);
  const before = Math.ceil((window.minutes * MINUTE) / DAY) + 1;
  const openings: Opening[] = [];
  for (let day = today - before; day <= today + 14; day += 1) {
    if (!window.days.includes(weekdayOf(day))) continue;
    const from = instantOf(day * DAY + (hours * 60 + minutes) * MINUTE, offsetAt);
    openings.push({ from: new Date(from), until: new Date(from + window.minutes * MINUTE) });
  }
  return openings;
}

/** Of a day counted from 1970-01-01, which was a Thursday. */
function weekdayOf(day: number): Weekday {
  return Weekday.options[(((day + 3) % 7) + 7) % 7]!;
}

/** The instant at which a clock shows a time, both in milliseconds; the time is written as if the zone were UTC. */
function instantOf(shown: number, offsetAt: (instant: number) => number): number {
  const [earlier, later] = [offsetAt(shown - DAY), offsetAt(shown + DAY)];
  const fits = [shown - earlier, shown - later].filter((instant) => instant + offsetAt(instant) === shown);
  return fits.length === 0 ? shown - earlier : Math.min(...fits);
}

/** A zone's offset from UTC at an instant, both in milliseconds. */
function offsetsOf(timeZone: string): (instant: number) => number {
  if (!isTimeZone(timeZone)) throw new UnknownTimeZone(timeZone);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const shown: Record<string, number> = {};
    for (const part of format.formatToParts(instant)) shown[part.type] = Number(part.value);
    const { year, month, day, hour, minute, second } = shown as Record<
      'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
      number
    >;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  };
}
