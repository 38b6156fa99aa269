import { Label } from '@patternfly/react-core';
import type { TagDetail, TagHistoryEntry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { tagHistoryQuery } from '../../api/tags.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { ImageStateLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';

const COLUMNS: readonly Column<TagHistoryEntry>[] = [
  {
    label: 'Digest',
    cell: (entry) => (
      <span className="ph-inline-list">
        <Digest digest={entry.digest} />
        {entry.current ? (
          <Label isCompact color="blue">
            now
          </Label>
        ) : null}
      </span>
    ),
  },
  { label: 'Version', cell: (entry) => entry.version?.raw ?? '–' },
  { label: 'First seen', cell: (entry) => <RelativeTime time={entry.firstSeenAt} /> },
  { label: 'Last seen', cell: (entry) => <RelativeTime time={entry.lastSeenAt} /> },
  { label: 'State', cell: (entry) => <ImageStateLabel state={entry.state} /> },
];

/** Every digest that the tag was seen to point to, newest first. */
export function TagHistoryPanel({ tag }: { tag: TagDetail }): ReactElement {
  const history = useQuery(tagHistoryQuery(tag.repositoryId, tag.name));
  return (
    <Panel title="History of the tag">
      <QueryView query={history} what="the history" skeleton={<ListSkeleton what="the history" rows={3} />}>
        {(page) => (
          <div className="ph-stack-small">
            <p className="ph-quiet">
              {page.total <= 1
                ? 'The tag has pointed to one digest ever since it was first seen.'
                : `The tag moved ${page.total - 1 === 1 ? 'once' : `${page.total - 1} times`}. Each digest keeps its own state.`}
            </p>
            <DataTable
              label="History"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(entry) => `${entry.digest}${entry.firstSeenAt}`}
            />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
