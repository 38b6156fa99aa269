import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import { type ReactElement, type ReactNode, useId, useState } from 'react';
import { plural } from '../../components/format.ts';

const MANY = 10;

interface ChoiceListProps {
  label: string;
  options: ReadonlyMap<string, string>;
  values: readonly string[];
  onChange: (values: string[]) => void;
  problem?: FieldProblem | undefined;
  helper?: ReactNode;
  /** What stands here when there is nothing to choose. */
  empty: ReactNode;
}

/** Several of a few: checkboxes, with a filter where they are many. What is chosen and gone can be taken away. */
export function ChoiceList({
  label,
  options,
  values,
  onChange,
  problem,
  helper,
  empty,
}: ChoiceListProps): ReactElement {
  const id = useId();
  const [filter, setFilter] = useState('');
  const gone = values.filter((value) => !options.has(value));
  const all = [...gone.map((value) => [value, `${value} (gone)`] as const), ...options];
  const shown = all.filter(
    ([value, name]) => values.includes(value) || name.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  return (
    <FormGroup label={label} role="group" fieldId={id}>
      <div className="ph-stack-tiny">
        {all.length > MANY ? (
          <TextInput
            type="search"
            aria-label={`Filter ${label.toLowerCase()}`}
            placeholder={`Filter ${plural(all.length, 'choice')}`}
            value={filter}
            onChange={(_, text) => setFilter(text)}
          />
        ) : null}
        {all.length === 0 ? (
          <p className="ph-quiet">{empty}</p>
        ) : (
          <div className="ph-choices">
            {shown.map(([value, name]) => (
              <Checkbox
                key={value}
                id={`${id}-${value}`}
                label={name}
                isChecked={values.includes(value)}
                onChange={(_, on) => onChange(on ? [...values, value] : values.filter((each) => each !== value))}
              />
            ))}
          </div>
        )}
      </div>
      {helper || problem ? (
        <FormHelperText>
          <HelperText isLiveRegion={problem !== undefined}>
            {problem ? <HelperTextItem variant="error">{problem.message}</HelperTextItem> : null}
            {helper ? <HelperTextItem>{helper}</HelperTextItem> : null}
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}
