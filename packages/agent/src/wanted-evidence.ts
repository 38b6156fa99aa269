/** Attestations that the control plane had no room for and has some now. */
import type { EvidenceWanted } from '@pharos/contract';
import type { EvidenceState, Waiting } from './evidence.ts';

/** The state in which these are fetched by the next scan, by their digest: a tag of cosign may have moved on. */
export function wantedAgain(state: EvidenceState, wanted: readonly EvidenceWanted[]): EvidenceState {
  const keys = new Set(wanted.map(({ subject, digest }) => `${subject} ${digest}`));
  return {
    ...state,
    read: state.read.filter(([key]) => !keys.has(key)),
    waiting: [
      ...wanted.map(({ subject, digest }): Waiting => [subject, digest]),
      ...state.waiting.filter(([subject, digest]) => !keys.has(`${subject} ${digest}`)),
    ],
  };
}
