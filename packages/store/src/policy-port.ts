/** The port of the store for policies. */
import type {
  Page,
  PageQuery,
  Policy,
  PolicyException,
  PolicyExceptionInput,
  PolicyExceptionQuery,
  PolicySpec,
  PolicyVersion,
} from '@pharos/contract';
import type { PolicyFacts, PolicyToRun } from '@pharos/library';

export interface PolicyActor {
  readonly name: string;
  /** The person behind a session or token; null: a program. Who asks for an exception never confirms it. */
  readonly person: string | null;
}

/** One image by the tag that people know it by, for a preview. */
export interface PolicyExample {
  readonly digest: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly tag: string;
}

export interface Policies {
  list(query: PageQuery): Promise<Page<Policy>>;
  get(id: string): Promise<Policy | null>;
  /** Throws `name-taken`. */
  create(id: string, spec: PolicySpec, by: string, now: Date): Promise<Policy>;
  /** Every change is a new version. Throws `name-taken`. */
  update(id: string, spec: PolicySpec, by: string, now: Date): Promise<Policy | null>;
  remove(id: string): Promise<boolean>;
  /** Newest first; null: there never was such a policy. */
  versions(id: string, query: PageQuery): Promise<Page<PolicyVersion> | null>;
  /** Enabled ones, with the count of changes that they are of. */
  current(): Promise<{ version: number; policies: PolicyToRun[] }>;

  /** What is known of these images; those that the library does not hold are left out. */
  facts(digests: readonly string[], now: Date): Promise<PolicyFacts[]>;
  /** Digests that stand somewhere, after this one, in their order: for a look at all of them. */
  digests(after: string, limit: number): Promise<string[]>;
  examples(digests: readonly string[]): Promise<PolicyExample[]>;
  /** Policies from which an exception of the digest holds now; every digest asked for is in the answer. */
  excepted(digests: readonly string[], now: Date): Promise<Map<string, Set<string>>>;

  /**
   * Evaluates at most `limit` of the images that are due, keeps what policies said of them, and decides what follows. Answers how
   * many were evaluated, and how many changed their state.
   */
  settle(version: number, now: Date, limit: number): Promise<{ evaluated: number; decided: number }>;

  exceptions(query: PolicyExceptionQuery, now: Date): Promise<Page<PolicyException>>;
  getException(id: string, now: Date): Promise<PolicyException | null>;
  /** Throws `not-found` for an unknown image or policy. */
  askException(id: string, input: PolicyExceptionInput, by: PolicyActor, now: Date): Promise<PolicyException>;
  /** Throws `second-person-needed` for who asked, and for whoever is no person; `conflict` where it holds or has ended. */
  confirmException(id: string, by: PolicyActor, now: Date): Promise<PolicyException | null>;
  revokeException(id: string, by: string, now: Date): Promise<PolicyException | null>;
}
