import { Label, type LabelProps } from '@patternfly/react-core';
import type { Rollout } from '@pharos/contract';
import type { ComponentType, ReactElement } from 'react';
import { BanIcon, CheckCircleIcon, ClockIcon, SyncAltIcon } from '../../components/icons.ts';

const WAITING = { color: 'blue', icon: ClockIcon } as const;
const STATES: Record<Rollout['state'], { word: string; color: NonNullable<LabelProps['color']>; icon: ComponentType }> =
  {
    drawn: { word: 'Drawn', color: 'grey', icon: ClockIcon },
    canary: { word: 'Going to canaries', color: 'blue', icon: SyncAltIcon },
    'waiting-for-health': { word: 'Waiting for health', ...WAITING },
    'waiting-for-person': { word: 'Waiting for a person', ...WAITING },
    'waiting-for-window': { word: 'Waiting for the window', ...WAITING },
    out: { word: 'Out', color: 'green', icon: CheckCircleIcon },
    stopped: { word: 'Stopped', color: 'red', icon: BanIcon },
  };

/** Where an edition stands on its way to the clusters. */
export function RolloutLabel({ state }: { state: Rollout['state'] }): ReactElement {
  const { word, color, icon: Icon } = STATES[state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {word}
    </Label>
  );
}
