import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader, TextArea } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { FormField } from './form-field.tsx';
import { ActionError } from './states.tsx';

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
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && !isBusy) onSave(text.trim());
  };
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby={`${id}-title`} aria-describedby={`${id}-note`}>
      <ModalHeader title={title} labelId={`${id}-title`} description={<span id={`${id}-note`}>{description}</span>} />
      <ModalBody>
        <Form id={`${id}-form`} onSubmit={save}>
          <ActionError error={error} what={failed} />
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
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(event);
              }}
            />
          </FormField>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} isLoading={isBusy} isDisabled={isBusy || text.trim() === ''}>
          {confirm}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
