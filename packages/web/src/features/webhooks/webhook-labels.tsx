import { Label, type LabelProps } from '@patternfly/react-core';
import type { Webhook, WebhookDelivery } from '@pharos/contract';
import type { ComponentType, ReactElement } from 'react';
import {
  CheckCircleIcon,
  ClockIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  MinusCircleIcon,
} from '../../components/icons.ts';
import { type Health, healthOf, STATE_WORDS } from './webhook-words.ts';

type Look = { word: string; color: NonNullable<LabelProps['color']>; icon: ComponentType };

const HEALTH: Readonly<Record<Health, Look>> = {
  on: { word: 'On', color: 'green', icon: CheckCircleIcon },
  failing: { word: 'Failing', color: 'red', icon: ExclamationCircleIcon },
  off: { word: 'Off', color: 'grey', icon: MinusCircleIcon },
  'switched-off': { word: 'Switched off by Pharos', color: 'yellow', icon: ExclamationTriangleIcon },
};

const STATES: Readonly<Record<WebhookDelivery['state'], Omit<Look, 'word'>>> = {
  waiting: { color: 'blue', icon: ClockIcon },
  delivered: { color: 'green', icon: CheckCircleIcon },
  failed: { color: 'red', icon: ExclamationCircleIcon },
};

export function WebhookHealthLabel({ webhook }: { webhook: Webhook }): ReactElement {
  const { word, color, icon: Icon } = HEALTH[healthOf(webhook)];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {word}
    </Label>
  );
}

export function DeliveryStateLabel({
  state,
  status,
}: {
  state: WebhookDelivery['state'];
  status: number | null;
}): ReactElement {
  const { color, icon: Icon } = STATES[state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {STATE_WORDS[state]}
      {status === null ? '' : ` (${status})`}
    </Label>
  );
}
