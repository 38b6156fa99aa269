import { Button, TextArea } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { type FormEvent, type ReactElement, useDeferredValue, useState } from 'react';
import { useWriteRepository } from '../../api/repositories.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LeaveGuard } from '../../components/leave-guard.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError } from '../../components/states.tsx';
import { WrittenMeanwhile } from './written-meanwhile.tsx';

const LONGEST = 100_000;

/** Markdown on one side and what it will look like on the other; below each other on a narrow screen. */
export function ReadmeEditor({ repository, onClose }: { repository: RepositoryDetail; onClose: () => void }) {
  const start = repository.readme ?? repository.statedReadme?.text ?? '';
  const [before] = useState(start);
  const [text, setText] = useState(start);
  const [revision, setRevision] = useState(repository.readmeRevision);
  const [isAsking, setAsking] = useState(false);
  const write = useWriteRepository(repository.id);
  const isDirty = text !== before && !write.isSuccess;
  const isOlder = repository.readmeRevision !== revision;
  const theirs = repository.readme ?? '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const readme = text.trim() === '' ? null : text;
    write.mutate({ readme, readmeRevision: revision }, { onSuccess: onClose });
  };
  return (
    <Panel title="README">
      <form onSubmit={submit} aria-label="README" className="ph-stack">
        <LeaveGuard isDirty={isDirty} what="README" />
        <WrittenMeanwhile
          what="README"
          isOlder={isOlder}
          edited={repository.readmeEdited}
          theirs={theirs}
          onKeepMine={() => setRevision(repository.readmeRevision)}
          onTakeTheirs={() => {
            setText(theirs);
            setRevision(repository.readmeRevision);
          }}
          onBoth={() => {
            setText(`${text}\n\n${theirs}`.slice(0, LONGEST));
            setRevision(repository.readmeRevision);
          }}
        />
        {isOlder ? null : <ActionError error={write.error} what="Not saved" />}
        <div className="ph-pair">
          <div className="ph-stack-tiny">
            <label htmlFor="readme" className="ph-label">
              Markdown
            </label>
            <TextArea
              id="readme"
              value={text}
              onChange={(_, value) => setText(value)}
              rows={18}
              maxLength={LONGEST}
              resizeOrientation="vertical"
              aria-describedby="readme-note"
              autoFocus
            />
            <p id="readme-note" className="ph-quiet">
              It stays in the library and is never written to the registry. HTML and images are not shown.
            </p>
          </div>
          <Preview text={text} />
        </div>
        <div className="ph-actions">
          <Button type="submit" isLoading={write.isPending} isDisabled={write.isPending}>
            Save README
          </Button>
          <Button variant="link" onClick={() => (isDirty ? setAsking(true) : onClose())}>
            Cancel
          </Button>
        </div>
      </form>
      <ConfirmDialog
        title="Discard what you wrote?"
        confirm="Discard"
        isOpen={isAsking}
        isBusy={false}
        error={null}
        onConfirm={onClose}
        onClose={() => setAsking(false)}
      >
        <p>The README stays as it was saved last.</p>
      </ConfirmDialog>
    </Panel>
  );
}

/** Follows the typing a moment later, so that a long text does not hold it up. */
function Preview({ text }: { text: string }): ReactElement {
  const shown = useDeferredValue(text);
  return (
    <div className="ph-stack-tiny">
      <span className="ph-label">Preview</span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls has to be reachable by keyboard */}
      <section className="ph-preview-text" tabIndex={0} aria-label="Preview of the README">
        {shown.trim() === '' ? <p className="ph-quiet">Nothing yet.</p> : <Markdown text={shown} />}
      </section>
    </div>
  );
}
