const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Longest interval in seconds that the contract takes: a week. */
const MAX_SECONDS = 604_800;

/**
 * Reads a duration as the incumbent writes it (`5m`, `10m0s`, `1h30m`, `1s`) and answers whole seconds between one
 * second and a week, or a sentence that says what is wrong with it.
 */
export function parseDuration(text: string): number | string {
  if (/^\d+$/.test(text)) return 'A duration needs a unit, for example 5m, 90s or 1h30m.';
  if (!/^(?:\d+(?:h|m|s))+$/.test(text)) return 'This is not a duration. Write for example 5m, 90s or 1h30m.';
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit!] ?? 0), 0);
  if (seconds < 1) return 'A duration must be at least 1s.';
  if (seconds > MAX_SECONDS) return 'A duration must be at most 168h (a week).';
  return seconds;
}
