import { Button } from '@patternfly/react-core';
import type { HcpTagLabel, SystemTag } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useMay } from '../api/session.ts';
import { HcpTagDialog } from './hcp-tag-dialog.tsx';
import { HcpTagLabels } from './hcp-tag-labels.tsx';

interface EditHcpTagsProps {
  /** What is labelled, as the end of "HCP tags of …". */
  what: string;
  hcpTags: readonly HcpTagLabel[];
  systemTags?: readonly SystemTag[];
  repositoryId?: string;
  digest?: string;
}

/** The labels of one thing, and the way to change them. */
export function EditHcpTags({ what, hcpTags, systemTags, repositoryId, digest }: EditHcpTagsProps): ReactElement {
  const mayWrite = useMay('hcp-tags:write');
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="ph-inline-list">
      <HcpTagLabels hcpTags={hcpTags} systemTags={systemTags ?? []} />
      {mayWrite ? (
        <Button variant="link" isInline onClick={() => setOpen(true)}>
          {hcpTags.length === 0 ? 'Add HCP tags' : 'Edit HCP tags'}
        </Button>
      ) : null}
      {isOpen ? (
        <HcpTagDialog
          title={`HCP tags of ${what}`}
          carried={[hcpTags]}
          repositories={repositoryId === undefined ? [] : [repositoryId]}
          images={digest === undefined ? [] : [digest]}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}
