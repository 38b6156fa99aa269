import { FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement, ReactNode } from 'react';

interface FormFieldProps {
  id: string;
  label: string;
  helper?: ReactNode;
  problem?: FieldProblem | undefined;
  isRequired?: boolean;
  children: ReactNode;
}

/** A field with its label, its help and what is wrong with it. The field itself points at `noteId(id)`. */
export function FormField({ id, label, helper, problem, isRequired = false, children }: FormFieldProps): ReactElement {
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      {children}
      {helper || problem ? (
        <FormHelperText>
          <HelperText id={noteId(id)} isLiveRegion={problem !== undefined}>
            {problem ? <HelperTextItem variant="error">{problem.message}</HelperTextItem> : null}
            {helper ? <HelperTextItem>{helper}</HelperTextItem> : null}
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}

export const noteId = (id: string) => `${id}-note`;
