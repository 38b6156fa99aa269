/** The port of the store for states of images. */
import type { ImageState } from '@pharos/contract';

export interface NewDecision {
  readonly digest: string;
  readonly state: ImageState;
  readonly reason: string;
  readonly actor: string;
  readonly actorKind: 'session' | 'token' | 'policy' | 'system';
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
  /** All or nothing. Throws `not-found` for an unknown image, `conflict` for a way that does not exist between states. */
  decide(decisions: readonly NewDecision[], now: Date): Promise<void>;
  /** Every digest asked for is in the answer. */
  statesOf(digests: readonly string[], now: Date): Promise<Map<string, ImageStateNow>>;
}
