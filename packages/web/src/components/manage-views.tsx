import { Button, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import type { SavedView } from '@pharos/contract';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useDeleteSavedView, useUpdateSavedView } from '../api/me.ts';
import { ActionError } from './states.tsx';
import { sameView } from './view-query.ts';

interface ManageViewsProps {
  views: readonly SavedView[];
  /** What the list shows now. */
  query: string;
  onClose: () => void;
}

/** One's own views of a list: rename, save the filters of now in one, make one the default, delete. */
export function ManageViews({ views, query, onClose }: ManageViewsProps): ReactElement {
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="manage-views-title">
      <ModalHeader
        title="Saved views"
        labelId="manage-views-title"
        description="The default is opened whenever you come to this list without a filter."
      />
      <ModalBody>
        {views.length === 0 ? (
          <p>No view is saved any more.</p>
        ) : (
          <ul className="ph-rows">
            {views.map((view) => (
              <li key={view.id}>
                <ViewRow view={view} query={query} />
              </li>
            ))}
          </ul>
        )}
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>Done</Button>
      </ModalFooter>
    </Modal>
  );
}

function ViewRow({ view, query }: { view: SavedView; query: string }): ReactElement {
  const [name, setName] = useState<string>();
  const update = useUpdateSavedView();
  const remove = useDeleteSavedView();
  const rename = (event: FormEvent) => {
    event.preventDefault();
    if (name?.trim()) {
      update.mutate({ id: view.id, patch: { name: name.trim() } }, { onSuccess: () => setName(undefined) });
    }
  };
  return (
    <>
      <span className="ph-row-main">
        {name === undefined ? (
          <>
            {view.name} {view.isDefault ? <span className="ph-quiet">default</span> : null}
          </>
        ) : (
          <form onSubmit={rename} className="ph-pattern">
            <TextInput
              aria-label={`New name of ${view.name}`}
              value={name}
              onChange={(_, text) => setName(text)}
              maxLength={100}
              autoFocus
            />
            <Button type="submit" variant="secondary" isDisabled={name.trim() === '' || update.isPending}>
              Save
            </Button>
          </form>
        )}
      </span>
      <span className="ph-row-side">
        <Button
          variant="link"
          isInline
          aria-label={name === undefined ? `Rename ${view.name}` : `Keep the name ${view.name}`}
          onClick={() => setName(name === undefined ? view.name : undefined)}
        >
          {name === undefined ? 'Rename' : 'Keep the name'}
        </Button>
        {query !== '' && !sameView(query, view.query) ? (
          <Button
            variant="link"
            isInline
            aria-label={`Save the filters of now in it: ${view.name}`}
            onClick={() => update.mutate({ id: view.id, patch: { query } })}
          >
            Save the filters of now in it
          </Button>
        ) : null}
        <Button
          variant="link"
          isInline
          aria-label={view.isDefault ? `No default: ${view.name}` : `Make default: ${view.name}`}
          onClick={() => update.mutate({ id: view.id, patch: { isDefault: !view.isDefault } })}
        >
          {view.isDefault ? 'No default' : 'Make default'}
        </Button>
        <Button
          variant="link"
          isInline
          isDanger
          aria-label={`Delete ${view.name}`}
          onClick={() => remove.mutate(view.id)}
        >
          Delete
        </Button>
      </span>
      <ActionError error={update.error ?? remove.error} what="Not changed" />
    </>
  );
}
