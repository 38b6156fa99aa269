import type { HcpTagChange } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { hcpTagChangesQuery } from '../../api/hcp-tags.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { HistoryIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { PagedSearch } from '../../components/search-state.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { changeWords, subjectName } from './change-words.ts';

/** Subjects that a line names; the rest is counted. */
const SHOWN = 5;

/** Who did what with HCP tags, also with those that are deleted. */
export function HcpTagChanges({
  search,
  onPage,
}: {
  search: PagedSearch;
  onPage: (search: PagedSearch) => void;
}): ReactElement {
  const changes = useQuery(hcpTagChangesQuery({ cursor: search.cursor, limit: 50 }));
  return (
    <div className="ph-stack">
      <h2 className="pf-v6-u-screen-reader">History of HCP tags</h2>
      <SearchToolbar found={<Found page={changes.data} one="change" />} />
      <QueryView query={changes} what="the history" skeleton={<ListSkeleton what="the history" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="Nothing happened yet" icon={HistoryIcon}>
              Whoever makes, changes, applies or removes an HCP tag is listed here.
            </EmptyState>
          ) : (
            <DataTable
              label="History of HCP tags"
              columns={COLUMNS}
              rows={page.items}
              rowKey={({ id }) => String(id)}
            />
          )
        }
      </QueryView>
      <Paging page={changes.data} search={search} listKey="hcp-tag-changes" onPage={onPage} />
    </div>
  );
}

const COLUMNS: readonly Column<HcpTagChange>[] = [
  { label: 'When', modifier: 'nowrap', cell: (change) => <RelativeTime time={change.at} /> },
  { label: 'Who', modifier: 'breakWord', cell: (change) => change.by },
  { label: 'HCP tag', modifier: 'breakWord', cell: (change) => change.name },
  { label: 'What', modifier: 'breakWord', cell: (change) => <What change={change} /> },
];

function What({ change }: { change: HcpTagChange }): ReactElement {
  const shown = change.subjects.slice(0, SHOWN);
  const more = change.repositories + change.images - shown.length;
  return (
    <>
      {changeWords(change)}
      {shown.length > 0 ? (
        <div className="ph-quiet ph-break">
          {shown.map(subjectName).join(', ')}
          {more > 0 ? ` and ${plural(more, 'more', 'more')}` : ''}
        </div>
      ) : null}
    </>
  );
}
