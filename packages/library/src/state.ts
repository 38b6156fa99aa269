/** States of an image and the ways between them (DESIGN, Words: State). They are bound to a digest, never to a tag. */
import { type ImageState, STATES_AFTER } from '@pharos/contract';

/** States that a decision may lead to from this one. */
export function statesAfter(state: ImageState): readonly ImageState[] {
  return STATES_AFTER[state];
}

/** What is decided of an image, as stored. */
export interface StoredState {
  readonly state: ImageState;
  /** RFC 3339, UTC. */
  readonly expiresAt: string | null;
}

/** The state that counts at a time: nothing decided, or an approval that has expired, is pending. */
export function stateAt(stored: StoredState | null, now: Date): ImageState {
  if (stored === null) return 'pending';
  const isOver = stored.expiresAt !== null && Date.parse(stored.expiresAt) <= now.getTime();
  return isOver && stored.state === 'approved' ? 'pending' : stored.state;
}
