import { Button, Checkbox, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { HcpTag, HcpTagLabel } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { hcpTagsQuery, useAssignHcpTags, useCreateHcpTag } from '../api/hcp-tags.ts';
import { focusFirst } from './focus-first.ts';
import { changesOf, stateOf } from './hcp-tag-choice.ts';
import { HcpTagChip } from './hcp-tag-labels.tsx';
import { SearchField } from './search-field.tsx';
import { ActionError, ListSkeleton, QueryView } from './states.tsx';

interface HcpTagDialogProps {
  /** "HCP tags of 12 images" */
  title: string;
  /** What the things carry now, one list for each of them. */
  carried: readonly (readonly HcpTagLabel[])[];
  repositories?: readonly string[];
  images?: readonly string[];
  onClose: () => void;
  onSaved?: () => void;
}

/**
 * Puts HCP tags on things and takes others off. A box that is neither on nor off stands for "some of them"; it is left
 * as it is unless somebody clicks it.
 */
export function HcpTagDialog(props: HcpTagDialogProps): ReactElement {
  const { title, carried, repositories = [], images = [], onClose, onSaved } = props;
  const id = useId();
  const [q, setQ] = useState<string>();
  const [wanted, setWanted] = useState<ReadonlyMap<string, boolean>>(new Map());
  const tags = useQuery(hcpTagsQuery());
  const assign = useAssignHcpTags();
  const want = (tag: string, on: boolean) => setWanted((before) => new Map(before).set(tag, on));
  const { add, remove } = changesOf(carried, wanted);
  const isChanged = add.length + remove.length > 0;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const body = { add, remove, repositories: [...repositories], images: [...images] };
    assign.mutate(body, {
      onSuccess: () => {
        onSaved?.();
        onClose();
      },
    });
  };

  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby={`${id}-title`} aria-describedby={`${id}-note`}>
      <ModalHeader
        title={title}
        labelId={`${id}-title`}
        description={
          <span id={`${id}-note`}>
            {images.length > 0 ? 'They stay with the digest, also when a tag moves. ' : ''}Nothing is written to a
            registry.
          </span>
        }
      />
      <ModalBody>
        <form id={`${id}-form`} ref={focusFirst} onSubmit={save} className="ph-stack">
          <ActionError error={assign.error} what="Nothing was changed" />
          <SearchField label="Search or name a new HCP tag" value={q} onChange={setQ} />
          <QueryView query={tags} what="the HCP tags" skeleton={<ListSkeleton what="the HCP tags" rows={4} />}>
            {(page) => <Choice id={id} all={page.items} q={q} carried={carried} wanted={wanted} onWant={want} />}
          </QueryView>
        </form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form={`${id}-form`}
          isLoading={assign.isPending}
          isDisabled={assign.isPending || !isChanged}
        >
          Save
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

interface ChoiceProps extends Pick<HcpTagDialogProps, 'carried'> {
  id: string;
  all: readonly HcpTag[];
  q: string | undefined;
  wanted: ReadonlyMap<string, boolean>;
  onWant: (id: string, on: boolean) => void;
}

function Choice({ id, all, q, carried, wanted, onWant }: ChoiceProps): ReactElement {
  const create = useCreateHcpTag();
  const text = q?.trim() ?? '';
  const shown = all.filter((tag) => `${tag.name} ${tag.description}`.toLowerCase().includes(text.toLowerCase()));
  const isNew = text !== '' && !all.some((tag) => tag.name.toLowerCase() === text.toLowerCase());
  return (
    <>
      {shown.length > 0 ? (
        <fieldset aria-label="HCP tags" className="ph-pick-list">
          {shown.map((tag) => (
            <Checkbox
              key={tag.id}
              id={`${id}-${tag.id}`}
              label={<HcpTagChip tag={tag} />}
              description={tag.description || undefined}
              isChecked={wanted.get(tag.id) ?? stateOf(carried, tag.id)}
              onChange={(_, on) => onWant(tag.id, on)}
            />
          ))}
        </fieldset>
      ) : (
        <p>{all.length === 0 ? 'There is no HCP tag yet. Type a name to make one.' : 'No HCP tag is called so.'}</p>
      )}
      {isNew ? (
        <Button
          variant="secondary"
          isLoading={create.isPending}
          isDisabled={create.isPending}
          onClick={() => create.mutate({ name: text }, { onSuccess: (tag) => onWant(tag.id, true) })}
        >
          Create “{text}”
        </Button>
      ) : null}
      <ActionError error={create.error} what="Not created" />
      <p className="ph-quiet">
        Colours, descriptions and names: <Link to="/manage/hcp-tags">Manage HCP tags</Link>
      </p>
    </>
  );
}
