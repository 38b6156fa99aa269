/** Maintenance windows as they are written on the command line: `sat,sun 22:00 4h Europe/Berlin`. */
import { MaintenanceWindow, Weekday } from '@pharos/contract';
import { CliError } from './failure.ts';

/** Days, time, how long, zone (UTC without one). @throws CliError `window-unclear` */
export function parseWindow(text: string): MaintenanceWindow {
  const [days = '', from = '', span = '', timeZone = 'UTC', ...rest] = text.trim().split(/\s+/);
  const read = MaintenanceWindow.safeParse({
    days: daysOf(days),
    from: padded(from),
    minutes: minutesOf(span),
    timeZone,
  });
  if (read.success && rest.length === 0) return read.data;
  const issue = read.error?.issues[0];
  const why =
    issue === undefined
      ? 'there is more than days, time, duration and zone'
      : `${String(issue.path[0])} ${issue.message}`;
  throw new CliError(
    'window-unclear',
    `"${text}" is no maintenance window: ${why}.`,
    'Write it as "sat,sun 22:00 4h Europe/Berlin"; days are mon … sun, mon-fri or daily.',
  );
}

/** The same window as `parseWindow` takes it. */
export function windowWords({ days, from, minutes, timeZone }: MaintenanceWindow): string {
  const named = days.length === 7 ? 'daily' : Weekday.options.filter((day) => days.includes(day)).join(',');
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${named} ${from} ${hours > 0 ? `${hours}h` : ''}${rest > 0 ? `${rest}m` : ''} ${timeZone}`;
}

/** `mon-fri` goes on over Sunday: `sat-mon` are three days. */
function daysOf(text: string): string[] {
  const all: readonly string[] = Weekday.options;
  if (text.toLowerCase() === 'daily') return [...all];
  return text
    .toLowerCase()
    .split(',')
    .flatMap((part) => {
      const [first = '', last] = part.split('-');
      if (last === undefined) return [first];
      const [start, end] = [all.indexOf(first), all.indexOf(last)];
      if (start < 0 || end < 0) return [part];
      return all.map((_, index) => all[(start + index) % 7]!).slice(0, ((end - start + 7) % 7) + 1);
    });
}

function minutesOf(text: string): number {
  const read = /^(?:(\d+)h)?(?:(\d+)(?:m|min))?$/.exec(text);
  return read === null ? Number.NaN : Number(read[1] ?? 0) * 60 + Number(read[2] ?? 0);
}

function padded(time: string): string {
  return /^\d:/.test(time) ? `0${time}` : time;
}
