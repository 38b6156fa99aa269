import { Badge, MenuToggle, Select, SelectList, SelectOption } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { formatCount } from './format.ts';

export interface FacetOption {
  value: string;
  label: string;
  count?: number | undefined;
}

interface FacetProps {
  label: string;
  options: readonly FacetOption[];
  value: string | undefined;
  /** undefined: no restriction. */
  onChange: (value: string | undefined) => void;
  /** What the unrestricted choice is called. */
  anyLabel?: string;
}

/** One filter with its choices and, where the server gives them, their counts. */
export function Facet({ label, options, value, onChange, anyLabel = 'All' }: FacetProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const chosen = options.find((option) => option.value === value);
  return (
    <Select
      isOpen={isOpen}
      selected={value ?? ''}
      onOpenChange={setOpen}
      onSelect={(_, picked) => {
        setOpen(false);
        onChange(picked === '' ? undefined : String(picked));
      }}
      shouldFocusToggleOnSelect
      popperProps={{ appendTo: 'inline' }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {label}: <strong>{chosen?.label ?? value ?? anyLabel}</strong>
        </MenuToggle>
      )}
    >
      <SelectList aria-label={label} className="ph-menu">
        <SelectOption value="">{anyLabel}</SelectOption>
        {options.map((option) => (
          <SelectOption key={option.value} value={option.value}>
            {option.label} {option.count === undefined ? null : <Badge isRead>{formatCount(option.count)}</Badge>}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
