import { FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import type { RuleDraft } from './rule-draft.ts';

interface ScheduleFieldsProps {
  draft: RuleDraft;
  onChange: (patch: Partial<RuleDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

const WAYS: readonly [RuleDraft['reads'], string][] = [
  ['with-registry', 'Whenever the registry is read'],
  ['every', 'At least so long apart'],
  ['cron', 'After certain times'],
];

/** When the repositories of a rule are read, where that is less often than their registry. */
export function ScheduleFields({ draft, onChange, problems, isDisabled }: ScheduleFieldsProps): ReactElement {
  const input = (field: 'every' | 'cron' | 'zone', example: string) => (
    <TextInput
      id={`rule-${field}`}
      value={draft[field]}
      onChange={(_, value) => onChange({ [field]: value })}
      validated={problems.has(`schedule.${field}`) ? 'error' : 'default'}
      isDisabled={isDisabled}
      placeholder={example}
      aria-describedby={noteId(`rule-${field}`)}
      autoComplete="off"
      spellCheck={false}
    />
  );
  return (
    <>
      <FormField
        id="rule-reads"
        label="Repositories are read"
        problem={problems.get('schedule')}
        helper="Never more often than the registry’s interval. A notification of the registry is followed at once all the same."
      >
        <FormSelect
          id="rule-reads"
          value={draft.reads}
          isDisabled={isDisabled}
          aria-describedby={noteId('rule-reads')}
          onChange={(_, value) => onChange({ reads: value as RuleDraft['reads'] })}
        >
          {WAYS.map(([value, label]) => (
            <FormSelectOption key={value} value={value} label={label} />
          ))}
        </FormSelect>
      </FormField>
      {draft.reads === 'every' ? (
        <FormField
          id="rule-every"
          label="Time between two readings"
          problem={problems.get('schedule.every')}
          helper="For example 6h or 1d."
        >
          {input('every', '6h')}
        </FormField>
      ) : null}
      {draft.reads === 'cron' ? (
        <div className="ph-pair">
          <FormField
            id="rule-cron"
            label="Times"
            problem={problems.get('schedule.cron')}
            helper="Minute, hour, day, month, weekday. 0 3 * * * is every day at three."
          >
            {input('cron', '0 3 * * *')}
          </FormField>
          <FormField
            id="rule-zone"
            label="Time zone"
            problem={problems.get('schedule.zone')}
            helper="For example Europe/Berlin. Empty: UTC."
          >
            {input('zone', 'UTC')}
          </FormField>
        </div>
      ) : null}
    </>
  );
}
