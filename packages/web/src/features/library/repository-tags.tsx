import type { RepositoryDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { repositoryTagsQuery } from '../../api/tags.ts';
import { SearchIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { useSelection } from '../../components/selection.ts';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { RepositorySearch } from './search.ts';
import { hasTagFilters, NO_TAG_FILTERS, TagFacets } from './tag-facets.tsx';
import { TagSelection, useTagPicks } from './tag-selection.tsx';
import { TagTable, tagKey } from './tag-table.tsx';

/** The repository's tags, in version order unless somebody wants another. */
export function RepositoryTags({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [search, change] = useSearchState<RepositorySearch>();
  const { tab: _tab, page: _page, ...filters } = search;
  const sort = search.sort ?? '-version';
  const tags = useQuery(repositoryTagsQuery(repository.id, { ...filters, sort, limit: 50 }));
  const refilter = (patch: Partial<RepositorySearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const filtered = hasTagFilters(search);
  const selection = useSelection(tagKey);
  const picks = useTagPicks(selection, false);
  const majors = repository.majors.toSorted((a, b) => b - a);

  return (
    <>
      <h2 className="pf-v6-u-screen-reader">Tags</h2>
      <SearchToolbar
        searchLabel="Search tag name or digest"
        q={search.q}
        onSearch={(q) => refilter({ q })}
        facets={
          <TagFacets search={search} onChange={refilter} majors={majors} hasPostgres={repository.kind === 'postgres'} />
        }
        onClear={filtered ? () => change(NO_TAG_FILTERS) : undefined}
        found={<Found page={tags.data} one="tag" />}
      />
      <TagSelection selection={selection} page={tags.data?.items ?? []} />
      <QueryView query={tags} what="the tags" skeleton={<ListSkeleton what="the tags" rows={10} />}>
        {(page) =>
          page.items.length === 0 ? (
            <NoTags repository={repository} filtered={filtered} />
          ) : (
            <TagTable
              tags={page.items}
              sort={sort}
              onSort={(next) => refilter({ sort: next as RepositorySearch['sort'] })}
              isStale={tags.isPlaceholderData}
              selection={picks}
            />
          )
        }
      </QueryView>
      <Paging
        page={tags.data}
        search={search}
        listKey={JSON.stringify(['tags', repository.id, { ...filters, cursor: undefined }])}
        onPage={(next) => change(next, 'push')}
      />
      <WhyMissing repository={repository} />
    </>
  );
}

function NoTags({ repository, filtered }: { repository: RepositoryDetail; filtered: boolean }): ReactElement {
  if (filtered) {
    return (
      <EmptyState title="No tag fits" icon={SearchIcon}>
        Search looks at the names of tags and at digests. Clear a filter to see more.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No tag came in">
      {repository.listedTags > 0
        ? 'The registry lists tags, but the rules keep all of them out.'
        : 'The registry listed no tags for this repository at its last reading.'}
    </EmptyState>
  );
}

function WhyMissing({ repository }: { repository: RepositoryDetail }): ReactElement | null {
  if (repository.rules.length === 0) return null;
  return (
    <p className="ph-quiet ph-note">
      Is a tag missing here?{' '}
      <Link to="/library/$repositoryId" params={{ repositoryId: repository.id }} search={{ tab: 'left-out' }}>
        The tags that stayed out
      </Link>{' '}
      say which clause keeps them out.
    </p>
  );
}
