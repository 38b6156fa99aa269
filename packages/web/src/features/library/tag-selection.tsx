import { Button } from '@patternfly/react-core';
import type { Tag } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { plural } from '../../components/format.ts';
import { HcpTagDialog } from '../../components/hcp-tag-dialog.tsx';
import type { Selection } from '../../components/selection.ts';
import { SelectionBar } from '../../components/selection-bar.tsx';
import type { TagTableProps } from './tag-table.tsx';

/** Checkboxes for the table of tags; none for who may do nothing with them. */
export function useTagPicks(selection: Selection<Tag>, withRepository: boolean): TagTableProps['selection'] {
  const mayLabel = useMay('hcp-tags:write');
  if (!mayLabel) return undefined;
  return {
    picked: selection.rows,
    onPick: selection.toggle,
    nameOf: (tag) => (withRepository ? `${tag.repository}:${tag.name}` : tag.name),
  };
}

/** What can be done with the picked tags. Several of them may be one image. */
export function TagSelection({ selection, page }: { selection: Selection<Tag>; page: readonly Tag[] }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const images = new Map([...selection.rows.values()].map((tag) => [tag.digest, tag.hcpTags]));
  return (
    <>
      <SelectionBar
        count={selection.rows.size}
        one="tag"
        onPickPage={() => selection.toggle(page, true)}
        onClear={selection.clear}
      >
        <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
          Apply HCP tags…
        </Button>
      </SelectionBar>
      {isOpen ? (
        <HcpTagDialog
          title={`HCP tags of ${plural(images.size, 'image')}`}
          carried={[...images.values()]}
          images={[...images.keys()]}
          onSaved={selection.clear}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
