/** Numbers, times and foreign text for people. Pure: the clock comes in. */

const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 days ago`, `in 4 minutes`, `just now`; an unreadable time is said to be unknown. */
export function relativeTime(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  if (Number.isNaN(seconds)) return 'unknown';
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  if (seconds > 10) return `in ${Math.round(seconds)} seconds`;
  if (seconds < -10) return `${Math.round(-seconds)} seconds ago`;
  return 'just now';
}

/** `2026-11-23 17:00:05 UTC`: the same for every reader, and sortable by eye. */
export function absoluteTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `84.2 MiB`. Binary units, as pull sizes are compared with disks and memory limits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1024;
    unit += 1;
  } while (value >= 1023.95 && unit < units.length - 1);
  return `${value.toFixed(1)} ${units[unit]}`;
}

const counter = new Intl.NumberFormat('en');

/** `12,345`. */
export function formatCount(count: number): string {
  return counter.format(count);
}

/** `1 tag`, `12,345 tags`, `2 repositories`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** An estimate: whole seconds, and no tenths that nobody knows. */
export function formatEstimate(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** Duration between two times, up to `now` while the second is not known. */
export function formatSpan(from: string, to: string | null, now: number): string {
  return formatDuration((to === null ? now : Date.parse(to)) - Date.parse(from));
}

/** `every 5 minutes`, `every hour`. */
export function formatInterval(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const [name, size] = units.find(([, each]) => seconds % each === 0) ?? ['second', 1];
  const count = seconds / size;
  return count === 1 ? `every ${name}` : `every ${formatCount(count)} ${name}s`;
}

/** The first 12 hex digits; enough to tell images apart, and what docker shows. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Foreign text with every character that changes how its neighbours are drawn (controls, bidi overrides, zero-width,
 * line separators) written out as `\u{202E}`. Line feeds and tabs stay when `multiline` is set.
 */
export function escapeHostile(text: string, multiline = false): string {
  return text.replace(HOSTILE, (character) => {
    if (multiline && (character === '\n' || character === '\t')) return character;
    return `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`;
  });
}
