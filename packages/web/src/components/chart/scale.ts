/** The arithmetic of pictures: round numbers on axes, places of days, paths, and the same numbers as a file. */

export interface ChartPoint {
  /** RFC 3339 time, or a day (its beginning in UTC). */
  readonly at: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Where and how large the drawing is inside its frame, in pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Round numbers from 0 to at least `max`, about four of them; whole ones for counts. */
export function ticksUpTo(max: number, isWhole = true): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const whole = isWhole ? Math.max(1, Math.round(step)) : step;
  return Array.from({ length: Math.ceil(max / whole - 1e-9) + 1 }, (_, index) => index * whole);
}

const DAY_MS = 86_400_000;
const SPANS = [
  DAY_MS / 1440,
  DAY_MS / 288,
  DAY_MS / 96,
  DAY_MS / 24,
  DAY_MS / 8,
  DAY_MS / 4,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
  14 * DAY_MS,
  30 * DAY_MS,
  91 * DAY_MS,
  182 * DAY_MS,
];

/** Round times between two, at most `most` of them: minutes, hours, days or weeks apart, counted from the end. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const step = SPANS.find((span) => (to - from) / span <= most) ?? 365 * DAY_MS;
  const last = Math.floor(to / Math.min(step, DAY_MS)) * Math.min(step, DAY_MS);
  const ticks: number[] = [];
  for (let time = last; time >= from; time -= step) ticks.unshift(time);
  return ticks;
}

/** `3 Nov`, or `14:00` where the span is at most three days. */
export function timeLabel(time: number, span: number): string {
  const date = new Date(time);
  if (span <= 3 * DAY_MS) return date.toISOString().slice(11, 16);
  const month = date.toLocaleDateString('en-US', { timeZone: 'UTC', month: 'short' });
  // Over a year the day says less than which year it is.
  return span > 300 * DAY_MS ? `${month} ${date.getUTCFullYear()}` : `${date.getUTCDate()} ${month}`;
}

export function xOf(time: number, { left, width }: Area, [from, to]: readonly [number, number]): number {
  const share = to === from ? 0 : (time - from) / (to - from);
  return left + Math.min(1, Math.max(0, share)) * width;
}

export function yOf(value: number, { top, height }: Area, max: number): number {
  return top + height - (max === 0 ? 0 : value / max) * height;
}

/** The corners of a line that holds each value until the next one: what is counted by day does not slope in between. */
export function steps(points: readonly (readonly [x: number, y: number])[], end: number): [number, number][] {
  return points.flatMap(([x, y], index) => [
    [x, y] as [number, number],
    [points[index + 1]?.[0] ?? end, y] as [number, number],
  ]);
}

/** The least width in which a value is seen: on the first day of a library its whole history is narrower than a line. */
const LEAST_WIDE = 8;

/** Where the drawing of a value begins that holds until `end`: early enough to be seen. */
export function seenFrom(x: number, end: number): number {
  return Math.min(x, end - LEAST_WIDE);
}

export function pathOf(corners: readonly (readonly [number, number])[]): string {
  return corners.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

/**
 * The series worth a colour of their own: the largest at the end, in their own order; what is left is summed up as `other`.
 * More than seven cannot be told apart.
 */
export function foldSeries(
  points: readonly ChartPoint[],
  keys: readonly string[],
  most: number,
): { keys: string[]; points: ChartPoint[] } {
  const last = points.at(-1)?.values ?? {};
  const ranked = keys.filter((key) => key !== 'other').toSorted((a, b) => (last[b] ?? 0) - (last[a] ?? 0));
  const kept = new Set(ranked.slice(0, most));
  const own = keys.filter((key) => kept.has(key));
  const folded = points.map(({ at, values }) => {
    const rest = Object.entries(values).reduce((sum, [key, value]) => sum + (kept.has(key) ? 0 : value), 0);
    return { at, values: { ...Object.fromEntries(own.map((key) => [key, values[key] ?? 0])), other: rest } };
  });
  const hasRest = folded.some(({ values }) => values.other > 0);
  return { keys: hasRest ? [...own, 'other'] : own, points: folded };
}

/** Comma-separated values (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
