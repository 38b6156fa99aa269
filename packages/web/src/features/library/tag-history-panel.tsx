import { Label } from '@patternfly/react-core';
import type { TagDetail, TagHistoryEntry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { tagHistoryQuery } from '../../api/tags.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { shortDigest } from '../../components/format.ts';
import { ImageStateLabel, Unknown } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { CompareLink } from './compare-link.tsx';
import { TagThen } from './tag-then.tsx';

/** An entry, and the digest that stood there before it. */
interface Row extends TagHistoryEntry {
  previous: string | null;
}

const COLUMNS: readonly Column<Row>[] = [
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
  { label: 'Seen first by scan', cell: ({ scanId }) => <ScanId id={scanId} /> },
  { label: 'State', cell: (entry) => <ImageStateLabel state={entry.state} /> },
  {
    label: 'Compare',
    hideLabel: true,
    cell: ({ previous, digest }) =>
      previous === null ? null : (
        <CompareLink from={previous} to={digest} text="Compare with the one before" of={shortDigest(previous)} />
      ),
  },
];

/** Scans are kept for a while only; the id is what the API and the log know them by. */
function ScanId({ id }: { id: string | null }): ReactElement {
  return id === null ? <Unknown /> : <code title={id}>{id.slice(0, 8)}</code>;
}

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
            <TagThen tag={tag} />
            <DataTable
              label="History"
              columns={COLUMNS}
              rows={page.items.map((entry, index) => ({ ...entry, previous: page.items[index + 1]?.digest ?? null }))}
              rowKey={(entry) => `${entry.digest}${entry.firstSeenAt}`}
            />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
