import { Button, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { OrderFields } from './order-fields.tsx';
import { PatternList } from './pattern-list.tsx';
import type { TagSetDraft } from './rule-draft.ts';
import { VersionFields } from './version-fields.tsx';

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
      <FormField
        id={id('keep')}
        label="Keep the newest"
        problem={problems.get(`${path}.keep`)}
        helper="A number, counted after everything else. Empty keeps all. Moving tags such as 17 and latest are not counted: Version says whether they come in."
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
      <VersionFields draft={draft} index={index} onChange={onChange} problems={problems} isDisabled={isDisabled} />
      <OrderFields draft={draft} index={index} onChange={onChange} problems={problems} isDisabled={isDisabled} />
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
