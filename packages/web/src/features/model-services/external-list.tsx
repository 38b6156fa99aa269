import type { ModelService } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { servicesQuery } from '../../api/model-services.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { BrainIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { ServicesSearch } from './search.ts';
import { ProbeLabel } from './status-label.tsx';

/** Services that somebody else runs. */
export function ExternalList(): ReactElement {
  const [search, change] = useSearchState<ServicesSearch>();
  const { q, cursor } = search;
  const services = useQuery(servicesQuery({ limit: 50, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) }));
  const add = useMay('model-services:write') ? (
    <Link to="/model-services/external/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Register a service</span>
    </Link>
  ) : null;
  return (
    <div className="ph-stack">
      <SearchToolbar
        searchLabel="Search by name, address or model"
        q={q}
        onSearch={(text) => change({ q: text, cursor: undefined, page: undefined })}
        found={<Found page={services.data} one="service" many="services" />}
        action={add}
      />
      <QueryView query={services} what="the services" skeleton={<ListSkeleton what="the services" rows={3} />}>
        {(page) =>
          page.items.length > 0 ? (
            <DataTable
              label="External services"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(row) => row.id}
              isStale={services.isPlaceholderData}
            />
          ) : q ? (
            <EmptyState title="No service is found" icon={BrainIcon}>
              The search looks for a part of the name, of the address or of the model.
            </EmptyState>
          ) : (
            <EmptyState title="No external service yet" icon={BrainIcon} action={add}>
              Register a service that answers <code>GET /v1/models</code>, to see whether it is ready and to try it.
            </EmptyState>
          )
        }
      </QueryView>
      <Paging page={services.data} search={search} listKey="model-services" onPage={(next) => change(next, 'push')} />
    </div>
  );
}

const COLUMNS: readonly Column<ModelService>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: ({ id, name }) => (
      <Link to="/model-services/external/$serviceId" params={{ serviceId: id }}>
        {name}
      </Link>
    ),
  },
  { label: 'State', cell: ({ probe }) => <ProbeLabel probe={probe} /> },
  {
    label: 'Models',
    modifier: 'breakWord',
    cell: ({ model, probe }) => (
      <>
        <HostileText text={model} />
        {probe.models.length > 1 ? (
          <span className="ph-quiet ph-block">of {plural(probe.models.length, 'model')} that it names</span>
        ) : null}
      </>
    ),
  },
  { label: 'Address', modifier: 'breakWord', cell: ({ baseUrl }) => <HostileText text={baseUrl} /> },
  { label: 'Last asked', cell: ({ probe }) => <RelativeTime time={probe.checkedAt} absent="never" /> },
];
