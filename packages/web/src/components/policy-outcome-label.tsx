import { Label, type LabelProps } from '@patternfly/react-core';
import type { PolicyOutcome } from '@pharos/contract';
import type { ComponentType, ReactElement } from 'react';
import { CheckCircleIcon, ExclamationCircleIcon, QuestionCircleIcon } from './icons.ts';

/** Only one of them is green: what is not known is no pass. */
const OUTCOMES: Readonly<
  Record<PolicyOutcome, readonly [word: string, color: NonNullable<LabelProps['color']>, icon: ComponentType]>
> = {
  pass: ['Passes', 'green', CheckCircleIcon],
  fail: ['Fails', 'red', ExclamationCircleIcon],
  unknown: ['Not known', 'yellow', QuestionCircleIcon],
};

export function PolicyOutcomeLabel({ outcome }: { outcome: PolicyOutcome }): ReactElement {
  const [word, color, Icon] = OUTCOMES[outcome];
  return (
    <Label color={color} icon={<Icon />} variant="outline" isCompact>
      {word}
    </Label>
  );
}
