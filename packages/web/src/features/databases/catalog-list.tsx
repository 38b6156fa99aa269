import { Label } from '@patternfly/react-core';
import { API_PREFIX, type Catalog } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { catalogsQuery } from '../../api/clusters.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { CopyButton } from '../../components/digest.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DatabaseIcon } from '../../components/icons.ts';
import { EngineLabel } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';

/** Image catalogs: one for each engine, flavour and base of a location. */
export function CatalogList(): ReactElement {
  const catalogs = useQuery(catalogsQuery);
  return (
    <QueryView query={catalogs} what="the catalogs" skeleton={<ListSkeleton what="the catalogs" rows={3} />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title="No catalog yet" icon={DatabaseIcon}>
            A catalog comes by itself once a PostgreSQL image with an exact version is approved.
          </EmptyState>
        ) : (
          <DataTable label="Catalogs" columns={COLUMNS} rows={items} rowKey={(row) => addressOf(row)} />
        )
      }
    </QueryView>
  );
}

const addressOf = ({ name, location }: Catalog) =>
  `${API_PREFIX}/catalogs/${encodeURIComponent(name)}.yaml?location=${encodeURIComponent(location)}`;

const COLUMNS: readonly Column<Catalog>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (catalog) => (
      <span className="ph-inline-list">
        <a href={addressOf(catalog)}>{catalog.name}</a>
        <CopyButton text={`${window.location.origin}${addressOf(catalog)}`} what="the address of the catalog" />
      </span>
    ),
  },
  { label: 'Engine', cell: ({ engine }) => <EngineLabel engine={engine} /> },
  { label: 'Location', cell: ({ location }) => location },
  {
    label: 'Serves',
    modifier: 'breakWord',
    cell: ({ entries, withheld }) => (
      <>
        <HostileText text={entries.map(({ tag }) => tag).join(', ') || 'nothing'} />
        {withheld.length > 0 ? (
          <span className="ph-quiet ph-block">{plural(withheld.length, 'image')} left out</span>
        ) : null}
      </>
    ),
  },
  {
    label: 'Edition',
    cell: ({ edition, editionAt, mode }) => (
      <span className="ph-inline-list">
        <span>
          {edition}, <RelativeTime time={editionAt} />
        </span>
        {mode === 'held' ? (
          <Label isCompact color="yellow">
            Held
          </Label>
        ) : null}
      </span>
    ),
  },
  { label: 'Followed by', cell: ({ clusters }) => plural(clusters, 'cluster') },
];
