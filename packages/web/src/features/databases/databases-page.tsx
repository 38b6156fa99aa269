import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Cluster } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { clustersQuery } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { DatabaseIcon } from '../../components/icons.ts';
import { EngineLabel, ImageStateLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { CatalogList } from './catalog-list.tsx';
import type { DatabasesSearch } from './search.ts';
import { StatusLabel } from './status-label.tsx';
import { UpgradeStateLabel } from './upgrade-label.tsx';

/** PostgreSQL clusters from the library, and the catalogs that they may follow. */
export function DatabasesPage(): ReactElement {
  const [search, change] = useSearchState<DatabasesSearch>();
  return (
    <>
      <PageTitle title="Databases">
        <p className="ph-quiet">
          PostgreSQL clusters made from approved images, and image catalogs of approved digests.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Databases"
          activeKey={search.tab ?? 'clusters'}
          onSelect={(_, key) =>
            change({ tab: key === 'catalogs' ? 'catalogs' : undefined, cursor: undefined, page: undefined }, 'push')
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="clusters" title={<TabTitleText>Clusters</TabTitleText>}>
            <ClusterList />
          </Tab>
          <Tab eventKey="catalogs" title={<TabTitleText>Catalogs</TabTitleText>}>
            <CatalogList />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

function ClusterList(): ReactElement {
  const [search, change] = useSearchState<DatabasesSearch>();
  const { q, cursor } = search;
  const clusters = useQuery(clustersQuery({ limit: 50, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) }));
  const add = useMay('clusters:write') ? (
    <Link to="/databases/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">New cluster</span>
    </Link>
  ) : null;
  return (
    <div className="ph-stack">
      <SearchToolbar
        searchLabel="Search by name or namespace"
        q={q}
        onSearch={(text) => change({ q: text, cursor: undefined, page: undefined })}
        found={<Found page={clusters.data} one="cluster" many="clusters" />}
        action={clusters.data?.items.length === 0 && !q ? null : add}
      />
      <QueryView query={clusters} what="the clusters" skeleton={<ListSkeleton what="the clusters" rows={3} />}>
        {(page) =>
          page.items.length > 0 ? (
            <DataTable
              label="Clusters"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(row) => row.id}
              isStale={clusters.isPlaceholderData}
            />
          ) : q ? (
            <EmptyState title="No cluster has this name" icon={DatabaseIcon}>
              The search looks for a part of the name or of the namespace.
            </EmptyState>
          ) : (
            <EmptyState title="No cluster yet" icon={DatabaseIcon} action={add}>
              Choose an approved image; Pharos writes a manifest that the operator takes.
            </EmptyState>
          )
        }
      </QueryView>
      <Paging page={clusters.data} search={search} listKey="clusters" onPage={(next) => change(next, 'push')} />
    </div>
  );
}

/** What waits or is under way, with its time. */
function OpenUpgrade({ upgrade }: Pick<Cluster, 'upgrade'>): ReactElement {
  if (upgrade === null) return <span className="ph-quiet">none</span>;
  return (
    <>
      <UpgradeStateLabel state={upgrade.state} />
      <span className="ph-quiet ph-block">
        to <HostileText text={upgrade.to} />
        {upgrade.opensAt === null ? null : (
          <>
            {' '}
            <RelativeTime time={upgrade.opensAt} />
          </>
        )}
      </span>
    </>
  );
}

const COLUMNS: readonly Column<Cluster>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: ({ id, name, namespace }) => (
      <>
        <Link to="/databases/$clusterId" params={{ clusterId: id }}>
          {name}
        </Link>
        <span className="ph-quiet ph-block">{namespace}</span>
      </>
    ),
  },
  { label: 'State', cell: ({ status }) => <StatusLabel status={status} /> },
  { label: 'Engine', cell: ({ image }) => <EngineLabel engine={image.engine} /> },
  { label: 'Image', modifier: 'breakWord', cell: ({ image }) => <HostileText text={image.tag} /> },
  { label: 'Decided', cell: ({ image }) => <ImageStateLabel state={image.state} /> },
  { label: 'Upgrade', modifier: 'breakWord', cell: ({ upgrade }) => <OpenUpgrade upgrade={upgrade} /> },
  { label: 'Location', modifier: 'nowrap', cell: ({ location }) => location },
  { label: 'Changed', cell: ({ updatedAt }) => <RelativeTime time={updatedAt} /> },
];
