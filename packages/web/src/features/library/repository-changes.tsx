import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { RepositoryDetail, TagChange } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { tagChangesQuery } from '../../api/tags.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { HistoryIcon } from '../../components/icons.ts';
import { PresenceLabel, Unknown } from '../../components/labels.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { CompareLink } from './compare-link.tsx';
import type { RepositorySearch } from './search.ts';

const TAG: Column<TagChange> = {
  label: 'Tag',
  cell: ({ repositoryId, name }) => (
    <Link to="/library/$repositoryId/tags/$name" params={{ repositoryId, name }} search={{ tab: 'history' }}>
      {name}
    </Link>
  ),
};
const WHEN: Column<TagChange> = { label: 'Noticed', modifier: 'nowrap', cell: ({ at }) => <RelativeTime time={at} /> };

const MOVED: readonly Column<TagChange>[] = [
  TAG,
  WHEN,
  { label: 'Before', cell: ({ previous }) => (previous === null ? <Unknown /> : <Digest digest={previous} />) },
  { label: 'Since then', cell: ({ digest }) => <Digest digest={digest} /> },
  {
    label: 'Last seen before',
    modifier: 'nowrap',
    cell: ({ previousLastSeenAt }) => <RelativeTime time={previousLastSeenAt} />,
  },
  {
    label: 'Compare',
    hideLabel: true,
    modifier: 'nowrap',
    cell: ({ previous, digest, name }) =>
      previous === null ? null : (
        <CompareLink from={previous} to={digest} text="Compare" of={`both images of ${name}`} />
      ),
  },
];

const VANISHED: readonly Column<TagChange>[] = [
  TAG,
  WHEN,
  {
    label: 'What',
    cell: ({ presence, why }) => (
      <span className="ph-inline-list">
        <PresenceLabel presence={presence} />
        {why === null ? null : (
          <span className="ph-quiet">{why === 'rule' ? 'no rule takes it any more' : 'not listed any more'}</span>
        )}
      </span>
    ),
  },
  { label: 'Last digest', cell: ({ digest }) => <Digest digest={digest} /> },
];

/** Tags that moved, with both digests and when; and tags that vanished, with the digest they pointed to last. */
export function RepositoryChanges({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [search, change] = useSearchState<RepositorySearch>();
  const kind = search.change ?? 'moved';
  const { cursor } = search;
  const changes = useQuery(tagChangesQuery({ repositoryId: repository.id, kind, cursor, limit: 50 }));
  const choose = (next: RepositorySearch['change']) => change({ change: next, cursor: undefined, page: undefined });
  return (
    <>
      <h2 className="pf-v6-u-screen-reader">Changes</h2>
      <SearchToolbar
        found={<Found page={changes.data} one={kind === 'moved' ? 'move' : 'tag'} />}
        facets={
          <ToggleGroup aria-label="Which changes">
            <ToggleGroupItem
              text="Moved"
              buttonId="changes-moved"
              isSelected={kind === 'moved'}
              onChange={() => choose(undefined)}
            />
            <ToggleGroupItem
              text="Missing and retired"
              buttonId="changes-vanished"
              isSelected={kind === 'vanished'}
              onChange={() => choose('vanished')}
            />
          </ToggleGroup>
        }
      />
      <QueryView query={changes} what="the changes" skeleton={<ListSkeleton what="the changes" rows={6} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title={kind === 'moved' ? 'No tag moved' : 'No tag vanished'} icon={HistoryIcon}>
              {kind === 'moved'
                ? 'Every tag has pointed to one digest ever since it was first seen. When one moves, both digests stand here.'
                : 'The registry lists every tag that came in. When one vanishes, it stands here with the digest it pointed to last.'}
            </EmptyState>
          ) : (
            <DataTable
              label={kind === 'moved' ? 'Tags that moved' : 'Tags that vanished'}
              columns={kind === 'moved' ? MOVED : VANISHED}
              rows={page.items}
              rowKey={({ name, at, digest }) => `${name} ${at} ${digest}`}
              isStale={changes.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={changes.data}
        search={search}
        listKey={JSON.stringify(['changes', repository.id, kind])}
        onPage={(next) => change(next, 'push')}
      />
    </>
  );
}
