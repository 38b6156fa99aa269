import { Button, Checkbox, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { PatternList } from './pattern-list.tsx';
import type { TagSetDraft } from './rule-draft.ts';

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

const ORDERS = [
  ['version', 'Version'],
  ['numeric', 'Number'],
  ['natural', 'Name, numbers as numbers'],
  ['lexical', 'Name, letter by letter'],
  ['pushed', 'Time of the push'],
  ['created', 'Time of the build'],
] as const;

const GROUPS = [
  ['major', 'Major version'],
  ['minor', 'Minor version'],
  ['compatibility', 'Flavour and operating system'],
  ['flavour', 'Flavour'],
  ['os', 'Operating system'],
] as const;

interface TagSetFieldsProps {
  draft: TagSetDraft;
  index: number;
  onChange: (patch: Partial<TagSetDraft>) => void;
  onRemove: (() => void) | null;
  problems: ReadonlyMap<string, FieldProblem>;
  isDisabled: boolean;
}

/** One set of tags: exclude, include, version, keep, in the order in which they are applied. */
export function TagSetFields(props: TagSetFieldsProps): ReactElement {
  const { draft, index, onChange, onRemove, problems, isDisabled } = props;
  const path = `tags.${index}`;
  const id = (field: string) => `set-${index}-${field}`;
  return (
    <fieldset className="ph-set">
      <legend>{onRemove ? `Tag set ${index + 1}` : 'Tags'}</legend>
      <PatternList
        label="Include"
        one="tag pattern"
        patterns={draft.include}
        onChange={(include) => onChange({ include })}
        problems={problems}
        path={`${path}.include`}
        placeholder="every tag"
        helper="Without a pattern, every tag comes in."
        isDisabled={isDisabled}
      />
      <PatternList
        label="Exclude"
        one="excluded tag pattern"
        patterns={draft.exclude}
        onChange={(exclude) => onChange({ exclude })}
        problems={problems}
        path={`${path}.exclude`}
        placeholder="*-debug"
        isDisabled={isDisabled}
      />
      <div className="ph-pair">
        <FormField id={id('scheme')} label="Version scheme" problem={problems.get(`${path}.version.scheme`)}>
          <FormSelect
            id={id('scheme')}
            value={draft.scheme ?? ''}
            isDisabled={isDisabled}
            onChange={(_, scheme) => onChange({ scheme: (scheme || null) as TagSetDraft['scheme'] })}
          >
            {SCHEMES.map(([value, label]) => (
              <FormSelectOption key={value} value={value} label={label} />
            ))}
          </FormSelect>
        </FormField>
        <FormField id={id('prerelease')} label="Pre-releases" problem={problems.get(`${path}.version.prerelease`)}>
          <FormSelect
            id={id('prerelease')}
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
          helper="Must match the whole tag. Groups: major, minor, patch, build, revision, prerelease, compatibility."
        >
          <TextInput
            id={id('pattern')}
            value={draft.pattern}
            isDisabled={isDisabled}
            onChange={(_, pattern) => onChange({ pattern })}
            placeholder="^(?<major>\\d+)\\.(?<minor>\\d+)-(?<build>\\d+)$"
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
          helper="For example >=17 <18, 17.x or 16 || 17."
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
        <FormField id={id('floating')} label="Moving tags, such as 17 or latest">
          <FormSelect
            id={id('floating')}
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
      <FormField
        id={id('keep')}
        label="Keep the newest"
        problem={problems.get(`${path}.keep`)}
        helper="A number, counted after everything else. Empty keeps all."
      >
        <TextInput
          id={id('keep')}
          type="number"
          min={1}
          max={100_000}
          value={draft.keep}
          isDisabled={isDisabled}
          onChange={(_, keep) => onChange({ keep })}
          aria-describedby={noteId(id('keep'))}
          className="ph-number"
        />
      </FormField>
      {draft.keep === '' ? null : (
        <div className="ph-pair">
          <FormField id={id('order')} label="Newest by">
            <FormSelect
              id={id('order')}
              value={draft.order === 'name' ? 'lexical' : draft.order}
              isDisabled={isDisabled}
              onChange={(_, order) => onChange({ order: order as TagSetDraft['order'] })}
            >
              {ORDERS.map(([value, label]) => (
                <FormSelectOption key={value} value={value} label={label} />
              ))}
            </FormSelect>
          </FormField>
          <fieldset className="ph-set">
            <legend>Counted apart for each</legend>
            {GROUPS.map(([value, label]) => (
              <Checkbox
                key={value}
                id={id(`group-${value}`)}
                label={label}
                isChecked={draft.groupBy.includes(value)}
                isDisabled={isDisabled}
                onChange={(_, checked) =>
                  onChange({
                    groupBy: checked ? [...draft.groupBy, value] : draft.groupBy.filter((each) => each !== value),
                  })
                }
              />
            ))}
          </fieldset>
        </div>
      )}
      {onRemove && !isDisabled ? (
        <span>
          <Button variant="link" isInline isDanger onClick={onRemove}>
            Remove tag set {index + 1}
          </Button>
        </span>
      ) : null}
    </fieldset>
  );
}
