import { PageSection, ToggleGroup, ToggleGroupItem, ToolbarItem } from '@patternfly/react-core';
import type { Model } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { modelsQuery } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Facet } from '../../components/facet.tsx';
import { BrainIcon, ListIcon, SearchIcon, ThIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ModelCards } from './model-cards.tsx';
import { ModelFacetFields } from './model-facets.tsx';
import { MODEL_COLUMNS } from './model-table.tsx';
import { filtersOf, hasFilters, type ModelsSearch, NO_FILTERS } from './search.ts';

const SORTS = [
  { value: 'name', label: 'Name' },
  { value: '-updated', label: 'Newest image' },
  { value: '-size', label: 'Largest image' },
  { value: 'size', label: 'Smallest image' },
];

const PAGE_SIZE = 24;

/** Every model that the library holds an image of. */
export function ModelsPage(): ReactElement {
  const [search, change] = useSearchState<ModelsSearch>();
  const sort = search.sort ?? 'task';
  const filters = filtersOf(search);
  const models = useQuery(modelsQuery({ ...filters, sort, cursor: search.cursor, limit: PAGE_SIZE }));
  const refilter = (patch: Partial<ModelsSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const isFiltered = hasFilters(search);
  const isTable = search.view === 'table';
  return (
    <>
      <PageTitle title="Model Library">
        <p className="ph-quiet">
          The model images of the Image Library, grouped by the model they serve, with what is known of it and where
          that is from.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        <SearchToolbar
          searchLabel="Search models"
          q={search.q}
          onSearch={(q) => refilter({ q })}
          facets={<ModelFacetFields filters={filters} onChange={refilter} />}
          onClear={isFiltered ? () => change(NO_FILTERS) : undefined}
          found={<Found page={models.data} one="model" />}
          view={
            <>
              <ToolbarItem>
                <Facet
                  label="Sort"
                  options={SORTS}
                  anyLabel="Task"
                  value={search.sort === 'task' ? undefined : search.sort}
                  onChange={(value) => refilter({ sort: value as ModelsSearch['sort'] })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <ViewSwitch isTable={isTable} onChange={(view) => change({ view })} />
              </ToolbarItem>
            </>
          }
        />
        <QueryView
          query={models}
          what="the models"
          skeleton={<ListSkeleton what="the models" cards={!isTable} rows={6} />}
        >
          {(page) => {
            if (page.items.length === 0) {
              return isFiltered ? <NothingFound onClear={() => change(NO_FILTERS)} /> : <NothingYet />;
            }
            if (!isTable) return <ModelCards models={page.items} isByTask={sort === 'task' || sort === '-task'} />;
            return (
              <DataTable<Model>
                label="Models"
                columns={MODEL_COLUMNS}
                rows={page.items}
                rowKey={(model) => model.id}
                sort={sort}
                onSort={(next) => refilter({ sort: next as ModelsSearch['sort'] })}
                isStale={models.isPlaceholderData}
              />
            );
          }}
        </QueryView>
        <Paging
          page={models.data}
          search={search}
          listKey={JSON.stringify(['models', filters, sort])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}

function ViewSwitch({ isTable, onChange }: { isTable: boolean; onChange: (view: 'table' | undefined) => void }) {
  return (
    <ToggleGroup aria-label="Draw as">
      <ToggleGroupItem
        icon={<ThIcon />}
        aria-label="Cards"
        isSelected={!isTable}
        onChange={() => onChange(undefined)}
      />
      <ToggleGroupItem icon={<ListIcon />} aria-label="Table" isSelected={isTable} onChange={() => onChange('table')} />
    </ToggleGroup>
  );
}

function NothingFound({ onClear }: { onClear: () => void }): ReactElement {
  return (
    <EmptyState
      title="No model fits"
      icon={SearchIcon}
      action={
        <button type="button" className="pf-v6-c-button pf-m-link" onClick={onClear}>
          Clear filters
        </button>
      }
    >
      Search looks at names, publishers and descriptions. A model whose GPU need is not known fits no GPU filter.
    </EmptyState>
  );
}

function NothingYet(): ReactElement {
  const mayRule = useMay('rules:write');
  return (
    <EmptyState
      title="No models yet"
      icon={BrainIcon}
      action={
        mayRule ? (
          <Link
            to="/manage/rules/new"
            search={{ kind: 'model', include: 'nim/*/*' }}
            className="pf-v6-c-button pf-m-primary"
          >
            <span className="pf-v6-c-button__text">Write a rule for model images</span>
          </Link>
        ) : (
          <Link to="/manage/rules">Look at the Repository Rules</Link>
        )
      }
    >
      Models appear once a Repository Rule lets model images in and a scan has read them: NIM containers (such as{' '}
      <code>nim/meta/llama-3.1-8b-instruct</code>), modelcars, ModelPack, ModelKit, Docker and Ollama models.
    </EmptyState>
  );
}
