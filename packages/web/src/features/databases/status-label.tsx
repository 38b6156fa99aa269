import { Label } from '@patternfly/react-core';
import type { ClusterStatus } from '@pharos/contract';
import type { ReactElement } from 'react';
import {
  CheckCircleIcon,
  ClockIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  MinusCircleIcon,
  SyncAltIcon,
} from '../../components/icons.ts';

const LOOKS = {
  file: { word: 'File', color: 'grey', icon: MinusCircleIcon },
  waiting: { word: 'Waits for an agent', color: 'blue', icon: ClockIcon },
  applying: { word: 'Being applied', color: 'blue', icon: SyncAltIcon },
  applied: { word: 'Applied', color: 'green', icon: CheckCircleIcon },
  drifted: { word: 'Drifted', color: 'yellow', icon: ExclamationTriangleIcon },
  failed: { word: 'Failed', color: 'red', icon: ExclamationCircleIcon },
  deleting: { word: 'Being deleted', color: 'blue', icon: SyncAltIcon },
  deleted: { word: 'Deleted', color: 'grey', icon: MinusCircleIcon },
} as const;

/** What agents reported of a cluster. */
export function StatusLabel({ status }: { status: ClusterStatus }): ReactElement {
  const {
    word,
    color,
    icon: Icon,
  } = LOOKS[status.state === 'applied' && status.code === 'drifted' ? 'drifted' : status.state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {word}
    </Label>
  );
}
