import { Button, Form, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import type { ApprovalRule } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useState } from 'react';
import { approvalRulesQuery, useCreateApprovalRule, useDeleteApprovalRule } from '../../api/approvals.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { UserIcon } from '../../components/icons.ts';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError, EmptyState, QueryView } from '../../components/states.tsx';

const PEOPLE = {
  1: 'Who asked never approves',
  2: 'Two people: one asks, another one approves',
} as const;

/** Where an approval takes more than one person. */
export function RulesPanel(): ReactElement {
  const rules = useQuery(approvalRulesQuery);
  const remove = useDeleteApprovalRule();
  const mayWrite = useMay('approval-rules:write');
  const columns = mayWrite ? [...COLUMNS, removal(remove.mutate, remove.isPending)] : COLUMNS;
  return (
    <div className="ph-stack">
      <p>
        For an image that stands in several repositories the strictest rule counts. Tokens count as their owner; robots
        and policies are no people.
      </p>
      <ActionError error={remove.error} what="Not removed" />
      <QueryView query={rules} what="the rules">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No rule yet" icon={UserIcon}>
              One approver decides about every image, also about what they asked for themselves.
            </EmptyState>
          ) : (
            <DataTable label="Rules for approvals" columns={columns} rows={items} rowKey={(rule) => rule.id} />
          )
        }
      </QueryView>
      {mayWrite ? <NewRule /> : null}
    </div>
  );
}

const COLUMNS: readonly Column<ApprovalRule>[] = [
  { label: 'Repositories', modifier: 'breakWord', cell: ({ pattern }) => <code>{pattern}</code> },
  { label: 'Rule', cell: ({ people }) => PEOPLE[people] },
  {
    label: 'Made',
    cell: ({ createdAt, createdBy }) => (
      <span>
        <RelativeTime time={createdAt} /> by {createdBy}
      </span>
    ),
  },
];

function removal(onRemove: (id: string) => void, isBusy: boolean): Column<ApprovalRule> {
  return {
    label: 'Actions',
    hideLabel: true,
    modifier: 'fitContent',
    cell: ({ id, pattern }) => (
      <Button
        variant="link"
        isInline
        isDisabled={isBusy}
        aria-label={`Remove the rule for ${pattern}`}
        onClick={() => onRemove(id)}
      >
        Remove
      </Button>
    ),
  };
}

function NewRule(): ReactElement {
  const create = useCreateApprovalRule();
  const [pattern, setPattern] = useState('');
  const [people, setPeople] = useState<'1' | '2'>('2');
  const errors = fieldErrors(create.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (pattern.trim() === '') return;
    const body = { pattern: pattern.trim(), people: people === '1' ? (1 as const) : (2 as const) };
    create.mutate(body, { onSuccess: () => setPattern('') });
  };
  return (
    <Panel title="Add a rule">
      <Form onSubmit={save} isWidthLimited>
        {errors.size > 0 ? null : <ActionError error={create.error} what="Not added" />}
        <FormField
          id="rule-pattern"
          label="Repositories"
          isRequired
          helper="A glob over names, e.g. prod/** or *postgres*; ** is every repository."
          problem={errors.get('pattern')}
          typed={pattern}
        >
          <TextInput
            id="rule-pattern"
            value={pattern}
            onChange={(_, value) => setPattern(value)}
            aria-describedby={noteId('rule-pattern')}
            isRequired
          />
        </FormField>
        <FormField id="rule-people" label="Rule">
          <FormSelect id="rule-people" value={people} onChange={(_, value) => setPeople(value as '1' | '2')}>
            <FormSelectOption value="2" label={PEOPLE[2]} />
            <FormSelectOption value="1" label={PEOPLE[1]} />
          </FormSelect>
        </FormField>
        <div>
          <Button type="submit" isLoading={create.isPending} isDisabled={create.isPending || pattern.trim() === ''}>
            Add rule
          </Button>
        </div>
      </Form>
    </Panel>
  );
}
