import { PageSection, ToolbarItem } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { registriesQuery } from '../../api/registries.ts';
import { tagsQuery } from '../../api/tags.ts';
import { Facet } from '../../components/facet.tsx';
import { SearchIcon } from '../../components/icons.ts';
import { KIND_NAMES } from '../../components/labels.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { SavedViews } from '../../components/saved-views.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { useSelection } from '../../components/selection.ts';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { LibraryHead } from './library-head.tsx';
import type { TagsSearch } from './search.ts';
import { hasTagFilters, NO_TAG_FILTERS, TagFacets } from './tag-facets.tsx';
import { TagSelection, useTagPicks } from './tag-selection.tsx';
import { TagTable, tagKey } from './tag-table.tsx';

const SUPPORTED_MAJORS = [19, 18, 17, 16, 15, 14, 13];

/** Tags of all repositories: by name, digest, engine, extension, wherever they stand. */
export function AllTagsPage(): ReactElement {
  const [search, change] = useSearchState<TagsSearch>();
  const { page: _page, ...filters } = search;
  const sort = search.sort ?? '-seen';
  const tags = useQuery(tagsQuery({ ...filters, sort, limit: 50 }));
  const registries = useQuery(registriesQuery());
  const refilter = (patch: Partial<TagsSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const clear = () =>
    change({ ...NO_TAG_FILTERS, kind: undefined, registryId: undefined, locationId: undefined, extension: undefined });
  const selection = useSelection(tagKey);
  const picks = useTagPicks(selection, true);
  const filtered =
    hasTagFilters(search) || Boolean(search.kind || search.registryId || search.extension || search.locationId);

  return (
    <>
      <LibraryHead current="/library/tags" />
      <PageSection hasBodyWrapper={false}>
        <h2 className="pf-v6-u-screen-reader">Tags</h2>
        <SearchToolbar
          searchLabel="Search tag name or digest"
          q={search.q}
          onSearch={(q) => refilter({ q })}
          facets={
            <>
              <ToolbarItem>
                <Facet
                  label="Kind"
                  options={Object.entries(KIND_NAMES).map(([value, label]) => ({ value, label }))}
                  value={search.kind}
                  onChange={(kind) => refilter({ kind: kind as TagsSearch['kind'] })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <Facet
                  label="Registry"
                  options={(registries.data?.items ?? []).map(({ id, name, tagCount }) => ({
                    value: id,
                    label: name,
                    count: tagCount,
                  }))}
                  value={search.registryId}
                  onChange={(registryId) => refilter({ registryId })}
                />
              </ToolbarItem>
              <TagFacets
                search={search}
                onChange={refilter}
                majors={SUPPORTED_MAJORS}
                hasPostgres={search.kind === undefined || search.kind === 'postgres'}
              />
            </>
          }
          onClear={filtered ? clear : undefined}
          found={<Found page={tags.data} one="tag" />}
          view={
            <ToolbarItem>
              <SavedViews page="tags" search={search} />
            </ToolbarItem>
          }
        />
        {search.extension ? (
          <p>
            With the extension <strong>{search.extension}</strong>.
          </p>
        ) : null}
        <TagSelection selection={selection} page={tags.data?.items ?? []} />
        <QueryView query={tags} what="the tags" skeleton={<ListSkeleton what="the tags" rows={10} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState
                title={filtered ? 'No tag fits' : 'No tags yet'}
                icon={SearchIcon}
                action={filtered ? undefined : <Link to="/manage/scans">Look at the scans</Link>}
              >
                {filtered
                  ? 'Search looks at the names of tags and at digests. Clear a filter to see more.'
                  : 'Tags appear here as soon as the first scan has read them.'}
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
          listKey={JSON.stringify(['tags', { ...filters, cursor: undefined }])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}
