import { Button, TextArea } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { type FormEvent, type ReactElement, useRef, useState } from 'react';
import { useWriteRepository } from '../../api/repositories.ts';
import { useMay } from '../../api/session.ts';
import { LeaveGuard } from '../../components/leave-guard.tsx';
import { ActionError } from '../../components/states.tsx';
import { WrittenMeanwhile } from './written-meanwhile.tsx';

/** What the repository is for, in a sentence: a person's words, else those of a rule. */
export function Description({ repository }: { repository: RepositoryDetail }): ReactElement {
  const mayWrite = useMay('repositories:write');
  const [isEditing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEditing(false);
    setTimeout(() => button.current?.focus());
  };
  if (isEditing) return <DescriptionForm repository={repository} onClose={close} />;
  return (
    <p className="ph-quiet">
      {repository.description || `From ${repository.registry}`}{' '}
      {mayWrite ? (
        <Button ref={button} variant="link" isInline size="sm" onClick={() => setEditing(true)}>
          {repository.description ? 'Edit description' : 'Describe it'}
        </Button>
      ) : null}
    </p>
  );
}

function DescriptionForm({ repository, onClose }: { repository: RepositoryDetail; onClose: () => void }): ReactElement {
  const [text, setText] = useState(repository.description);
  const [revision, setRevision] = useState(repository.descriptionRevision);
  const write = useWriteRepository(repository.id);
  const save = (description: string | null) =>
    write.mutate({ description, descriptionRevision: revision }, { onSuccess: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save(text.trim() === '' ? null : text.trim());
  };
  const isDirty = text !== repository.description && !write.isSuccess;
  return (
    <form onSubmit={submit} className="ph-stack-small ph-description" aria-label="Description">
      <LeaveGuard isDirty={isDirty} what="description" />
      <WrittenMeanwhile
        what="description"
        isOlder={repository.descriptionRevision !== revision}
        edited={repository.descriptionEdited}
        theirs={repository.description}
        onKeepMine={() => setRevision(repository.descriptionRevision)}
        onTakeTheirs={() => {
          setText(repository.description);
          setRevision(repository.descriptionRevision);
        }}
      />
      {repository.descriptionRevision === revision ? <ActionError error={write.error} what="Not saved" /> : null}
      <TextArea
        aria-label="Description"
        aria-describedby="description-note"
        value={text}
        onChange={(_, value) => setText(value)}
        maxLength={2000}
        rows={2}
        resizeOrientation="vertical"
        autoFocus
      />
      <p id="description-note" className="ph-quiet">
        {repository.ruleDescription === ''
          ? 'It stays in the library and is never written to the registry.'
          : `It wins over what the rule says: “${repository.ruleDescription}”`}
      </p>
      <div className="ph-actions">
        <Button type="submit" isLoading={write.isPending} isDisabled={write.isPending}>
          Save description
        </Button>
        {repository.hasOwnDescription ? (
          <Button variant="secondary" isDisabled={write.isPending} onClick={() => save(null)}>
            {repository.ruleDescription === '' ? 'Take it away' : 'Use the rule’s'}
          </Button>
        ) : null}
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
