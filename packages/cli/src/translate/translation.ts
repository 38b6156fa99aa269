/** A rule of another product in the words of a Repository Rule, and what could not be carried over. */
import type { RuleSpec } from '@pharos/contract';
import { isRecord, type Values } from './values.ts';

/** A rule as `pharos apply` takes it: with what is not the default only. */
export type RuleDraft = Pick<RuleSpec, 'name' | 'repositories'> &
  Partial<Omit<RuleSpec, 'name' | 'registryId' | 'tags'>> & {
    tags?: TagSetDraft[];
  };
export type TagSetDraft = Partial<Omit<RuleSpec['tags'][number], 'version'>> & {
  version?: Partial<NonNullable<RuleSpec['tags'][number]['version']>>;
};

export interface Translation {
  /** What it was, e.g. `ImagePolicy apps/podinfo`. */
  readonly from: string;
  /** Host and port that the image's name begins with; null: the original names no registry. */
  readonly registry: string | null;
  readonly rule: RuleDraft;
  /** What means something else here, in sentences. */
  readonly notes: readonly string[];
}

/** What looked like a rule of that product and could not be translated. */
export interface Untranslated {
  readonly from: string;
  readonly reason: string;
}

export interface Translations {
  readonly translated: Translation[];
  readonly untranslated: Untranslated[];
}

/** One product's own documents, picked out of everything that a file holds. */
export type Translator = (documents: readonly Values[]) => Translations;

/** `Kind namespace/name`, as messages name a Kubernetes object. */
export function nameOf({ kind, metadata }: Values): string {
  const { name, namespace } = isRecord(metadata) ? metadata : {};
  const place = typeof namespace === 'string' ? `${namespace}/` : '';
  return `${String(kind)} ${place}${typeof name === 'string' ? name : '(without a name)'}`;
}

/** A rule's name from its parts: at most 100 characters, as the contract has it. */
export function ruleName(...parts: (string | undefined)[]): string {
  const name = parts.filter((part) => part !== undefined && part !== '').join('-');
  return name.slice(0, 100) || 'imported';
}
