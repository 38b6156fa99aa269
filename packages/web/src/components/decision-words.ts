/** Decisions in words. */
import type { ImageState } from '@pharos/contract';

export const DECISIONS: Readonly<Record<ImageState, { verb: string; meaning: string; isDanger: boolean }>> = {
  approved: { verb: 'Approve', meaning: 'It may be used from now on, wherever it stands.', isDanger: false },
  rejected: { verb: 'Reject', meaning: 'It may not be used.', isDanger: true },
  deprecated: {
    verb: 'Deprecate',
    meaning: 'What runs with it keeps running; nothing new begins with it.',
    isDanger: false,
  },
  revoked: { verb: 'Revoke', meaning: 'It may not be used any more, anywhere.', isDanger: true },
  pending: {
    verb: 'Put back to pending',
    meaning: 'It waits to be decided anew, and may not be used.',
    isDanger: false,
  },
};

/** For images whose states differ; what does not fit one of them is told before anything is decided. */
export const ALL_DECISIONS: readonly ImageState[] = ['approved', 'rejected', 'deprecated', 'revoked', 'pending'];

/** Days that an approval counts, for a choice. */
export const EXPIRIES = [
  ['', 'Without end'],
  ['30', 'For 30 days'],
  ['90', 'For 90 days'],
  ['180', 'For half a year'],
  ['365', 'For a year'],
] as const;

/** RFC 3339, so many days from now. */
export function endOf(days: number, now: Date): string {
  return new Date(now.getTime() + days * 86_400_000).toISOString();
}

/** "Use this instead" is said of what is not to be used. */
export function mayHaveSuccessor(state: ImageState): boolean {
  return state === 'rejected' || state === 'deprecated' || state === 'revoked';
}

/** The last reason for each decision since the page was loaded: many decisions have the same one. */
const reasons = new Map<ImageState, string>();

export const recentReason = (state: ImageState): string => reasons.get(state) ?? '';

export function rememberReason(state: ImageState, reason: string): void {
  reasons.set(state, reason);
}
