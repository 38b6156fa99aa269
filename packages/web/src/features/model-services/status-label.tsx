import { Label } from '@patternfly/react-core';
import type { ServiceProbe, ServingStatus } from '@pharos/contract';
import type { ReactElement } from 'react';
import {
  CheckCircleIcon,
  ClockIcon,
  ExclamationCircleIcon,
  MinusCircleIcon,
  QuestionCircleIcon,
  SyncAltIcon,
} from '../../components/icons.ts';

const LOOKS = {
  file: { word: 'File', color: 'grey', icon: MinusCircleIcon },
  waiting: { word: 'Waits for an agent', color: 'blue', icon: ClockIcon },
  starting: { word: 'Starting', color: 'blue', icon: SyncAltIcon },
  ready: { word: 'Ready', color: 'green', icon: CheckCircleIcon },
  failed: { word: 'Failed', color: 'red', icon: ExclamationCircleIcon },
  deleting: { word: 'Being deleted', color: 'blue', icon: SyncAltIcon },
} as const;

/** What agents reported of a deployment. */
export function ServingLabel({ status }: { status: Pick<ServingStatus, 'state'> }): ReactElement {
  const { word, color, icon: Icon } = LOOKS[status.state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {word}
    </Label>
  );
}

const PROBES = {
  ready: { word: 'Answers', color: 'green', icon: CheckCircleIcon },
  failed: { word: 'Fails', color: 'red', icon: ExclamationCircleIcon },
  unknown: { word: 'Not asked yet', color: 'grey', icon: QuestionCircleIcon },
} as const;

/** What came of the last time a service was asked. */
export function ProbeLabel({ probe }: { probe: Pick<ServiceProbe, 'state'> }): ReactElement {
  const { word, color, icon: Icon } = PROBES[probe.state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {word}
    </Label>
  );
}

export const TARGET_NAMES = { kserve: 'KServe', 'nim-operator': 'NIM Operator' } as const;
