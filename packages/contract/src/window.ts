/** Maintenance windows: the hours of the week in which what runs may be changed. */
import { z } from 'zod';

/** In the order of the week (ISO 8601: it begins on Monday). */
export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof Weekday>;

/** Whether a name is a time zone of the IANA database that this program carries (case does not matter), or an offset. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const MaintenanceWindow = z.strictObject({
  days: z
    .array(Weekday)
    .min(1)
    .max(7)
    .refine((days) => new Set(days).size === days.length, 'names a day twice')
    .meta({ description: 'Days on which it opens, by the clock of its time zone' }),
  from: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, 00:00 to 23:59')
    .meta({ description: 'When it opens, HH:MM by the clock of its time zone' }),
  minutes: z
    .number()
    .int()
    .min(5)
    .max(10_080)
    .meta({ description: 'How long it stays open, in minutes that pass; past midnight too' }),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'is not a time zone; write a name of the IANA database, e.g. Europe/Berlin or UTC')
    .meta({ description: 'A name of the IANA database, e.g. Europe/Berlin' }),
});
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

/** None: nothing is set here. */
export const MaintenanceWindows = z.array(MaintenanceWindow).max(20);
export type MaintenanceWindows = z.infer<typeof MaintenanceWindows>;

/** Of the days of the week, short. */
export const WEEKDAY_NAMES: Readonly<Record<Weekday, string>> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

/** A window in words, e.g. `Mon, Wed 22:00 for 4 h (Europe/Berlin)`. */
export function windowText(window: MaintenanceWindow): string {
  const days = Weekday.options.filter((day) => window.days.includes(day));
  const named = days.length === 7 ? 'Every day' : days.map((day) => WEEKDAY_NAMES[day]).join(', ');
  return `${named} ${window.from} for ${minutesText(window.minutes)} (${window.timeZone})`;
}

function minutesText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter((part) => part !== '').join(' ');
}
