import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';

export type Fact = readonly [term: string, value: ReactNode];

/** Names and values; facts that are null are left out. */
export function Facts({ facts, label }: { facts: readonly (Fact | null)[]; label: string }): ReactElement {
  return (
    <DescriptionList
      isHorizontal
      isCompact
      aria-label={label}
      horizontalTermWidthModifier={{ default: '9rem' }}
      className="ph-facts"
    >
      {facts
        .filter((fact) => fact !== null)
        .map(([term, value]) => (
          <DescriptionListGroup key={term}>
            <DescriptionListTerm>{term}</DescriptionListTerm>
            <DescriptionListDescription>{value}</DescriptionListDescription>
          </DescriptionListGroup>
        ))}
    </DescriptionList>
  );
}
