import { TextArea } from '@patternfly/react-core';
import { type ReactElement, useId, useState } from 'react';
import { FormDialog } from './form-dialog.tsx';
import { FormField } from './form-field.tsx';

interface WordsDialogProps {
  title: string;
  description: string;
  label: string;
  confirm: string;
  /** What did not happen when it fails. */
  failed: string;
  isBusy: boolean;
  error: unknown;
  onSave: (text: string) => void;
  onClose: () => void;
}

/** Asks for some words: why an image is asked for, or a comment. */
export function WordsDialog(props: WordsDialogProps): ReactElement {
  const { title, description, label, confirm, failed, isBusy, error, onSave, onClose } = props;
  const id = useId();
  const [text, setText] = useState('');
  const isReady = text.trim() !== '';
  const save = () => onSave(text.trim());
  return (
    <FormDialog {...{ title, description, failed, error, confirm, isBusy, isReady, onClose }} onSubmit={save}>
      <FormField id={`${id}-text`} label={label} isRequired helper="Ctrl and Enter sends it.">
        <TextArea
          id={`${id}-text`}
          value={text}
          onChange={(_, value) => setText(value)}
          maxLength={2000}
          rows={3}
          isRequired
          autoFocus
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isReady && !isBusy) save();
          }}
        />
      </FormField>
    </FormDialog>
  );
}
