import { FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement, ReactNode } from 'react';
import { Marked } from './marked.tsx';

interface FormFieldProps {
  id: string;
  label: string;
  helper?: ReactNode;
  problem?: FieldProblem | undefined;
  /** What was typed, for problems that point into it. */
  typed?: string;
  isRequired?: boolean;
  children: ReactNode;
}

/** A field with its label, its help and what is wrong with it. The field itself points at `noteId(id)`. */
export function FormField(props: FormFieldProps): ReactElement {
  const { id, label, helper, problem, typed, isRequired = false, children } = props;
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      {children}
      {helper || problem ? (
        <FormHelperText>
          <HelperText id={noteId(id)} isLiveRegion={problem !== undefined}>
            {problem ? (
              <HelperTextItem variant="error">
                {problem.message}
                {typed === undefined || problem.position === undefined ? null : (
                  <Marked text={typed.trim()} position={problem.position} />
                )}
              </HelperTextItem>
            ) : null}
            {helper ? <HelperTextItem>{helper}</HelperTextItem> : null}
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}

export const noteId = (id: string) => `${id}-note`;
