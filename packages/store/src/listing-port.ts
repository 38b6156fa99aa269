/** The port of the store: what was listed, and what a rule would make of it. */
import type { Listing } from '@pharos/contract';
import type { TagFacts } from '@pharos/library';

/** What is known of a tag beyond its name. */
export interface KnownTagFacts {
  readonly tag: string;
  readonly facts: TagFacts | 'unreadable';
}

/** The names of one repository as lines of a text: a million of them move between threads as a few texts. */
export interface KnownNames {
  readonly repository: string;
  /** Names that the registry listed, one per line. */
  readonly names: string;
  readonly listedAt: string;
  /** Names that the library holds, one per line. */
  readonly library: string;
}

export interface Listings {
  put(listing: Listing, now: Date): Promise<void>;
  /** The names that a registry listed, with those that the library holds: some 200 repositories after the one named; none at the end. */
  namesOf(registryId: string, after: string): Promise<KnownNames[]>;
  catalogOf(registryId: string): Promise<{ catalogAt: string | null; message: string | null }>;
  /** Registries whose lists hold the tag, most in one answer: 100. */
  registriesWith(repository: string, tag: string): Promise<string[]>;
  /** What is known of a repository's tags, with these annotations. */
  factsOf(registryId: string, repository: string, annotationKeys: readonly string[]): Promise<KnownTagFacts[]>;
}
