import { Checkbox, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { tagSetWords } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { MUTABILITIES } from './mutabilities.ts';
import { setOf, type TagSetDraft } from './rule-draft.ts';
import { Section } from './section.tsx';
import type { SetPartProps } from './version-fields.tsx';

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

/** What "newest" means to the number that is kept, and whether the tags of the set move. */
export function OrderFields({ draft, index, onChange, problems, isDisabled }: SetPartProps): ReactElement {
  const path = `tags.${index}`;
  const id = (field: string) => `set-${index}-${field}`;
  const set = setOf(draft);
  const isPlain =
    set.order === 'version' && set.direction === undefined && set.groupBy === undefined && set.mutability === undefined;
  const { version: _, ...order } = set;
  return (
    <Section
      title="Order and groups"
      words={isPlain ? [] : tagSetWords(order)}
      problems={problems}
      paths={['order', 'direction', 'groupBy', 'mutability'].map((field) => `${path}.${field}`)}
    >
      <div className="ph-pair">
        <FormField
          id={id('order')}
          label="Newest by"
          problem={problems.get(`${path}.order`)}
          helper="Times have to be read, which costs requests where lists do not tell them."
        >
          <FormSelect
            id={id('order')}
            value={draft.order === 'name' ? 'lexical' : draft.order}
            isDisabled={isDisabled}
            aria-describedby={noteId(id('order'))}
            onChange={(_event, value) => onChange({ order: value as TagSetDraft['order'] })}
          >
            {ORDERS.map(([value, label]) => (
              <FormSelectOption key={value} value={value} label={label} />
            ))}
          </FormSelect>
        </FormField>
        <FormField
          id={id('direction')}
          label="Keep"
          problem={problems.get(`${path}.direction`)}
          helper="Which end of the order the number counts from."
        >
          <FormSelect
            id={id('direction')}
            value={draft.direction}
            isDisabled={isDisabled}
            aria-describedby={noteId(id('direction'))}
            onChange={(_event, value) => onChange({ direction: value as TagSetDraft['direction'] })}
          >
            <FormSelectOption value="desc" label="The highest" />
            <FormSelectOption value="asc" label="The lowest" />
          </FormSelect>
        </FormField>
      </div>
      <fieldset className="ph-set">
        <legend>The number counts apart for each</legend>
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
      <FormField
        id={id('mutability')}
        label="Whether the tags of this set move"
        problem={problems.get(`${path}.mutability`)}
        helper="Tags that do not move are not asked again."
      >
        <FormSelect
          id={id('mutability')}
          value={draft.mutability ?? ''}
          isDisabled={isDisabled}
          aria-describedby={noteId(id('mutability'))}
          onChange={(_event, value) => onChange({ mutability: (value || null) as TagSetDraft['mutability'] })}
        >
          <FormSelectOption value="" label="As the rule says" />
          {MUTABILITIES.map(([value, label]) => (
            <FormSelectOption key={value} value={value} label={label} />
          ))}
        </FormSelect>
      </FormField>
    </Section>
  );
}
