import { PageSection, ToggleGroup, ToggleGroupItem, ToolbarItem } from '@patternfly/react-core';
import type { Repository } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { locationsQuery } from '../../api/agents.ts';
import { registriesQuery } from '../../api/registries.ts';
import { repositoriesQuery } from '../../api/repositories.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facet } from '../../components/facet.tsx';
import { formatCount } from '../../components/format.ts';
import { HcpTagFacet } from '../../components/hcp-tag-facet.tsx';
import { HcpTagLabels } from '../../components/hcp-tag-labels.tsx';
import { ListIcon, SearchIcon, StarIcon, ThIcon } from '../../components/icons.ts';
import { KIND_NAMES, KindLabel, ScanStateLabel, Unknown, WarningLabel } from '../../components/labels.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SavedViews } from '../../components/saved-views.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { useSelection } from '../../components/selection.ts';
import { Star } from '../../components/star.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { LibraryHead } from './library-head.tsx';
import { RepositoryCards } from './repository-cards.tsx';
import { RepositorySelection } from './repository-selection.tsx';
import { repositoryWarnings } from './repository-warnings.ts';
import type { LibrarySearch } from './search.ts';

const SORTS = [
  { value: 'name', label: 'Name' },
  { value: '-updated', label: 'Last changed' },
  { value: '-tags', label: 'Most tags' },
  { value: 'kind', label: 'Kind' },
  { value: 'description', label: 'Description' },
];

const PAGE_SIZE = 24;

const NO_FILTERS: Partial<LibrarySearch> = {
  q: undefined,
  kind: undefined,
  registryId: undefined,
  locationId: undefined,
  hcpTag: undefined,
  favourite: undefined,
};

const repositoryKey = (repository: Repository): string => repository.id;

/** Every repository that a rule let in. */
export function LibraryPage(): ReactElement {
  const [search, change] = useSearchState<LibrarySearch>();
  const { view, page: _page, ...filters } = search;
  const sort = search.sort ?? 'name';
  const query = { ...filters, sort, limit: PAGE_SIZE };
  const repositories = useQuery(repositoriesQuery(query));
  const refilter = (patch: Partial<LibrarySearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const clear = () => refilter(NO_FILTERS);
  const filtered = Object.keys(NO_FILTERS).some((name) => search[name as keyof LibrarySearch] !== undefined);
  const selection = useSelection(repositoryKey);
  const mayLabel = useMay('hcp-tags:write');

  return (
    <>
      <LibraryHead current="/library" />
      <PageSection hasBodyWrapper={false}>
        <h2 className="pf-v6-u-screen-reader">Repositories</h2>
        <SearchToolbar
          searchLabel="Search name or description"
          q={search.q}
          onSearch={(q) => refilter({ q })}
          facets={<Facets search={search} onChange={refilter} />}
          onClear={filtered ? clear : undefined}
          found={<Found page={repositories.data} one="repository" many="repositories" />}
          view={
            <>
              <ToolbarItem>
                <Facet
                  label="Sort"
                  options={SORTS.filter(({ value }) => value !== 'name')}
                  anyLabel="Name"
                  value={search.sort}
                  onChange={(value) => refilter({ sort: value as LibrarySearch['sort'] })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <SavedViews page="repositories" search={search} />
              </ToolbarItem>
              <ToolbarItem>
                <ViewSwitch view={view} onChange={(next) => change({ view: next })} />
              </ToolbarItem>
            </>
          }
        />
        <RepositorySelection selection={selection} page={repositories.data?.items ?? []} />
        <QueryView
          query={repositories}
          what="the repositories"
          skeleton={<ListSkeleton what="the repositories" cards={view !== 'table'} />}
        >
          {(page) => {
            if (page.items.length === 0) return filtered ? <NothingFound onClear={clear} /> : <NothingYet />;
            if (view !== 'table') return <RepositoryCards repositories={page.items} />;
            return (
              <div className="ph-table-place">
                <DataTable
                  label="Repositories"
                  columns={COLUMNS}
                  rows={page.items}
                  rowKey={(repository) => repository.id}
                  sort={sort}
                  onSort={(next) => refilter({ sort: next as LibrarySearch['sort'] })}
                  isStale={repositories.isPlaceholderData}
                  selection={
                    mayLabel
                      ? { picked: selection.rows, onPick: selection.toggle, nameOf: (repository) => repository.name }
                      : undefined
                  }
                />
              </div>
            );
          }}
        </QueryView>
        <Paging
          page={repositories.data}
          search={search}
          listKey={JSON.stringify(['repositories', { ...filters, cursor: undefined }])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}

interface FacetsProps {
  search: LibrarySearch;
  onChange: (patch: Partial<LibrarySearch>) => void;
}

function Facets({ search, onChange }: FacetsProps): ReactElement {
  const registries = useQuery(registriesQuery());
  const locations = useQuery(locationsQuery);
  return (
    <>
      <ToolbarItem>
        <Facet
          label="Kind"
          options={Object.entries(KIND_NAMES).map(([value, label]) => ({ value, label }))}
          value={search.kind}
          onChange={(kind) => onChange({ kind: kind as LibrarySearch['kind'] })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <Facet
          label="Registry"
          options={(registries.data?.items ?? []).map((each) => ({
            value: each.id,
            label: each.name,
            count: each.repositoryCount,
          }))}
          value={search.registryId}
          onChange={(registryId) => onChange({ registryId })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <HcpTagFacet of="repositories" value={search.hcpTag} onChange={(hcpTag) => onChange({ hcpTag })} />
      </ToolbarItem>
      <ToolbarItem>
        <ToggleGroup aria-label="Favourites">
          <ToggleGroupItem
            icon={<StarIcon />}
            text="Favourites"
            isSelected={search.favourite === 'true'}
            onChange={(_, on) => onChange({ favourite: on ? 'true' : undefined })}
          />
        </ToggleGroup>
      </ToolbarItem>
      {(locations.data?.items.length ?? 0) > 1 || search.locationId ? (
        <ToolbarItem>
          <Facet
            label="Location"
            options={(locations.data?.items ?? []).map((each) => ({
              value: each.id,
              label: each.name,
              count: each.repositoryCount,
            }))}
            value={search.locationId}
            onChange={(locationId) => onChange({ locationId })}
          />
        </ToolbarItem>
      ) : null}
    </>
  );
}

function ViewSwitch({ view, onChange }: { view: 'table' | undefined; onChange: (view: 'table' | undefined) => void }) {
  return (
    <ToggleGroup aria-label="Draw as">
      <ToggleGroupItem
        icon={<ThIcon />}
        aria-label="Cards"
        isSelected={view === undefined}
        onChange={() => onChange(undefined)}
      />
      <ToggleGroupItem
        icon={<ListIcon />}
        aria-label="Table"
        isSelected={view === 'table'}
        onChange={() => onChange('table')}
      />
    </ToggleGroup>
  );
}

function NothingFound({ onClear }: { onClear: () => void }): ReactElement {
  return (
    <EmptyState
      title="No repository fits"
      icon={SearchIcon}
      action={
        <button type="button" className="pf-v6-c-button pf-m-link" onClick={onClear}>
          Clear filters
        </button>
      }
    >
      Search looks at names and descriptions. Is a repository missing altogether? A Repository Rule may keep it out.
    </EmptyState>
  );
}

function NothingYet(): ReactElement {
  return (
    <EmptyState title="The library is empty" action={<Link to="/manage/rules">Look at the Repository Rules</Link>}>
      Repositories appear once a registry is connected, a rule lets them in and the first scan has read them.
    </EmptyState>
  );
}

const COLUMNS: readonly Column<Repository>[] = [
  {
    label: 'Favourite',
    hideLabel: true,
    modifier: 'fitContent',
    cell: (repository) => <Star repositoryId={repository.id} name={repository.name} />,
  },
  {
    label: 'Name',
    sort: 'name',
    modifier: 'breakWord',
    cell: (repository) => (
      <>
        <Link to="/library/$repositoryId" params={{ repositoryId: repository.id }} className="ph-name">
          {repository.name}
        </Link>
        {repository.description ? <div className="ph-quiet">{repository.description}</div> : null}
        <HcpTagLabels hcpTags={repository.hcpTags} most={3} />
      </>
    ),
  },
  { label: 'Kind', sort: 'kind', cell: (repository) => <KindLabel kind={repository.kind} /> },
  { label: 'Registry', extra: 2, cell: (repository) => repository.registry },
  { label: 'Tags', sort: 'tags', descendingFirst: true, cell: (repository) => formatCount(repository.tagCount) },
  {
    label: 'Newest tag',
    modifier: 'breakWord',
    cell: (repository) => (repository.newestTag ? <NewestTag repository={repository} /> : <Unknown word="none" />),
  },
  {
    label: 'Changed',
    sort: 'updated',
    descendingFirst: true,
    modifier: 'nowrap',
    extra: 1,
    cell: (repository) => <RelativeTime time={repository.updatedAt} />,
  },
  {
    label: 'Last scan',
    cell: (repository) => (
      <span className="ph-inline-list">
        {repository.lastScan ? <ScanStateLabel state={repository.lastScan.status} /> : 'Not yet'}
        {repositoryWarnings(repository).map((warning) => (
          <WarningLabel key={warning} text={warning} />
        ))}
      </span>
    ),
  },
];

function NewestTag({ repository }: { repository: Repository }): ReactElement {
  return (
    <Link
      to="/library/$repositoryId/tags/$name"
      params={{ repositoryId: repository.id, name: repository.newestTag ?? '' }}
    >
      {repository.newestTag}
    </Link>
  );
}
