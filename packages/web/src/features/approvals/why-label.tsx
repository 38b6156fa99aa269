import { Label } from '@patternfly/react-core';
import type { ApprovalWhy } from '@pharos/contract';
import type { ReactElement } from 'react';
import { BellIcon, ClockIcon, InfoCircleIcon } from '../../components/icons.ts';

export const WHY_WORDS: Readonly<Record<ApprovalWhy, string>> = {
  requested: 'Requested',
  newer: 'New build',
  waiting: 'Waiting',
};

const LOOKS = {
  requested: { color: 'blue', icon: BellIcon },
  newer: { color: 'teal', icon: InfoCircleIcon },
  waiting: { color: 'grey', icon: ClockIcon },
} as const;

/** Why an image is in the queue. */
export function WhyLabel({ why }: { why: ApprovalWhy }): ReactElement {
  const { color, icon: Icon } = LOOKS[why];
  return (
    <Label isCompact color={color} icon={<Icon />} variant="outline">
      {WHY_WORDS[why]}
    </Label>
  );
}
