import { Badge, MenuToggle, Select, SelectList, SelectOption } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useState } from 'react';
import { formatCount } from './format.ts';

export interface MultiFacetOption {
  value: string;
  label: ReactNode;
  count?: number | undefined;
}

interface MultiFacetProps {
  label: string;
  options: readonly MultiFacetOption[];
  values: readonly string[];
  onChange: (values: string[]) => void;
  /** What stands in the menu when there is nothing to choose. */
  empty: string;
}

/** A filter with several choices at once: what is found has all of them. The menu stays open while choosing. */
export function MultiFacet({ label, options, values, onChange, empty }: MultiFacetProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const isChosen = (value: string) => values.some((each) => each.toLowerCase() === value.toLowerCase());
  // A name in the address that is no choice (any more) can still be taken away.
  const gone = values.filter((value) => !options.some((option) => option.value.toLowerCase() === value.toLowerCase()));
  const all = [...gone.map((value) => ({ value, label: `${value} (does not exist)`, count: undefined })), ...options];
  return (
    <Select
      role="menu"
      isOpen={isOpen}
      selected={values}
      onOpenChange={setOpen}
      onSelect={(_, picked) => {
        const value = String(picked);
        const others = values.filter((each) => each.toLowerCase() !== value.toLowerCase());
        onChange(others.length < values.length ? others : [...values, value]);
      }}
      shouldFocusToggleOnSelect={false}
      popperProps={{ appendTo: 'inline' }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {label}: <strong>{values.length === 0 ? 'Any' : values.length === 1 ? values[0] : values.length}</strong>
        </MenuToggle>
      )}
    >
      <SelectList aria-label={label} className="ph-menu">
        {all.length === 0 ? (
          <SelectOption isDisabled value="">
            {empty}
          </SelectOption>
        ) : (
          all.map((option) => (
            <SelectOption key={option.value} value={option.value} hasCheckbox isSelected={isChosen(option.value)}>
              {option.label} {option.count === undefined ? null : <Badge isRead>{formatCount(option.count)}</Badge>}
            </SelectOption>
          ))
        )}
      </SelectList>
    </Select>
  );
}
