import { Checkbox, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import { type FieldProblem, tagSetWords } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { setOf, type TagSetDraft } from './rule-draft.ts';
import { Section } from './section.tsx';

const SCHEMES = [
  ['', 'By the kind'],
  ['pg', 'PostgreSQL: 17.4-2503310734, 18.4-minimal-trixie'],
  ['semver', 'Semantic: 1.8.5, 2.0.0-rc1'],
  ['loose', 'Any numbers: release-1.2.3.4, v2-alpine'],
  ['calver', 'Calendar: 2024.06, 24.04.1'],
  ['numeric', 'One number: 1042'],
  ['regex', 'By an expression with named groups'],
  ['none', 'None: by name only'],
] as const;

const PRERELEASES = [
  ['include', 'Come in like releases'],
  ['exclude', 'Stay out'],
  ['only', 'Come in, and releases stay out'],
] as const;

export interface SetPartProps {
  draft: TagSetDraft;
  index: number;
  onChange: (patch: Partial<TagSetDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

/** Which versions of a set come in. */
export function VersionFields({ draft, index, onChange, problems, isDisabled }: SetPartProps): ReactElement {
  const path = `tags.${index}`;
  const id = (field: string) => `set-${index}-${field}`;
  const { version } = setOf(draft);
  const words = version ? tagSetWords({ include: [], exclude: [], order: 'version', version }) : [];
  return (
    <Section title="Version" words={words} problems={problems} paths={[`${path}.version`]}>
      <div className="ph-pair">
        <FormField
          id={id('scheme')}
          label="Version scheme"
          problem={problems.get(`${path}.version.scheme`)}
          helper="How a version is read out of a tag."
        >
          <FormSelect
            id={id('scheme')}
            aria-describedby={noteId(id('scheme'))}
            value={draft.scheme ?? ''}
            isDisabled={isDisabled}
            onChange={(_, scheme) => onChange({ scheme: (scheme || null) as TagSetDraft['scheme'] })}
          >
            {SCHEMES.map(([value, label]) => (
              <FormSelectOption key={value} value={value} label={label} />
            ))}
          </FormSelect>
        </FormField>
        <FormField
          id={id('prerelease')}
          label="Pre-releases"
          problem={problems.get(`${path}.version.prerelease`)}
          helper="Such as 18beta1, 2.0.0-rc1."
        >
          <FormSelect
            id={id('prerelease')}
            aria-describedby={noteId(id('prerelease'))}
            value={draft.prerelease}
            isDisabled={isDisabled}
            onChange={(_, prerelease) => onChange({ prerelease: prerelease as TagSetDraft['prerelease'] })}
          >
            {PRERELEASES.map(([value, label]) => (
              <FormSelectOption key={value} value={value} label={label} />
            ))}
          </FormSelect>
        </FormField>
      </div>
      {draft.scheme === 'regex' ? (
        <FormField
          id={id('pattern')}
          label="Expression"
          problem={problems.get(`${path}.version.pattern`)}
          typed={draft.pattern}
          helper="Must match the whole tag. Groups: major, minor, patch, build, revision, prerelease, compatibility."
        >
          <TextInput
            id={id('pattern')}
            value={draft.pattern}
            isDisabled={isDisabled}
            onChange={(_, pattern) => onChange({ pattern })}
            validated={problems.has(`${path}.version.pattern`) ? 'error' : 'default'}
            placeholder={'(?<major>\\d+)\\.(?<minor>\\d+)-(?<build>\\d+)'}
            aria-describedby={noteId(id('pattern'))}
            autoComplete="off"
          />
        </FormField>
      ) : null}
      <div className="ph-pair">
        <FormField
          id={id('range')}
          label="Version range"
          problem={problems.get(`${path}.version.range`)}
          typed={draft.range}
          helper="For example >=17 <18, 17.x or 16 || 17. What is no version stays out."
        >
          <TextInput
            id={id('range')}
            value={draft.range}
            isDisabled={isDisabled}
            onChange={(_, range) => onChange({ range })}
            validated={problems.has(`${path}.version.range`) ? 'error' : 'default'}
            aria-describedby={noteId(id('range'))}
            autoComplete="off"
          />
        </FormField>
        <FormField
          id={id('floating')}
          label="Moving tags"
          problem={problems.get(`${path}.version.floating`)}
          helper="Tags that name no exact version, such as 17 or latest."
        >
          <FormSelect
            id={id('floating')}
            aria-describedby={noteId(id('floating'))}
            value={draft.floating}
            isDisabled={isDisabled}
            onChange={(_, floating) => onChange({ floating: floating as TagSetDraft['floating'] })}
          >
            <FormSelectOption value="include" label="Come in" />
            <FormSelectOption value="exclude" label="Stay out" />
            <FormSelectOption value="only" label="Come in, and exact versions stay out" />
          </FormSelect>
        </FormField>
      </div>
      <Checkbox
        id={id('parsed')}
        label="Only tags that the scheme can read"
        description="Leaves out names such as latest-build or feature branches."
        isChecked={draft.parsedOnly}
        isDisabled={isDisabled}
        onChange={(_, parsedOnly) => onChange({ parsedOnly })}
      />
    </Section>
  );
}
