/** A query as it was read: terms that all must hold. */
import type { FieldName } from './fields.ts';

/** What one value of a term asks for. Of several values one must hold. */
export type Value =
  /** Text in any case; `pattern`: it holds `*` or `?`, and stands for the whole value. */
  | { readonly type: 'text'; readonly text: string; readonly pattern: boolean }
  | { readonly type: 'flag'; readonly yes: boolean }
  /** Numbers, bytes, or seconds of age; null: no bound. */
  | { readonly type: 'range'; readonly from: Bound<number> | null; readonly to: Bound<number> | null }
  /** Keys of versionSortKey: at or above `from`, below `to`. `exact`: tags that name no exact version do not count. */
  | { readonly type: 'version'; readonly from: string | null; readonly to: string | null; readonly parts: number[] }
  /** RFC 3339 times: at or after `from`, before `to`. */
  | { readonly type: 'time'; readonly from: string | null; readonly to: string | null }
  | { readonly type: 'pair'; readonly key: string; readonly value: string | null };

export interface Bound<T> {
  readonly value: T;
  readonly inclusive: boolean;
}

export interface Term {
  /** null: a plain word. */
  readonly field: FieldName | null;
  readonly negated: boolean;
  readonly values: readonly Value[];
  /** Where it stands in the text: its first character, and the one after its last. */
  readonly at: number;
  readonly end: number;
}

export interface Query {
  readonly terms: readonly Term[];
}
