/** What a product does differently from the distribution-spec, or better. Everything is optional: what is missing is read the standard way. */
import type { ListOptions, ScannerAnswer, TagDetail } from '../abilities.ts';
import type { RegistryErrorCode } from '../errors.ts';
import type { ProbeCheck } from '../probe-check.ts';
import type { Session } from '../session.ts';

/** One repository as a dialect needs it. */
export interface DialectRepository {
  /** The name at the registry, with the prefix of the address. */
  full: string;
  /** The name below the prefix of the address, as rules know it. */
  name: string;
}

export interface Dialect {
  /** A provider of the contract. */
  readonly provider: string;
  /** Name of the product, for people. */
  readonly product: string;
  /** Host of the product's own API when the operator gave none (`apiUrl`); absent: the registry's own. */
  readonly apiUrl?: string;
  /** GETs of manifests count against a quota and HEADs do not. */
  readonly hasMeteredGets?: boolean;
  /** The largest `n` to ask for; null to send none. */
  readonly pageSize?: { readonly tags?: number | null; readonly catalog?: number | null };
  /** The token scope for listing tags, where `pull` is not enough. */
  readonly tagScope?: (repository: string) => string;
  /**
   * Corrects the address of the next page where the product writes it wrong. `path` is that of this page, `next` the
   * checked one from its Link header.
   */
  readonly nextPage?: (path: string, next: string) => string;
  /** Tags with their digests in as few requests as the product allows. */
  readonly describeTags?: (
    session: Session,
    repository: DialectRepository,
    options: ListOptions,
  ) => AsyncGenerator<TagDetail[], void, undefined>;
  /** The product's list leaves tags out, so that the spec's list says which there are and this one only adds to it. */
  readonly isPartial?: boolean;
  /** Repositories by the product's own list, full names. */
  readonly listRepositories?: (session: Session, options: ListOptions) => AsyncGenerator<string[], void, undefined>;
  /** What its own scanner says of an image. */
  readonly scannerAnswer?: (
    session: Session,
    repository: DialectRepository,
    digest: string,
    signal: AbortSignal | undefined,
  ) => Promise<ScannerAnswer>;
  /** What an error of a check means at this product: cause and cure in its own words, with the permission to grant. */
  readonly advise?: (failure: Failure) => Advice | null;
}

/** What a check of the probe failed with. */
export interface Failure {
  id: ProbeCheck['id'];
  code: RegistryErrorCode;
  status: number | undefined;
}

/** Cause and cure, each a sentence. */
export interface Advice {
  cause: string;
  cure: string;
}
