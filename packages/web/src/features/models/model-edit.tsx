import { ActionGroup, Button, Form, FormSelect, FormSelectOption, TextArea, TextInput } from '@patternfly/react-core';
import { type FieldProblem, type ModelDetail, ModelTask } from '@pharos/contract';
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useUpdateModel } from '../../api/models.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { ActionError } from '../../components/states.tsx';
import { draftOf, patchOf, TEXT_FIELDS, type TextField, valueText } from './model-draft.ts';
import { FIELD_NAMES } from './model-fields.ts';
import { sourceWord, TASK_NAMES } from './model-words.ts';
import { ProfileFields } from './profile-fields.tsx';

const HELP: Partial<Record<TextField, string>> = {
  parameters: 'As people write it: 8B, 335M.',
  precision: 'A comma between several: FP8, FP16.',
  contextLength: 'Tokens.',
  gpuCount: '0: runs without a GPU.',
  gpuMemoryGiB: 'GiB.',
  link: 'An https:// address.',
};

/** Writes facts of a model. What is left blank stays as image, catalogue and name say. */
export function ModelEdit({ model, onClose }: { model: ModelDetail; onClose: () => void }): ReactElement {
  const [draft, setDraft] = useState(() => draftOf(model));
  const [local, setLocal] = useState<ReadonlyMap<string, FieldProblem>>(new Map());
  const update = useUpdateModel(model.id);
  const first = useRef<HTMLFormElement>(null);
  useEffect(() => first.current?.querySelector<HTMLElement>('select, input')?.focus(), []);
  const problems = local.size > 0 ? local : fieldErrors(update.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { patch, problems: found } = patchOf(draft, model);
    setLocal(found);
    if (found.size > 0) return;
    if (Object.keys(patch).length === 0) onClose();
    else update.mutate(patch, { onSuccess: onClose });
  };
  const write = (field: TextField, text: string) =>
    setDraft((old) => ({ ...old, texts: { ...old.texts, [field]: text } }));

  return (
    <Form ref={first} onSubmit={submit} aria-label="Facts" className="ph-form">
      <ActionError error={update.error} what="Not saved" />
      <p className="ph-quiet">
        What you write goes before every other source, and is kept with your name. A blank field takes an edit back.
      </p>
      {TEXT_FIELDS.map((field) => (
        <EditField
          key={field}
          field={field}
          model={model}
          value={draft.texts[field]}
          problem={problems.get(field) ?? [...problems.values()].find(({ path }) => path.startsWith(`${field}.`))}
          onChange={(text) => write(field, text)}
        />
      ))}
      <ProfileFields
        model={model}
        profiles={draft.profiles}
        problems={problems}
        onChange={(profiles) => setDraft((old) => ({ ...old, profiles }))}
      />
      <ActionGroup>
        <Button type="submit" isLoading={update.isPending} isDisabled={update.isPending}>
          Save facts
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}

interface EditFieldProps {
  field: TextField;
  model: ModelDetail;
  value: string;
  problem: FieldProblem | undefined;
  onChange: (text: string) => void;
}

function EditField({ field, model, value, problem, onChange }: EditFieldProps): ReactElement {
  const id = `model-${field}`;
  const fact = model.facts[field];
  const isEdited = fact.source === 'edit';
  const beneath = isEdited ? fact.otherwise : fact.value;
  const source = isEdited ? fact.otherwiseSource : fact.source;
  const shown = field === 'task' && beneath !== null ? TASK_NAMES[beneath as ModelTask] : valueText(beneath);
  const blank = source === null ? 'Blank: not known.' : `Blank: ${shown}, from ${sourceWord(source)}.`;
  const common = { id, value, 'aria-describedby': noteId(id), validated: problem ? 'error' : 'default' } as const;
  const helper = field === 'description' && source !== null ? `Blank: as ${sourceWord(source)} says.` : blank;
  return (
    <FormField
      id={id}
      label={FIELD_NAMES[field]}
      problem={problem}
      helper={[HELP[field], helper].filter(Boolean).join(' ')}
    >
      {field === 'task' ? (
        <FormSelect {...common} onChange={(_, text) => onChange(text)}>
          <FormSelectOption value="" label="As the sources say" />
          {ModelTask.options.map((task) => (
            <FormSelectOption key={task} value={task} label={TASK_NAMES[task]} />
          ))}
        </FormSelect>
      ) : field === 'description' ? (
        <TextArea {...common} onChange={(_, text) => onChange(text)} rows={4} resizeOrientation="vertical" />
      ) : (
        <TextInput {...common} onChange={(_, text) => onChange(text)} autoComplete="off" spellCheck={false} />
      )}
    </FormField>
  );
}
