/** The port of the store for sealed texts, whatever they are for. */

export type SealedKind = 'registry' | 'receiver' | 'webhook' | 'webhook-previous' | 'model-service';

export interface SealedText {
  readonly id: string;
  readonly sealed: string;
  /** Of credentials of registries: what they are bound to. */
  readonly origin: string | null;
}

export interface SealedSecrets {
  /** Texts that do not begin with the prefix, by id, after this one. */
  notUnder(prefix: string, kind: SealedKind, after: string, limit: number): Promise<SealedText[]>;
  /** False: it was changed meanwhile, and stays as it is. */
  replace(kind: SealedKind, id: string, before: string, sealed: string): Promise<boolean>;
  /** How many texts each key seals, by its id; null: a text of the first form, which names none. */
  counts(): Promise<{ key: string | null; n: number }[]>;
}
