import {
  Button,
  FormGroup,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import { type ReactElement, useId } from 'react';
import { PlusCircleIcon, TimesIcon } from '../../components/icons.ts';
import { Marked } from '../../components/marked.tsx';
import type { AnnotationDraft } from './clause-draft.ts';
import { placeOf } from './rule-draft.ts';

const TESTS = [
  ['equals', 'is'],
  ['matches', 'matches'],
  ['exists', 'is there'],
  ['absent', 'is not there'],
] as const;

interface AnnotationFieldsProps {
  annotations: readonly AnnotationDraft[];
  onChange: (annotations: AnnotationDraft[]) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

/** Conditions on annotations, one a row; all of them have to be true. */
export function AnnotationFields({ annotations, onChange, problems, isDisabled }: AnnotationFieldsProps): ReactElement {
  const id = useId();
  const keys = annotations.map(({ key }) => key);
  const set = (row: number, patch: Partial<AnnotationDraft>) =>
    onChange(annotations.map((each, index) => (index === row ? { ...each, ...patch } : each)));
  return (
    <FormGroup label="Annotations an image must have" role="group" fieldId={id}>
      <div className="ph-stack-tiny">
        {annotations.map(({ key, test, value }, row) => {
          const path = `annotations.${placeOf(keys, row)}`;
          const problem = ['', '.key', '.equals', '.matches'].map((end) => problems.get(path + end)).find(Boolean);
          const hasValue = test === 'equals' || test === 'matches';
          const label = `annotation ${row + 1}`;
          const described = problem ? { 'aria-describedby': `${id}-${row}-problem` } : {};
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            <div key={row}>
              <div className="ph-pattern ph-annotation">
                <TextInput
                  aria-label={`Key of ${label}`}
                  value={key}
                  placeholder="org.opencontainers.image.vendor"
                  isDisabled={isDisabled}
                  autoComplete="off"
                  onChange={(_, text) => set(row, { key: text })}
                  validated={problem ? 'error' : 'default'}
                  {...described}
                />
                <FormSelect
                  aria-label={`Test of ${label}`}
                  value={test}
                  isDisabled={isDisabled}
                  onChange={(_, word) => set(row, { test: word as AnnotationDraft['test'] })}
                >
                  {TESTS.map(([word, shown]) => (
                    <FormSelectOption key={word} value={word} label={shown} />
                  ))}
                </FormSelect>
                {hasValue ? (
                  <TextInput
                    aria-label={`Value of ${label}`}
                    value={value}
                    isDisabled={isDisabled}
                    autoComplete="off"
                    onChange={(_, text) => set(row, { value: text })}
                    {...described}
                  />
                ) : null}
                {isDisabled ? null : (
                  <Button
                    variant="plain"
                    aria-label={`Remove ${label}`}
                    icon={<TimesIcon />}
                    onClick={() => onChange(annotations.filter((_, index) => index !== row))}
                  />
                )}
              </div>
              {problem ? (
                <HelperText id={`${id}-${row}-problem`} isLiveRegion>
                  <HelperTextItem variant="error">
                    {problem.message}
                    {problem.position === undefined ? null : <Marked text={value.trim()} position={problem.position} />}
                  </HelperTextItem>
                </HelperText>
              ) : null}
            </div>
          );
        })}
        {isDisabled ? null : (
          <span>
            <Button
              variant="link"
              isInline
              icon={<PlusCircleIcon />}
              onClick={() => onChange([...annotations, { key: '', test: 'equals', value: '' }])}
            >
              Add annotation
            </Button>
          </span>
        )}
        <HelperText>
          <HelperTextItem>
            Where an image has no such annotation, its label of the same name counts. In what matches, * stands for any
            text, and re: begins a regular expression. Images have to be read for this.
          </HelperTextItem>
        </HelperText>
      </div>
    </FormGroup>
  );
}
