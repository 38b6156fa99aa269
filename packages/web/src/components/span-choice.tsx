import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { ReactElement } from 'react';

interface SpanChoiceProps<T extends number> {
  choices: readonly (readonly [days: T, name: string])[];
  value: T;
  onChange: (days: T) => void;
}

/** How far back pictures go. */
export function SpanChoice<T extends number>({ choices, value, onChange }: SpanChoiceProps<T>): ReactElement {
  return (
    <ToggleGroup aria-label="How far back" isCompact>
      {choices.map(([days, name]) => (
        <ToggleGroupItem key={days} text={name} isSelected={days === value} onChange={() => onChange(days)} />
      ))}
    </ToggleGroup>
  );
}
