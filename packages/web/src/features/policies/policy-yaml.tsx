import { TextArea } from '@patternfly/react-core';
import type { PolicySpec } from '@pharos/contract';
import { type ReactElement, useEffect, useState } from 'react';
import { CopyButton } from '../../components/digest.tsx';
import { FormField, noteId } from '../../components/form-field.tsx';
import { fileOf, policyOf, readFile } from './policy-file.ts';
import { problemsOf } from './policy-problems.ts';
import type { Names } from './requirement-words.ts';

interface PolicyYamlProps {
  spec: PolicySpec;
  /** All of them: what is not there cannot be named. */
  names: Names;
  onChange: (spec: PolicySpec) => void;
  /** Whether what is written is a policy: else the form still holds the last one that was. */
  onValid: (isValid: boolean) => void;
}

/** The policy as a file, to be written, pasted or copied. Loaded only where somebody asks for it. */
export default function PolicyYaml({ spec, names, onChange, onValid }: PolicyYamlProps): ReactElement {
  const [text, setText] = useState(() => fileOf(spec, names));
  const { value, problem } = readFile(text, names);
  const policy = policyOf(value);
  const wrong = problem === null ? [...problemsOf(value).values()] : [];
  const isValid = policy !== null;
  useEffect(() => onValid(isValid), [isValid, onValid]);
  const change = (typed: string) => {
    setText(typed);
    const read = policyOf(readFile(typed, names).value);
    if (read !== null) onChange(read);
  };
  const message = problem ?? wrong.map((each) => `${each.path}: ${each.message}`).join(' ');
  return (
    <div className="ph-stack-tiny">
      <FormField
        id="policy-yaml"
        label="Policy file"
        problem={isValid ? undefined : { path: '', message }}
        helper="The file that pharos policies reads; docs/policies.md names all that can be asked for."
      >
        <TextArea
          id="policy-yaml"
          className="ph-code-input"
          value={text}
          onChange={(_, typed) => change(typed)}
          rows={24}
          resizeOrientation="vertical"
          spellCheck={false}
          autoCapitalize="off"
          validated={isValid ? 'default' : 'error'}
          aria-describedby={noteId('policy-yaml')}
        />
      </FormField>
      <span>
        <CopyButton text={text} what="policy file" />
      </span>
    </div>
  );
}
