import { Label } from '@patternfly/react-core';
import type { PolicySpec } from '@pharos/contract';
import type { ReactElement } from 'react';
import { CheckCircleIcon, InfoCircleIcon, MinusCircleIcon } from '../../components/icons.ts';

/** Whether a policy counts. */
export function ModeLabel({
  policy: { enabled, mode },
}: {
  policy: Pick<PolicySpec, 'enabled' | 'mode'>;
}): ReactElement {
  if (!enabled) {
    return (
      <Label isCompact icon={<MinusCircleIcon />}>
        Switched off
      </Label>
    );
  }
  return mode === 'enforce' ? (
    <Label isCompact color="blue" icon={<CheckCircleIcon />}>
      Enforced
    </Label>
  ) : (
    <Label isCompact variant="outline" icon={<InfoCircleIcon />}>
      Reports only
    </Label>
  );
}
