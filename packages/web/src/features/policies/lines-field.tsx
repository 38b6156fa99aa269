import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement, ReactNode } from 'react';
import { noteId } from '../../components/form-field.tsx';
import { Marked } from '../../components/marked.tsx';
import { lineOf, linesOf } from './policy-draft.ts';

interface LinesFieldProps {
  id: string;
  label: string;
  text: string;
  onChange: (text: string) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  /** Of the list in the policy, e.g. `scope.repositories`. */
  path: string;
  helper: ReactNode;
  placeholder?: string;
  rows?: number;
}

/** A list, one a line, so that a long one can be pasted; what is wrong is said with its line. */
export function LinesField(props: LinesFieldProps): ReactElement {
  const { id, label, text, onChange, problems, path, helper, placeholder, rows = 3 } = props;
  const wrong = [...problems].filter(([key]) => key === path || key.startsWith(`${path}.`));
  return (
    <FormGroup label={label} fieldId={id}>
      <TextArea
        id={id}
        className="ph-code-input"
        value={text}
        onChange={(_, value) => onChange(value)}
        rows={rows}
        resizeOrientation="vertical"
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="off"
        validated={wrong.length > 0 ? 'error' : 'default'}
        aria-describedby={noteId(id)}
      />
      <FormHelperText>
        <HelperText id={noteId(id)} isLiveRegion={wrong.length > 0}>
          {wrong.map(([key, { message, position }]) => {
            const place = key === path ? null : Number(key.slice(path.length + 1));
            return (
              <HelperTextItem key={key} variant="error">
                {place === null ? message : `Line ${lineOf(text, place)}: ${message}`}
                {place === null || position === undefined ? null : (
                  <Marked text={linesOf(text)[place] ?? ''} position={position} />
                )}
              </HelperTextItem>
            );
          })}
          <HelperTextItem>{helper}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
