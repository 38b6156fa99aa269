import { Button } from '@patternfly/react-core';
import { MOST_DECIDED, type Tag } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { DecisionDialog } from '../../components/decision-dialog.tsx';
import { ALL_DECISIONS } from '../../components/decision-words.ts';
import { plural } from '../../components/format.ts';
import { HcpTagDialog } from '../../components/hcp-tag-dialog.tsx';
import type { Selection } from '../../components/selection.ts';
import { SelectionBar } from '../../components/selection-bar.tsx';
import type { TagTableProps } from './tag-table.tsx';

/** Checkboxes for the table of tags; none for who may do nothing with them. */
export function useTagPicks(selection: Selection<Tag>, withRepository: boolean): TagTableProps['selection'] {
  const mayLabel = useMay('hcp-tags:write');
  const mayDecide = useMay('images:decide');
  if (!mayLabel && !mayDecide) return undefined;
  return {
    picked: selection.rows,
    onPick: selection.toggle,
    nameOf: withRepository ? nameWithRepository : nameAlone,
  };
}

const nameAlone = (tag: Tag): string => tag.name;
const nameWithRepository = (tag: Tag): string => `${tag.repository}:${tag.name}`;

/** What can be done with the picked tags. Several of them may be one image. */
export function TagSelection({ selection, page }: { selection: Selection<Tag>; page: readonly Tag[] }): ReactElement {
  const [open, setOpen] = useState<'label' | 'decide' | null>(null);
  const mayLabel = useMay('hcp-tags:write');
  const mayDecide = useMay('images:decide');
  const images = new Map([...selection.rows.values()].map((tag) => [tag.digest, tag.hcpTags]));
  return (
    <>
      <SelectionBar
        count={selection.rows.size}
        one="tag"
        onPickPage={() => selection.toggle(page, true)}
        onClear={selection.clear}
      >
        {mayLabel ? (
          <Button variant="secondary" size="sm" onClick={() => setOpen('label')}>
            Apply HCP tags…
          </Button>
        ) : null}
        {mayDecide ? (
          <Button
            variant="secondary"
            size="sm"
            isDisabled={images.size > MOST_DECIDED}
            onClick={() => setOpen('decide')}
          >
            {images.size > MOST_DECIDED ? `Decide… (at most ${MOST_DECIDED})` : 'Decide…'}
          </Button>
        ) : null}
      </SelectionBar>
      {open === 'decide' ? (
        <DecisionDialog
          what={plural(images.size, 'image')}
          digests={[...images.keys()]}
          states={ALL_DECISIONS}
          onDecided={selection.clear}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === 'label' ? (
        <HcpTagDialog
          title={`HCP tags of ${plural(images.size, 'image')}`}
          carried={[...images.values()]}
          images={[...images.keys()]}
          onSaved={selection.clear}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}
