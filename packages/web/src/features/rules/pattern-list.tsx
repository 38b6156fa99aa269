import { Button, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import { type ReactElement, type ReactNode, useId } from 'react';
import { PlusCircleIcon, TimesIcon } from '../../components/icons.ts';
import { Marked } from '../../components/marked.tsx';
import { placeOf } from './rule-draft.ts';

interface PatternListProps {
  label: string;
  /** What one pattern is called, e.g. "repository pattern". */
  one: string;
  patterns: readonly string[];
  onChange: (patterns: string[]) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  /** Where the patterns stand in the rule, e.g. `tags.0.exclude`. */
  path: string;
  helper?: ReactNode;
  placeholder?: string;
  isDisabled: boolean;
  isRequired?: boolean;
}

/** One pattern a row, each with its own error and the place in it. */
export function PatternList(props: PatternListProps): ReactElement {
  const { label, one, patterns, onChange, problems, path, helper, placeholder, isDisabled, isRequired } = props;
  const id = useId();
  const whole = problems.get(path);
  const set = (row: number, text: string) => onChange(patterns.map((each, index) => (index === row ? text : each)));
  return (
    <FormGroup label={label} role="group" fieldId={id} isRequired={isRequired}>
      <div className="ph-stack-tiny">
        {patterns.map((pattern, row) => (
          <PatternRow
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            key={row}
            id={`${id}-${row}`}
            label={`${one} ${row + 1}`}
            pattern={pattern}
            problem={problems.get(`${path}.${placeOf(patterns, row)}`)}
            placeholder={placeholder}
            isDisabled={isDisabled}
            onChange={(text) => set(row, text)}
            onRemove={() => onChange(patterns.filter((_, index) => index !== row))}
          />
        ))}
        {isDisabled ? (
          patterns.length === 0 ? (
            <span className="ph-quiet">none</span>
          ) : null
        ) : (
          <span>
            <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => onChange([...patterns, ''])}>
              Add {one}
            </Button>
          </span>
        )}
      </div>
      {helper || whole ? (
        <FormHelperText>
          <HelperText>
            {whole ? <HelperTextItem variant="error">{whole.message}</HelperTextItem> : null}
            {helper ? <HelperTextItem>{helper}</HelperTextItem> : null}
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}

interface PatternRowProps {
  id: string;
  label: string;
  pattern: string;
  problem: FieldProblem | undefined;
  placeholder: string | undefined;
  isDisabled: boolean;
  onChange: (text: string) => void;
  onRemove: () => void;
}

function PatternRow({ id, label, pattern, problem, placeholder, isDisabled, onChange, onRemove }: PatternRowProps) {
  return (
    <div>
      <div className="ph-pattern">
        <TextInput
          id={id}
          aria-label={label}
          value={pattern}
          onChange={(_, text) => onChange(text)}
          placeholder={placeholder}
          validated={problem ? 'error' : 'default'}
          aria-describedby={problem ? `${id}-problem` : undefined}
          maxLength={512}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          readOnlyVariant={isDisabled ? 'default' : undefined}
        />
        {isDisabled ? null : (
          <Button variant="plain" aria-label={`Remove ${label}`} icon={<TimesIcon />} onClick={onRemove} />
        )}
      </div>
      {problem ? (
        <HelperText id={`${id}-problem`} isLiveRegion>
          <HelperTextItem variant="error">
            {problem.message}
            {problem.position === undefined ? null : <Marked text={pattern.trim()} position={problem.position} />}
          </HelperTextItem>
        </HelperText>
      ) : null}
    </div>
  );
}
