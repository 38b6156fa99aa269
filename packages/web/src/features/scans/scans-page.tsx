import { PageSection, ToolbarItem } from '@patternfly/react-core';
import type { Scan } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { registriesQuery } from '../../api/registries.ts';
import { runningScansQuery, scansQuery } from '../../api/scans.ts';
import { Facet } from '../../components/facet.tsx';
import { HistoryIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { ScanProgress } from '../../components/scan-progress.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ScanTable } from './scan-table.tsx';
import type { ScansSearch } from './search.ts';

const STATUSES = [
  { value: 'running', label: 'Running' },
  { value: 'complete', label: 'Complete' },
  { value: 'partial', label: 'Partial' },
  { value: 'failed', label: 'Failed' },
];

export function ScansPage(): ReactElement {
  const [search, change] = useSearchState<ScansSearch>();
  const { page: _page, ...filters } = search;
  const scans = useQuery(scansQuery({ ...filters, limit: 50 }));
  const registries = useQuery(registriesQuery());
  const running = useQuery(runningScansQuery);
  const refilter = (patch: Partial<ScansSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const clear = () => refilter({ status: undefined, registryId: undefined, repositoryId: undefined });
  const filtered = Boolean(search.status || search.registryId || search.repositoryId);
  const now = running.data?.items ?? [];

  return (
    <>
      <PageTitle title="Scans">
        <p className="ph-quiet">
          Each line is one reading of a repository by an agent. Only complete scans may retire a tag; a partial or
          failed one removes nothing.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {now.length > 0 ? (
          <Panel title="Running now">
            <div className="ph-stack">
              {now.slice(0, 10).map((scan: Scan) => (
                <ScanProgress key={scan.id} scan={scan} />
              ))}
              {now.length > 10 ? <p className="ph-quiet">and {now.length - 10} more</p> : null}
            </div>
          </Panel>
        ) : null}
        <SearchToolbar
          facets={
            <>
              <ToolbarItem>
                <Facet
                  label="Status"
                  options={STATUSES}
                  value={search.status}
                  onChange={(status) => refilter({ status: status as ScansSearch['status'] })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <Facet
                  label="Registry"
                  options={(registries.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                  value={search.registryId}
                  onChange={(registryId) => refilter({ registryId })}
                />
              </ToolbarItem>
            </>
          }
          onClear={filtered ? clear : undefined}
          found={<Found page={scans.data} one="scan" />}
        />
        {search.repositoryId && scans.data?.items[0]?.repository ? (
          <p>Of the repository {scans.data.items[0].repository}.</p>
        ) : null}
        <QueryView query={scans} what="the scans" skeleton={<ListSkeleton what="the scans" rows={8} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title={filtered ? 'No scan fits' : 'No scan yet'} icon={HistoryIcon}>
                {filtered
                  ? 'Clear a filter to see more.'
                  : 'The first scan starts as soon as an agent is connected and a rule names something to read.'}
              </EmptyState>
            ) : (
              <ScanTable scans={page.items} />
            )
          }
        </QueryView>
        <Paging
          page={scans.data}
          search={search}
          listKey={JSON.stringify(['scans', { ...filters, cursor: undefined }])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}
