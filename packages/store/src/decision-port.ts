/** The port of the store for states of images. */
import type { Decision, DecisionSummary, ImageState, Page, PageQuery } from '@pharos/contract';
import type { Area } from '@pharos/library';

export interface NewDecision {
  readonly digest: string;
  readonly state: ImageState;
  readonly reason: string;
  readonly actor: string;
  readonly actorKind: 'session' | 'token' | 'policy' | 'system';
  /** Id of the user who stands behind a session or a token; without it nobody does. */
  readonly person?: string | null;
  /** Where the actor may decide: held against every place of the image once more, inside the transaction. */
  readonly held?: 'everywhere' | readonly Area[];
  readonly policyId?: string | null;
  readonly expiresAt?: Date | null;
  /** Digest to use instead. */
  readonly successor?: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The state that counts now; an expired approval is pending. */
export interface ImageStateNow {
  readonly state: ImageState;
  readonly expiresAt: string | null;
  readonly successor: string | null;
  readonly decidedAt: string | null;
}

export interface Decisions {
  /**
   * All or nothing. Throws `not-found` for an unknown image, `conflict` for a way that does not exist between states,
   * `second-person-needed` by the rules for approvals.
   */
  decide(decisions: readonly NewDecision[], now: Date): Promise<DecisionSummary>;
  /** What `decide` would do, and what it would refuse. Changes nothing. */
  check(decisions: readonly NewDecision[], now: Date): Promise<DecisionSummary>;
  /** Newest first. */
  list(digest: string, query: PageQuery): Promise<Page<Decision>>;
  /** Writes down that approvals have ended; answers how many. At most 500 in one go. */
  expire(now: Date): Promise<number>;
  /** Every digest asked for is in the answer. */
  statesOf(digests: readonly string[], now: Date): Promise<Map<string, ImageStateNow>>;
}
