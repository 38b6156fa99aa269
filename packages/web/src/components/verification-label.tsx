import { Label, type LabelProps } from '@patternfly/react-core';
import type { VerificationOutcome, VerificationState } from '@pharos/contract';
import type { ComponentType, ReactElement } from 'react';
import {
  CheckCircleIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  MinusCircleIcon,
  QuestionCircleIcon,
  SyncAltIcon,
} from './icons.ts';

type Look = readonly [word: string, color: NonNullable<LabelProps['color']>, icon: ComponentType];

/** Only one of them is green: everything but a verified signature is no pass. */
const STATES: Readonly<Record<VerificationState, Look>> = {
  verified: ['Signature verified', 'green', CheckCircleIcon],
  partial: ['Only platforms signed', 'yellow', ExclamationTriangleIcon],
  failed: ['Not verified', 'red', ExclamationCircleIcon],
  unsupported: ['Cannot be verified', 'yellow', QuestionCircleIcon],
  untrusted: ['Signed, not trusted', 'yellow', ExclamationTriangleIcon],
  checking: ['Being verified', 'blue', SyncAltIcon],
  none: ['Not signed', 'grey', MinusCircleIcon],
};

const OUTCOMES: Readonly<Record<VerificationOutcome, Look>> = {
  verified: ['Verified', 'green', CheckCircleIcon],
  failed: ['Not verified', 'red', ExclamationCircleIcon],
  unsupported: ['Cannot be verified', 'yellow', QuestionCircleIcon],
};

export function VerificationLabel({ state }: { state: VerificationState }): ReactElement {
  return <Drawn look={STATES[state]} />;
}

export function VerificationOutcomeLabel({ outcome }: { outcome: VerificationOutcome }): ReactElement {
  return <Drawn look={OUTCOMES[outcome]} />;
}

function Drawn({ look: [word, color, Icon] }: { look: Look }): ReactElement {
  return (
    <Label color={color} icon={<Icon />} variant="outline" isCompact>
      {word}
    </Label>
  );
}
