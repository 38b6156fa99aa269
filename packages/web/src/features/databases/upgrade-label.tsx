import { Label } from '@patternfly/react-core';
import type { ClusterUpgrade } from '@pharos/contract';
import type { ComponentType, ReactElement } from 'react';
import {
  BanIcon,
  CheckCircleIcon,
  ClockIcon,
  ExclamationTriangleIcon,
  MinusCircleIcon,
  SyncAltIcon,
} from '../../components/icons.ts';
import { UPGRADE_STATES } from './upgrade-words.ts';

const ICONS: Readonly<Record<ClusterUpgrade['state'], ComponentType>> = {
  requested: ClockIcon,
  scheduled: ClockIcon,
  applying: SyncAltIcon,
  verified: CheckCircleIcon,
  unverified: ExclamationTriangleIcon,
  stopped: BanIcon,
  cancelled: MinusCircleIcon,
};

/** Where an upgrade stands. */
export function UpgradeStateLabel({ state }: Pick<ClusterUpgrade, 'state'>): ReactElement {
  const { word, color } = UPGRADE_STATES[state];
  const Icon = ICONS[state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {word}
    </Label>
  );
}
