import {
  ActionGroup,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextArea,
} from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { type FormEvent, type ReactElement, useRef, useState } from 'react';
import { useWriteReadme } from '../../api/repositories.ts';
import { useMay } from '../../api/session.ts';
import { Markdown } from '../../components/markdown.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError } from '../../components/states.tsx';

/** The repository's README: kept in the library, never pushed to a registry. */
export function ReadmePanel({ repository }: { repository: RepositoryDetail }): ReactElement | null {
  const mayWrite = useMay('rules:write');
  const [isEditing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (!repository.readme && !mayWrite) return null;
  const close = () => {
    setEditing(false);
    // After the form is gone, the focus returns to where it came from.
    setTimeout(() => button.current?.focus());
  };
  return (
    <Panel
      title="README"
      actions={
        mayWrite && !isEditing ? (
          <Button ref={button} variant="link" isInline onClick={() => setEditing(true)}>
            {repository.readme ? 'Edit README' : 'Write README'}
          </Button>
        ) : null
      }
    >
      {isEditing ? (
        <ReadmeForm repository={repository} onClose={close} />
      ) : repository.readme ? (
        <Markdown text={repository.readme} />
      ) : (
        <p className="ph-quiet">None yet. Say what these images are for, and whom to ask.</p>
      )}
    </Panel>
  );
}

function ReadmeForm({ repository, onClose }: { repository: RepositoryDetail; onClose: () => void }): ReactElement {
  const [text, setText] = useState(repository.readme ?? '');
  const write = useWriteReadme(repository.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate(text.trim() === '' ? null : text, { onSuccess: onClose });
  };
  return (
    <Form onSubmit={submit} aria-label="README">
      <ActionError error={write.error} what="Not saved" />
      <FormGroup label="Markdown" fieldId="readme">
        <TextArea
          id="readme"
          value={text}
          onChange={(_, value) => setText(value)}
          rows={12}
          maxLength={100_000}
          resizeOrientation="vertical"
          aria-describedby="readme-note"
          autoFocus
        />
        <FormHelperText>
          <HelperText id="readme-note">
            <HelperTextItem>
              It stays in the library and is never written to the registry. HTML is shown as text.
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <ActionGroup>
        <Button type="submit" isLoading={write.isPending} isDisabled={write.isPending}>
          Save README
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
