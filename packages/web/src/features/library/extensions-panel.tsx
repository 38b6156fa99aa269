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
import { ReadDeeper } from './read-deeper.tsx';
import type { TagSearch } from './search.ts';
import { provenance } from './source-words.ts';

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
  const { facts } = image;
  const { extensions, kind } = facts;
  if (kind !== 'postgres' && kind !== 'extension' && extensions.length === 0) return null;
  const shown = filterExtensions(extensions, search.q);
  return (
    <Panel title={`Extensions (${extensions.length})`}>
      {extensions.length === 0 ? (
        <p className="ph-quiet">
          {facts.sources.extensions === 'sbom'
            ? 'The attached SBOM lists no package that brings an extension. PostgreSQL’s own contrib modules are usually there.'
            : 'The image does not say which extensions it has. Builders can state them in annotations or labels, or attach an SBOM; PostgreSQL’s own contrib modules are usually there.'}
        </p>
      ) : (
        <div className="ph-stack-small">
          {facts.sources.extensions ? (
            <p className="ph-quiet">Known {provenance(facts.sources.extensions, facts.confidence.extensions)}.</p>
          ) : null}
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
      <ReadDeeper image={image} />
    </Panel>
  );
}
