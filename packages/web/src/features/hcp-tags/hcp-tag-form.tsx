import { TextArea, TextInput } from '@patternfly/react-core';
import type { HcpTag, HcpTagColor } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useCreateHcpTag, useUpdateHcpTag } from '../../api/hcp-tags.ts';
import { ColorChoice } from '../../components/color-choice.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
import { FormField, noteId } from '../../components/form-field.tsx';
import { HcpTagChip } from '../../components/hcp-tag-labels.tsx';

interface HcpTagFormProps {
  /** Absent: a new one. */
  tag?: HcpTag;
  onClose: () => void;
}

/** Makes an HCP tag, or changes name, colour and description of one; everything it is on follows. */
export function HcpTagForm({ tag, onClose }: HcpTagFormProps): ReactElement {
  const create = useCreateHcpTag();
  const update = useUpdateHcpTag();
  const [name, setName] = useState(tag?.name ?? '');
  const [color, setColor] = useState<HcpTagColor>(tag?.color ?? 'blue');
  const [description, setDescription] = useState(tag?.description ?? '');
  const run = tag ? update : create;
  const problems = fieldErrors(run.error);
  const submit = () => {
    const body = { name: name.trim(), color, description: description.trim() };
    if (tag) update.mutate({ id: tag.id, patch: body }, { onSuccess: onClose });
    else create.mutate(body, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={tag ? `Edit ${tag.name}` : 'Create HCP tag'}
      size="medium"
      failed="Not saved"
      error={run.error}
      confirm={tag ? 'Save' : 'Create HCP tag'}
      isBusy={run.isPending}
      isReady={name.trim() !== ''}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormField
        id="hcp-tag-name"
        label="Name"
        isRequired
        problem={problems.get('name')}
        helper="Up to 63 characters, without commas and quotation marks."
      >
        <TextInput
          id="hcp-tag-name"
          value={name}
          onChange={(_, text) => setName(text)}
          maxLength={63}
          autoComplete="off"
          aria-describedby={noteId('hcp-tag-name')}
          isRequired
        />
      </FormField>
      <ColorChoice id="hcp-tag-color" value={color} onChange={setColor} />
      <FormField
        id="hcp-tag-description"
        label="Description"
        problem={problems.get('description')}
        helper="What it means, for whoever puts it on something."
      >
        <TextArea
          id="hcp-tag-description"
          value={description}
          onChange={(_, text) => setDescription(text)}
          maxLength={500}
          rows={2}
          resizeOrientation="vertical"
          aria-describedby={noteId('hcp-tag-description')}
        />
      </FormField>
      <p>
        Looks so: <HcpTagChip tag={{ name: name.trim() || 'name', color }} />
      </p>
    </FormDialog>
  );
}
