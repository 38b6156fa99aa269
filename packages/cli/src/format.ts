/** Values as people read them. */
import type { Cell, Style } from './output.ts';

/** `sha256:` and the first twelve digits, as container tools show it. */
export function shortDigest(digest: string): string {
  const [algorithm, hex = ''] = digest.split(':');
  return `${algorithm}:${hex.slice(0, 12)}`;
}

/** Bytes in decimal units, as registries and container tools count. */
export function size(bytes: number | null): string | null {
  if (bytes === null) return null;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A duration, in its largest unit: `45 s`, `12 min`, `3 h`, `5 d`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `5 min ago` or `in 2 h`; the time itself stands in --json. */
export function ago(time: string | null, now: Date = new Date()): string | null {
  if (time === null) return null;
  const distance = now.getTime() - Date.parse(time);
  if (Math.abs(distance) < 1500) return 'now';
  return distance > 0 ? `${duration(distance)} ago` : `in ${duration(-distance)}`;
}

/** A time to the minute, UTC. */
export function minute(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

const STATE_STYLES: Record<string, Style> = {
  ok: 'green',
  complete: 'green',
  connected: 'green',
  approved: 'green',
  delivered: 'green',
  done: 'green',
  present: 'green',
  warning: 'yellow',
  partial: 'yellow',
  late: 'yellow',
  missing: 'yellow',
  deprecated: 'yellow',
  running: 'cyan',
  checking: 'cyan',
  pending: 'cyan',
  queued: 'cyan',
  waiting: 'cyan',
  error: 'red',
  failed: 'red',
  lost: 'red',
  rejected: 'red',
  revoked: 'red',
};

/** A state word in its colour; the word carries the meaning, the colour repeats it. */
export function state(word: string): Cell {
  return { text: word, style: STATE_STYLES[word] ?? 'dim' };
}

/** `yes` or nothing, so that a column of flags can be scanned. */
export function flag(value: boolean): string | null {
  return value ? 'yes' : null;
}

/** `1 tag`, `2 tags`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
