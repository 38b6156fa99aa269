import { Button } from '@patternfly/react-core';
import type { Repository } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { plural } from '../../components/format.ts';
import { HcpTagDialog } from '../../components/hcp-tag-dialog.tsx';
import type { Selection } from '../../components/selection.ts';
import { SelectionBar } from '../../components/selection-bar.tsx';

/** What can be done with the picked repositories. */
export function RepositorySelection({
  selection,
  page,
}: {
  selection: Selection<Repository>;
  page: readonly Repository[];
}): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const picked = [...selection.rows.values()];
  return (
    <>
      <SelectionBar
        count={picked.length}
        one="repository"
        many="repositories"
        onPickPage={() => selection.toggle(page, true)}
        onClear={selection.clear}
      >
        <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
          Apply HCP tags…
        </Button>
      </SelectionBar>
      {isOpen ? (
        <HcpTagDialog
          title={`HCP tags of ${plural(picked.length, 'repository', 'repositories')}`}
          carried={picked.map(({ hcpTags }) => hcpTags)}
          repositories={picked.map(({ id }) => id)}
          onSaved={selection.clear}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
