import { Button, FormSelect, FormSelectOption, Switch, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { registriesQuery } from '../../api/registries.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { PlusCircleIcon } from '../../components/icons.ts';
import { KIND_NAMES } from '../../components/labels.tsx';
import { ClauseFields } from './clause-fields.tsx';
import { PatternList } from './pattern-list.tsx';
import { EMPTY_TAG_SET, type RuleDraft, type TagSetDraft } from './rule-draft.ts';
import { TagSetFields } from './tag-set-fields.tsx';

interface RuleFieldsProps {
  draft: RuleDraft;
  onChange: (patch: Partial<RuleDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

/** What a rule says. */
export function RuleFields({ draft, onChange, problems, isDisabled }: RuleFieldsProps): ReactElement {
  const registries = useQuery(registriesQuery());
  const setTag = (index: number, patch: Partial<TagSetDraft>) =>
    onChange({ tags: draft.tags.map((each, place) => (place === index ? { ...each, ...patch } : each)) });
  return (
    <>
      <FormField id="rule-name" label="Name" isRequired problem={problems.get('name')}>
        <TextInput
          id="rule-name"
          value={draft.name}
          onChange={(_, name) => onChange({ name })}
          validated={problems.has('name') ? 'error' : 'default'}
          isDisabled={isDisabled}
          placeholder="PostgreSQL releases"
          autoComplete="off"
          isRequired
        />
      </FormField>
      <FormField id="rule-registry" label="Registry" problem={problems.get('registryId')}>
        <FormSelect
          id="rule-registry"
          value={draft.registryId ?? ''}
          isDisabled={isDisabled}
          onChange={(_, registryId) => onChange({ registryId: registryId === '' ? null : registryId })}
        >
          <FormSelectOption value="" label="Every registry" />
          {registries.data?.items.map(({ id, name }) => (
            <FormSelectOption key={id} value={id} label={name} />
          ))}
        </FormSelect>
      </FormField>
      <PatternList
        label="Repositories"
        one="repository pattern"
        patterns={draft.include}
        onChange={(include) => onChange({ include })}
        problems={problems}
        path="repositories.include"
        placeholder="postgresql, nim/*, re:team-[ab]/.+"
        helper={
          <>
            Plain text is the whole name; <code>*</code>, <code>?</code>, <code>[a-z]</code> and <code>{'{a,b}'}</code>{' '}
            are a glob; <code>re:</code> begins a regular expression that must match the whole name.
          </>
        }
        isDisabled={isDisabled}
        isRequired
      />
      <PatternList
        label="Repositories kept out"
        one="excluded repository pattern"
        patterns={draft.exclude}
        onChange={(exclude) => onChange({ exclude })}
        problems={problems}
        path="repositories.exclude"
        placeholder="*-dev"
        isDisabled={isDisabled}
      />
      {draft.tags.map((set, index) => (
        <TagSetFields
          // biome-ignore lint/suspicious/noArrayIndexKey: sets have no identity but their place
          key={index}
          draft={set}
          index={index}
          onChange={(patch) => setTag(index, patch)}
          onRemove={
            draft.tags.length > 1 ? () => onChange({ tags: draft.tags.filter((_, place) => place !== index) }) : null
          }
          problems={problems}
          isDisabled={isDisabled}
        />
      ))}
      {isDisabled ? null : (
        <span>
          <Button
            variant="link"
            isInline
            icon={<PlusCircleIcon />}
            onClick={() => onChange({ tags: [...draft.tags, EMPTY_TAG_SET] })}
          >
            Add another tag set
          </Button>{' '}
          <span className="ph-quiet">A tag comes in when any set takes it.</span>
        </span>
      )}
      <ClauseFields draft={draft} onChange={onChange} problems={problems} isDisabled={isDisabled} />
      <div className="ph-pair">
        <FormField
          id="rule-kind"
          label="Kind"
          problem={problems.get('kind')}
          helper="Declare it only where recognition is wrong."
        >
          <FormSelect
            id="rule-kind"
            value={draft.kind ?? ''}
            isDisabled={isDisabled}
            aria-describedby={noteId('rule-kind')}
            onChange={(_, kind) => onChange({ kind: kind === '' ? null : (kind as RuleDraft['kind']) })}
          >
            <FormSelectOption value="" label="As recognised" />
            {Object.entries(KIND_NAMES).map(([value, label]) => (
              <FormSelectOption key={value} value={value} label={label} />
            ))}
          </FormSelect>
        </FormField>
        <FormField
          id="rule-description"
          label="Description"
          problem={problems.get('description')}
          helper="For repositories that have none."
        >
          <TextInput
            id="rule-description"
            value={draft.description}
            onChange={(_, description) => onChange({ description })}
            validated={problems.has('description') ? 'error' : 'default'}
            isDisabled={isDisabled}
            aria-describedby={noteId('rule-description')}
            autoComplete="off"
          />
        </FormField>
      </div>
      <Switch
        id="rule-enabled"
        label={draft.enabled ? 'The rule is on' : 'The rule is off: it lets nothing in'}
        aria-label="Rule enabled"
        isChecked={draft.enabled}
        isDisabled={isDisabled}
        onChange={(_, enabled) => onChange({ enabled })}
      />
    </>
  );
}
