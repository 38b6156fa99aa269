/** What an entry of the audit log says, for people. */
import type { AuditEvent } from '@pharos/contract';

/** One field that was changed. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
}

export interface Told {
  /** Input, with what was there before where that is known. */
  readonly fields: readonly FieldChange[];
  /** Everything else that the entry tells: names and values. */
  readonly more: readonly (readonly [name: string, value: string])[];
  readonly isChange: boolean;
}

/** The detail of an entry, taken apart. A detail that cannot be read is told as it stands. */
export function toldOf({ detail }: Pick<AuditEvent, 'detail'>): Told {
  const value = parsed(detail);
  if (value === null) return { fields: [], more: [['Detail', detail]], isChange: false };
  const { asked, before, ...rest } = value;
  const old = recordOf(before);
  const input = recordOf(asked);
  const isChange = old !== null && input !== null;
  const fields = Object.entries(input ?? old ?? {}).map(([field, now]) => ({
    field,
    before: isChange && Object.hasOwn(old, field) ? textOf(old[field]) : null,
    after: textOf(now),
  }));
  const more = Object.entries(rest).map(([name, each]) => [name, textOf(each)] as const);
  for (const [name, each] of [
    ['asked', asked],
    ['before', before],
  ] as const) {
    if (typeof each === 'string') more.push([name, each]);
  }
  return { fields, more, isChange };
}

/** A value as one line of text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (value === null) return '(none)';
  return JSON.stringify(value, sorted);
}

/** The database orders the fields of what it keeps in its own way: without an order of our own they would look changed. */
function sorted(_key: string, value: unknown): unknown {
  const record = recordOf(value);
  return record === null ? value : Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
