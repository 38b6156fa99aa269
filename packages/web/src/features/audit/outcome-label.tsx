import { Label } from '@patternfly/react-core';
import type { AuditOutcome } from '@pharos/contract';
import type { ReactElement } from 'react';

const WORDS: Record<AuditOutcome, [word: string, status: 'success' | 'warning' | 'danger']> = {
  done: ['Done', 'success'],
  denied: ['Denied', 'warning'],
  failed: ['Failed', 'danger'],
};

/** How it ended. */
export function OutcomeLabel({ outcome }: { outcome: AuditOutcome }): ReactElement {
  const [word, status] = WORDS[outcome];
  return (
    <Label isCompact variant="outline" status={status}>
      {word}
    </Label>
  );
}
