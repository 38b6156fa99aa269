import { Alert, Label, PageSection } from '@patternfly/react-core';
import type { Registry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { registriesQuery } from '../../api/registries.ts';
import { runningScansQuery } from '../../api/scans.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { RegistryStateLabel, WarningLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Found } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ScanProgress } from '../../components/scan-progress.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { spent, spentWords } from './reading-words.ts';
import { registryWarnings, shownState } from './registry-warnings.ts';
import type { RegistriesSearch } from './search.ts';
import { SourceLabel } from './source-label.tsx';

/** The registries, and how each answers. */
export function RegistriesPage(): ReactElement {
  const [search, change] = useSearchState<RegistriesSearch>();
  const registries = useQuery(registriesQuery({ q: search.q, limit: 1000 }));
  const running = useQuery(runningScansQuery);
  const mayConnect = useMay('registries:write');
  const connect = mayConnect ? (
    <Link to="/manage/registries/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Connect a registry</span>
    </Link>
  ) : null;
  const sweeps = (running.data?.items ?? []).filter((scan) => scan.parentId === null);

  return (
    <>
      <PageTitle title="Registries">
        <p className="ph-quiet">
          The registries that Beacon Agents read. Pharos only reads; what comes in is decided by{' '}
          <Link to="/manage/rules">Repository Rules</Link>.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {sweeps.map((scan) => (
          <ScanProgress key={scan.id} scan={scan} />
        ))}
        <SearchToolbar
          searchLabel="Search name or address"
          q={search.q}
          onSearch={(q) => change({ q })}
          found={<Found page={registries.data} one="registry" many="registries" />}
          action={connect}
        />
        <QueryView query={registries} what="the registries" skeleton={<ListSkeleton what="the registries" rows={3} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title={search.q ? 'No registry fits' : 'No registry is connected'} action={connect}>
                {search.q
                  ? 'Search looks at names and addresses.'
                  : 'Connect the registry that holds your images; a check says at once what works and what to fix.'}
              </EmptyState>
            ) : (
              <>
                {page.items.every((registry) => registry.isSample) && !search.q ? (
                  <Alert variant="info" isInline component="h2" title="Only the built-in sample registry is connected">
                    It holds examples to look at. Connect your own registry to see your images.
                  </Alert>
                ) : null}
                <DataTable label="Registries" columns={COLUMNS} rows={page.items} rowKey={(registry) => registry.id} />
              </>
            )
          }
        </QueryView>
      </PageSection>
    </>
  );
}

const COLUMNS: readonly Column<Registry>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (registry) => (
      <div className="ph-name">
        <Link to="/manage/registries/$registryId" params={{ registryId: registry.id }}>
          {registry.name}
        </Link>
        <div className="ph-quiet">{registry.url}</div>
        {registry.reading ? <div className="ph-quiet">{registry.reading.product}</div> : null}
      </div>
    ),
  },
  {
    label: 'State',
    modifier: 'breakWord',
    cell: (registry) => (
      <div className="ph-stack-tiny">
        <span className="ph-inline-list">
          <RegistryStateLabel state={shownState(registry)} />
          {registryWarnings(registry).map((warning) => (
            <WarningLabel key={warning} text={warning} />
          ))}
        </span>
        {shownState(registry) === 'error' || shownState(registry) === 'warning' ? (
          <span className="ph-quiet">{registry.status.message}</span>
        ) : null}
      </div>
    ),
  },
  { label: 'Location', cell: (registry) => registry.locationId },
  { label: 'Repositories', cell: (registry) => formatCount(registry.repositoryCount) },
  { label: 'Tags', cell: (registry) => formatCount(registry.tagCount) },
  {
    label: 'Rules',
    cell: (registry) =>
      registry.ruleCount === 0 ? (
        <Link to="/manage/rules/new" search={{ registryId: registry.id }}>
          None yet: add one
        </Link>
      ) : (
        <Link to="/manage/rules" search={{ registryId: registry.id }}>
          {formatCount(registry.ruleCount)}
        </Link>
      ),
  },
  {
    label: 'Requests in 24 h',
    modifier: 'nowrap',
    cell: (registry) => <Requests registry={registry} />,
  },
  { label: 'Last scan', modifier: 'nowrap', cell: (registry) => <RelativeTime time={registry.lastScanAt} /> },
  {
    label: 'Source',
    cell: (registry) => (
      <span className="ph-inline-list">
        <SourceLabel source={registry.source} />
        {registry.isSample ? <Label isCompact>Sample</Label> : null}
      </span>
    ),
  },
];

/** Requests against the allowance; a word as well as the colour when little or nothing is left. */
function Requests({ registry }: { registry: Registry }): ReactElement {
  const { requestsPerDay } = registry.budget;
  const share = requestsPerDay === null ? 0 : spent(registry) / requestsPerDay;
  return (
    <span className="ph-inline-list">
      {spentWords(registry)}
      {share >= 0.9 ? <WarningLabel text={share >= 1 ? 'Used up' : 'Nearly used up'} /> : null}
    </span>
  );
}
