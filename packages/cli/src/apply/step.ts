/** What applying would change, line by line. */
import type { Client } from '@pharos/contract';
import type { Carrier } from './noun.ts';

/** One line of a diff. Secrets are never shown: a credential is "new credential". */
export interface Change {
  field: string;
  /** null: was not there. */
  before: string | null;
  /** null: will not be there. */
  after: string | null;
}

export interface Step {
  noun: string;
  name: string;
  id: string | null;
  action: 'create' | 'update' | 'unchanged' | 'skip' | 'conflict';
  changes: Change[];
  /** Why it is skipped or conflicts. */
  reason: string | null;
  /** It was asked for, now or before, and is not done yet: `reason` says what it waits for. */
  waits?: boolean;
  /** What a person does once it is made, because a file cannot. */
  next?: string;
  /** What is sent, where that is known beforehand. */
  body?: object;
  /** Does it, and answers the id. */
  carryOut?: Carrier;
  /** Asks the control plane, in a dry run, whether it would take it. Throws what it would answer. */
  rehearse?: (client: Client) => Promise<void>;
}

type Fields = Record<string, unknown>;
type Head = Pick<Step, 'noun' | 'name'>;

export function conflict(head: Head, id: string | null, reason: string): Step {
  return { ...head, id, action: 'conflict', changes: [], reason };
}

export function skip(head: Head, id: string, reason: string): Step {
  return { ...head, id, action: 'skip', changes: [], reason };
}

/** A step that creates; `done` answers what was made. */
export function create(
  head: Head,
  fields: Fields,
  body: object,
  done: (client: Client) => Promise<{ id: string }>,
): Step {
  const carryOut: Carrier = async (client) => (await done(client)).id;
  return { ...head, id: null, action: 'create', changes: difference({}, fields), reason: null, body, carryOut };
}

/** A step that changes what there is, or leaves it when nothing differs. */
export function update(
  head: Head,
  id: string,
  changes: Change[],
  body: object,
  done: (client: Client) => Promise<unknown>,
): Step {
  if (changes.length === 0) return { ...head, id, action: 'unchanged', changes, reason: null };
  const carryOut: Carrier = async (client) => {
    await done(client);
    return id;
  };
  return { ...head, id, action: 'update', changes, reason: null, body, carryOut };
}

/** A step whose body is made when it is carried out: what it names may have been made by the same file. `id` null: it is new. */
export function late(head: Head, id: string | null, changes: Change[], carryOut: Carrier): Step {
  if (id !== null && changes.length === 0) return { ...head, id, action: 'unchanged', changes, reason: null };
  return { ...head, id, action: id === null ? 'create' : 'update', changes, reason: null, carryOut };
}

export function difference(before: Fields, after: Fields): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((field) => ({ field, before: written(before[field]), after: written(after[field]) }))
    .filter((change) => change.before !== change.after);
}

/** A value as one line, keys in order, so that equal values read equal. */
function written(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => a.localeCompare(b)))
      : one,
  );
}
