/** Spans of time as rules write them: `72h`, `30d`, `1h30m`. */
const UNITS: Readonly<Record<string, number>> = { y: 31_536_000, w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };

/** Seconds of a span that the contract let through (contract: Span). A day has 24 hours, a year 365 days. */
export function spanSeconds(text: string): number {
  return [...text.matchAll(/(\d+)([ywdhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!,
    0,
  );
}
