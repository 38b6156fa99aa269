import { Label } from '@patternfly/react-core';
import type { Source } from '@pharos/contract';
import type { ReactElement } from 'react';

/** Where a registry was written: here, or in an agent's file, and then it is read-only here. */
export function SourceLabel({ source }: { source: Source }): ReactElement {
  return (
    <Label isCompact variant="outline">
      {source === 'file' ? 'Agent file' : 'Pharos'}
    </Label>
  );
}
