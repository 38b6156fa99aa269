import { Checkbox, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import { clauseWords, type FieldProblem, type RuleClauses } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { AnnotationFields } from './annotation-fields.tsx';
import { clausesOfDraft } from './clause-draft.ts';
import { MUTABILITIES } from './mutabilities.ts';
import { PatternList } from './pattern-list.tsx';
import type { RuleDraft } from './rule-draft.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { Section } from './section.tsx';

interface ClauseFieldsProps {
  draft: RuleDraft;
  onChange: (patch: Partial<RuleDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

/** What most rules do without: conditions on the image behind a tag, and how tags are read again. */
export function ClauseFields({ draft, onChange, problems, isDisabled }: ClauseFieldsProps): ReactElement {
  const clauses = clausesOfDraft(draft);
  const section = (title: string, ...keys: (keyof RuleClauses)[]) => ({
    title,
    words: clauseWords(Object.fromEntries(keys.map((key) => [key, clauses[key]]))).map(([, words]) => words),
    problems,
    paths: keys,
  });
  const list = (field: 'platforms' | 'artifactTypes' | 'hcpTags') => ({
    patterns: draft[field],
    onChange: (rows: string[]) => onChange({ [field]: rows }),
    problems,
    isDisabled,
  });
  const input = (field: 'minAge' | 'maxAge' | 'headBudget', path: string, example: string) => (
    <TextInput
      id={`rule-${field}`}
      type={field === 'headBudget' ? 'number' : 'text'}
      value={draft[field]}
      onChange={(_, value) => onChange({ [field]: value })}
      validated={problems.has(path) ? 'error' : 'default'}
      isDisabled={isDisabled}
      placeholder={example}
      aria-describedby={noteId(`rule-${field}`)}
      autoComplete="off"
    />
  );
  const media = (type: 'image' | 'index', label: string) => (
    <Checkbox
      id={`rule-media-${type}`}
      label={label}
      isChecked={draft.mediaTypes.includes(type)}
      isDisabled={isDisabled}
      onChange={(_, checked) =>
        onChange({
          mediaTypes: checked ? [...draft.mediaTypes, type] : draft.mediaTypes.filter((each) => each !== type),
        })
      }
    />
  );
  return (
    <div className="ph-stack-tiny">
      <Section {...section('Platforms', 'platforms')}>
        <PatternList
          label="Platforms an image must have"
          one="platform"
          {...list('platforms')}
          path="platforms.require"
          placeholder="linux/arm64"
          helper="Operating system, architecture and, if it matters, variant. Images have to be read for this, so it costs requests."
        />
        <Checkbox
          id="rule-platform-mode"
          label="One of them is enough"
          description="Otherwise an image must have all of them."
          isChecked={draft.platformMode === 'any'}
          isDisabled={isDisabled || draft.platforms.length === 0}
          onChange={(_, any) => onChange({ platformMode: any ? 'any' : 'all' })}
        />
      </Section>
      <Section {...section('Artifacts', 'artifacts')}>
        {media('image', 'Images of one platform, and other artifacts')}
        {media('index', 'Images of several platforms')}
        <PatternList
          label="Artifact types"
          one="artifact type"
          {...list('artifactTypes')}
          path="artifacts.artifactTypes"
          placeholder="application/vnd.cncf.model.*"
          helper="The artifact type, else the media type of the configuration. * stands for any text, re: begins a regular expression. Without one every type comes in."
        />
        <Checkbox
          id="rule-takes-attached"
          label="Take signatures and SBOMs as tags too"
          description="Tags named sha256-… belong to other images and stay out otherwise."
          isChecked={draft.takesAttached}
          isDisabled={isDisabled}
          onChange={(_, takesAttached) => onChange({ takesAttached })}
        />
      </Section>
      <Section {...section('Annotations', 'annotations')}>
        <AnnotationFields
          annotations={draft.annotations}
          onChange={(annotations) => onChange({ annotations })}
          problems={problems}
          isDisabled={isDisabled}
        />
      </Section>
      <Section {...section('Age', 'age')}>
        <div className="ph-pair">
          <FormField
            id="rule-minAge"
            label="Not before the age of"
            problem={problems.get('age.min')}
            helper="Younger ones wait until they are this old. For example 72h."
          >
            {input('minAge', 'age.min', '72h')}
          </FormField>
          <FormField
            id="rule-maxAge"
            label="Not after the age of"
            problem={problems.get('age.max')}
            helper="Older ones stay out. For example 2y."
          >
            {input('maxAge', 'age.max', '2y')}
          </FormField>
        </div>
      </Section>
      <Section {...section('HCP tags', 'hcpTags')}>
        <PatternList
          label="HCP tags put on what comes in"
          one="HCP tag"
          {...list('hcpTags')}
          path="hcpTags"
          placeholder="stable"
          helper="They are the library’s own and are never written to a registry."
        />
      </Section>
      <Section {...section('Mutability', 'mutability')}>
        <FormField
          id="rule-mutability"
          label="Whether tags move"
          problem={problems.get('mutability')}
          helper="Tags that do not move are not asked again, which saves requests."
        >
          <FormSelect
            id="rule-mutability"
            value={draft.mutability}
            isDisabled={isDisabled}
            aria-describedby={noteId('rule-mutability')}
            onChange={(_, value) => onChange({ mutability: value as RuleDraft['mutability'] })}
          >
            {MUTABILITIES.map(([value, label]) => (
              <FormSelectOption key={value} value={value} label={label} />
            ))}
          </FormSelect>
        </FormField>
      </Section>
      <Section {...section('When tags vanish', 'onVanish')}>
        <Checkbox
          id="rule-keeps-vanished"
          label="Keep tags that vanish from the registry"
          description="They stay listed as missing and are never retired."
          isChecked={draft.keepsVanished}
          isDisabled={isDisabled}
          onChange={(_, keepsVanished) => onChange({ keepsVanished })}
        />
      </Section>
      <Section {...section('Schedule', 'schedule')}>
        <ScheduleFields draft={draft} onChange={onChange} problems={problems} isDisabled={isDisabled} />
      </Section>
      <Section {...section('Budget', 'headBudget')}>
        <FormField
          id="rule-headBudget"
          label="Known tags asked per scan"
          problem={problems.get('headBudget')}
          helper="Whether they moved, the longest unasked first. Empty asks all."
        >
          {input('headBudget', 'headBudget', '200')}
        </FormField>
      </Section>
    </div>
  );
}
