import { Button, PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { tagFacetsQuery, tagsQuery } from '../../api/tags.ts';
import { SearchIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { SavedViews } from '../../components/saved-views.tsx';
import { useSelection } from '../../components/selection.ts';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { FacetPanel } from './facet-panel.tsx';
import { LibraryHead } from './library-head.tsx';
import { QueryBox } from './query-box.tsx';
import { hasWords, type TagsSearch } from './search.ts';
import { TagSelection, useTagPicks } from './tag-selection.tsx';
import { TagTable, tagKey } from './tag-table.tsx';

/** Tags of all repositories: one search box, and facets that write into it. */
export function AllTagsPage(): ReactElement {
  const [search, change] = useSearchState<TagsSearch>();
  const { q, cursor, sort = '-seen' } = search;
  const tags = useQuery(tagsQuery({ q, cursor, sort, limit: 50 }));
  // Rows first: they are what one waits for, and both at once would share the database.
  const facets = useQuery({ ...tagFacetsQuery({ q }), enabled: !tags.isPending && !tags.isPlaceholderData });
  const refilter = (patch: Partial<TagsSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const selection = useSelection(tagKey);
  const picks = useTagPicks(selection, true);
  const ask = (text: string) => refilter({ q: text === '' ? undefined : text });

  return (
    <>
      <LibraryHead current="/library/tags" />
      <PageSection hasBodyWrapper={false}>
        <h2 className="pf-v6-u-screen-reader">Tags</h2>
        <div className="ph-search-line">
          <QueryBox label="Search tags" value={q ?? ''} onChange={ask} />
          <span className="ph-search-found">
            <Found page={tags.data} one="tag" />
            {q === undefined ? null : (
              <Button variant="link" onClick={() => ask('')}>
                Clear
              </Button>
            )}
          </span>
          <SavedViews page="tags" search={search} />
        </div>
        <div className="ph-faceted">
          <FacetPanel facets={facets.data} isStale={facets.isPlaceholderData} onQuery={ask} />
          <div className="ph-faceted-rows">
            <TagSelection selection={selection} page={tags.data?.items ?? []} />
            <QueryView query={tags} what="the tags" skeleton={<ListSkeleton what="the tags" rows={10} />}>
              {(page) =>
                page.items.length === 0 ? (
                  <EmptyState
                    title={q === undefined ? 'No tags yet' : 'No tag fits'}
                    icon={SearchIcon}
                    action={q === undefined ? <Link to="/manage/scans">Look at the scans</Link> : undefined}
                  >
                    {q === undefined
                      ? 'Tags appear here as soon as the first scan has read them.'
                      : hasWords(q)
                        ? 'Words look at the names of tags and at digests only. Type the beginning of what you look for and choose from the list, or take a term away.'
                        : 'No tag fits all terms at once. Take one away, or choose another value among the filters.'}
                  </EmptyState>
                ) : (
                  <TagTable
                    tags={page.items}
                    sort={sort}
                    onSort={(next) => refilter({ sort: next as TagsSearch['sort'] })}
                    isStale={tags.isPlaceholderData}
                    selection={picks}
                    withRepository
                  />
                )
              }
            </QueryView>
            <Paging
              page={tags.data}
              search={search}
              listKey={JSON.stringify(['tags', q, sort])}
              onPage={(next) => change(next, 'push')}
            />
          </div>
        </div>
      </PageSection>
    </>
  );
}
