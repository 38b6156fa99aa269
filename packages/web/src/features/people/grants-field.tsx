import { Button, FormGroup, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import type { UserRole } from '@pharos/contract';
import type { ReactElement } from 'react';
import { ROLE_NAMES, ROLE_WORDS, USER_ROLES } from '../../components/roles.ts';
import { type GrantDraft, newGrant, WHERE_WORDS, type Where } from './grant-draft.ts';

interface GrantsFieldProps {
  id: string;
  value: readonly GrantDraft[];
  onChange: (value: GrantDraft[]) => void;
  problem?: string | undefined;
}

/** Roles, and where each holds. */
export function GrantsField({ id, value, onChange, problem }: GrantsFieldProps): ReactElement {
  const set = (index: number, change: Partial<GrantDraft>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...change } : each)));
  return (
    <FormGroup role="group" label="Roles" fieldId={id} isStack>
      {value.map((grant, index) => (
        <div key={grant.key} className="ph-stack-tiny">
          <div className="ph-inline-list">
            <FormSelect
              value={grant.role}
              onChange={(_, role) => set(index, { role: role as UserRole })}
              aria-label={`Role ${index + 1}`}
              className="ph-grant-select"
            >
              {USER_ROLES.map((role) => (
                <FormSelectOption key={role} value={role} label={ROLE_NAMES[role]} />
              ))}
            </FormSelect>
            <FormSelect
              value={grant.where}
              onChange={(_, where) => set(index, { where: where as Where })}
              aria-label={`Where role ${index + 1} holds`}
              className="ph-grant-select"
            >
              {(Object.keys(WHERE_WORDS) as Where[]).map((where) => (
                <FormSelectOption key={where} value={where} label={WHERE_WORDS[where]} />
              ))}
            </FormSelect>
            {grant.where === 'everywhere' ? null : (
              <TextInput
                value={grant.text}
                onChange={(_, text) => set(index, { text })}
                aria-label={
                  grant.where === 'location' ? `Location of role ${index + 1}` : `Pattern of role ${index + 1}`
                }
                placeholder={grant.where === 'location' ? 'eu-west' : 'edb/**'}
                className="ph-grant-select"
              />
            )}
            <Button
              variant="link"
              isInline
              onClick={() => onChange(value.filter((_, at) => at !== index))}
              aria-label={`Remove role ${index + 1}`}
            >
              Remove
            </Button>
          </div>
          <p className="ph-quiet">{ROLE_WORDS[grant.role]}</p>
        </div>
      ))}
      {value.length === 0 ? <p className="ph-quiet">No role: can sign in, and sees nothing.</p> : null}
      {problem ? <p role="alert">{problem}</p> : null}
      <div>
        <Button variant="link" isInline onClick={() => onChange([...value, newGrant()])}>
          Add a role
        </Button>
      </div>
    </FormGroup>
  );
}
