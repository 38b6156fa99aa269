import type { Extension, Image } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Unknown } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { filterExtensions } from './filter-extensions.ts';
import type { TagSearch } from './search.ts';

const COLUMNS: readonly Column<Extension>[] = [
  {
    label: 'Extension',
    cell: (extension) => (
      <Link
        to="/library/tags"
        search={{ extension: extension.name }}
        title={`Other tags with ${extension.name}`}
        className="ph-break"
      >
        {extension.name}
      </Link>
    ),
  },
  {
    label: 'Version',
    cell: ({ version }) => (version === null ? <Unknown /> : <HostileText text={version} clamp={60} />),
  },
  {
    label: 'Description',
    modifier: 'breakWord',
    cell: ({ description }) => (description === null ? <Unknown word="none" /> : <HostileText text={description} />),
  },
];

/** The extensions that the image says it has. */
export function ExtensionsPanel({ image }: { image: Image }): ReactElement | null {
  const [search, change] = useSearchState<TagSearch>();
  const { extensions, kind } = image.facts;
  if (kind !== 'postgres' && kind !== 'extension' && extensions.length === 0) return null;
  const shown = filterExtensions(extensions, search.q);
  return (
    <Panel title={`Extensions (${extensions.length})`}>
      {extensions.length === 0 ? (
        <p className="ph-quiet">
          The image does not say which extensions it has. Builders can state them in annotations or labels; PostgreSQL’s
          own contrib modules are usually there.
        </p>
      ) : (
        <div className="ph-stack-small">
          {extensions.length > 5 ? (
            <SearchField label="Search extensions" value={search.q} onChange={(q) => change({ q })} />
          ) : null}
          {shown.length === 0 ? (
            <p>No extension fits “{search.q}”.</p>
          ) : (
            <DataTable label="Extensions" columns={COLUMNS} rows={shown} rowKey={({ name }) => name} />
          )}
        </div>
      )}
    </Panel>
  );
}
