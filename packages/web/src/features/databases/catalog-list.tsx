import { Label } from '@patternfly/react-core';
import type { Catalog } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { catalogsQuery } from '../../api/catalogs.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DatabaseIcon } from '../../components/icons.ts';
import { EngineLabel } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { RolloutLabel } from './rollout-label.tsx';

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
          <DataTable label="Catalogs" columns={COLUMNS} rows={items} rowKey={(row) => `${row.location} ${row.name}`} />
        )
      }
    </QueryView>
  );
}

const COLUMNS: readonly Column<Catalog>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (catalog) => (
      <Link to="/databases/catalogs/$name" params={{ name: catalog.name }} search={{ location: catalog.location }}>
        {catalog.name}
      </Link>
    ),
  },
  { label: 'Engine', cell: ({ engine }) => <EngineLabel engine={engine} /> },
  { label: 'Location', modifier: 'nowrap', cell: ({ location }) => location },
  {
    label: 'Serves',
    modifier: 'breakWord',
    cell: ({ entries, withheld }) => (
      <>
        {entries.length === 0 ? 'nothing' : null}
        {entries.map(({ major, tag }) => (
          <span key={major} className="ph-block">
            <HostileText text={tag} />
          </span>
        ))}
        {withheld.length > 0 ? (
          <span className="ph-quiet ph-block">{plural(withheld.length, 'image')} left out</span>
        ) : null}
      </>
    ),
  },
  {
    label: 'Edition',
    cell: ({ edition, editionAt, mode, rollout, waiting }) => (
      <span className="ph-inline-list">
        <span>
          {edition}, <RelativeTime time={editionAt} />
        </span>
        {rollout !== null && rollout.state !== 'out' ? <RolloutLabel state={rollout.state} /> : null}
        {waiting > 0 ? (
          <Label isCompact color="blue">
            {plural(waiting, 'cluster')} for a second person
          </Label>
        ) : null}
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
