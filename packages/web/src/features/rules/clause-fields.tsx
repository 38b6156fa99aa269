import { Checkbox, ExpandableSection, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import { clauseWords, type FieldProblem } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { hasClauses, type RuleDraft } from './rule-draft.ts';

interface ClauseFieldsProps {
  draft: RuleDraft;
  onChange: (patch: Partial<RuleDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

/** What most rules do without: conditions on the image behind a tag, and how tags are read again. */
export function ClauseFields({ draft, onChange, problems, isDisabled }: ClauseFieldsProps): ReactElement {
  const [isOpen, setOpen] = useState(() => hasClauses(draft));
  const others = clauseWords(draft.others);
  const text = (
    field: 'platforms' | 'minAge' | 'maxAge' | 'hcpTags' | 'headBudget',
    path: string,
    placeholder: string,
  ) => (
    <TextInput
      id={`rule-${field}`}
      value={draft[field]}
      onChange={(_, value) => onChange({ [field]: value })}
      validated={problems.has(path) ? 'error' : 'default'}
      isDisabled={isDisabled}
      placeholder={placeholder}
      aria-describedby={noteId(`rule-${field}`)}
      autoComplete="off"
    />
  );
  return (
    <ExpandableSection
      toggleText={isOpen ? 'Fewer conditions' : 'More conditions: platforms, age, HCP tags'}
      isExpanded={isOpen}
      onToggle={(_, open) => setOpen(open)}
    >
      <div className="ph-stack-small">
        <FormField
          id="rule-platforms"
          label="Platforms an image must have"
          problem={problems.get('platforms.require') ?? problems.get('platforms.require.0')}
          helper="With commas between them. Images have to be read for this, so it costs requests."
        >
          {text('platforms', 'platforms.require', 'linux/amd64, linux/arm64')}
        </FormField>
        <Checkbox
          id="rule-platform-mode"
          label="One of them is enough"
          isChecked={draft.platformMode === 'any'}
          isDisabled={isDisabled || draft.platforms.trim() === ''}
          onChange={(_, any) => onChange({ platformMode: any ? 'any' : 'all' })}
        />
        <div className="ph-pair">
          <FormField
            id="rule-minAge"
            label="Not before the age of"
            problem={problems.get('age.min')}
            helper="For example 72h."
          >
            {text('minAge', 'age.min', '72h')}
          </FormField>
          <FormField
            id="rule-maxAge"
            label="Not after the age of"
            problem={problems.get('age.max')}
            helper="For example 2y."
          >
            {text('maxAge', 'age.max', '2y')}
          </FormField>
        </div>
        <FormField
          id="rule-hcpTags"
          label="HCP tags put on what comes in"
          problem={problems.get('hcpTags')}
          helper="With commas between them."
        >
          {text('hcpTags', 'hcpTags', 'stable')}
        </FormField>
        <div className="ph-pair">
          <FormField id="rule-mutability" label="Whether tags move">
            <FormSelect
              id="rule-mutability"
              value={draft.mutability}
              isDisabled={isDisabled}
              onChange={(_, value) => onChange({ mutability: value as RuleDraft['mutability'] })}
            >
              <FormSelectOption value="auto" label="As their names say: build stamps do not" />
              <FormSelectOption value="immutable" label="They do not move" />
              <FormSelectOption value="mutable" label="All of them may move" />
            </FormSelect>
          </FormField>
          <FormField
            id="rule-headBudget"
            label="Known tags asked per scan"
            problem={problems.get('headBudget')}
            helper="Whether they moved, the longest unasked first. Empty asks all."
          >
            {text('headBudget', 'headBudget', '200')}
          </FormField>
        </div>
        <Checkbox
          id="rule-keeps-vanished"
          label="Keep tags that vanish from the registry"
          description="They stay listed as missing and are never retired."
          isChecked={draft.keepsVanished}
          isDisabled={isDisabled}
          onChange={(_, keepsVanished) => onChange({ keepsVanished })}
        />
        {others.length > 0 ? (
          <p className="ph-quiet">
            Also, set by command line or file: {others.map(([label, words]) => `${label} ${words}`).join('; ')}.
          </p>
        ) : null}
      </div>
    </ExpandableSection>
  );
}
