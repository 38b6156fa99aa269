import { Button, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { PlusCircleIcon, TimesIcon } from '../../components/icons.ts';
import type { Asked, AttestationDraft } from './policy-draft.ts';

interface AttestationFieldsProps {
  value: readonly AttestationDraft[];
  onChange: (patch: Asked) => void;
  problems: ReadonlyMap<string, FieldProblem>;
}

/** Types of attestations, all of which have to be there, each with the builder that it names. */
export function AttestationFields({ value, onChange, problems }: AttestationFieldsProps): ReactElement {
  const set = (row: number, patch: Partial<AttestationDraft>) =>
    onChange({ attestations: value.map((each, index) => (index === row ? { ...each, ...patch } : each)) });
  return (
    <div className="ph-stack-small">
      {value.map(({ predicateType, builder }, row) => {
        const id = `need-attestation-${row}`;
        const path = `requirements.attestations.${row}`;
        const wrongType = problems.get(`${path}.predicateType`);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <fieldset key={row} className="ph-set">
            <legend>Attestation {row + 1}</legend>
            <FormField
              id={`${id}-type`}
              label="Type"
              isRequired
              problem={wrongType}
              helper="The predicate type, exactly, e.g. https://slsa.dev/provenance/v1"
            >
              <TextInput
                id={`${id}-type`}
                value={predicateType}
                onChange={(_, text) => set(row, { predicateType: text })}
                validated={wrongType ? 'error' : 'default'}
                aria-describedby={noteId(`${id}-type`)}
                autoComplete="off"
                spellCheck={false}
              />
            </FormField>
            <FormField
              id={`${id}-builder`}
              label="Builder"
              problem={problems.get(`${path}.builder`)}
              helper="Of SLSA provenance; * stands for any characters. Empty: any."
            >
              <TextInput
                id={`${id}-builder`}
                value={builder}
                onChange={(_, text) => set(row, { builder: text })}
                aria-describedby={noteId(`${id}-builder`)}
                autoComplete="off"
                spellCheck={false}
              />
            </FormField>
            {value.length === 1 ? null : (
              <span>
                <Button
                  variant="link"
                  isInline
                  icon={<TimesIcon />}
                  onClick={() => onChange({ attestations: value.filter((_, index) => index !== row) })}
                >
                  Remove attestation {row + 1}
                </Button>
              </span>
            )}
          </fieldset>
        );
      })}
      {value.length >= 10 ? null : (
        <span>
          <Button
            variant="link"
            isInline
            icon={<PlusCircleIcon />}
            onClick={() => onChange({ attestations: [...value, { predicateType: '', builder: '' }] })}
          >
            Add attestation
          </Button>
        </span>
      )}
    </div>
  );
}
