/** Reads documents of others field by field: what has not the expected shape is as if it were not there. */
export type Json = Record<string, unknown>;

/** ISO 8601, UTC; null where it is no time. */
export function time(value: unknown): string | null {
  const ms = Date.parse(text(value));
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

export function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** '' where it is no text. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
