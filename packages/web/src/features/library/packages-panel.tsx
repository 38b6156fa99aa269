import type { Image, Package, PackageSummary } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { packagesQuery } from '../../api/images.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Unknown } from '../../components/labels.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ReadDeeper } from './read-deeper.tsx';
import type { TagSearch } from './search.ts';

const COLUMNS: readonly Column<Package>[] = [
  { label: 'Package', modifier: 'breakWord', cell: ({ name }) => <HostileText text={name} clamp={120} /> },
  {
    label: 'Version',
    modifier: 'breakWord',
    cell: ({ version }) => (version === null ? <Unknown /> : <HostileText text={version} clamp={80} />),
  },
  { label: 'Type', cell: ({ type }) => type ?? <Unknown /> },
];

/** The packages of the image, by an SBOM that hangs on it. */
export function PackagesPanel({ image }: { image: Image }): ReactElement {
  if (image.packages !== null) return <Packages image={image} summary={image.packages} />;
  return (
    <Panel title="Packages">
      <div className="ph-stack-small">
        <p className="ph-quiet">
          {image.referrers.length === 0
            ? 'Nothing hangs on this image that could list its packages. Builders attach an SBOM with docker buildx build --sbom=true, or with oras attach.'
            : 'No list of packages was read yet. Scans do not read SBOMs, which are megabytes each; they are read when somebody asks.'}
        </p>
        <ReadDeeper image={image} />
      </div>
    </Panel>
  );
}

function Packages({ image, summary }: { image: Image; summary: PackageSummary }): ReactElement {
  const [search, change] = useSearchState<TagSearch>();
  const { q, cursor } = search;
  const packages = useQuery(packagesQuery(image.digest, { q, cursor, limit: 100 }));
  return (
    <Panel title={`Packages (${formatCount(summary.count)})`}>
      <div className="ph-stack-small">
        <p className="ph-quiet">
          By an SBOM ({summary.format === 'spdx' ? 'SPDX' : 'CycloneDX'}) of{' '}
          {summary.subject === image.digest ? (
            'this image'
          ) : (
            <>
              its platform <Digest digest={summary.subject} />
            </>
          )}
          , read <RelativeTime time={summary.readAt} />.{' '}
          {summary.attested
            ? 'Its statement names that digest; the signature was not verified.'
            : 'It is not attested.'}
          {summary.truncated ? ' It lists more packages than are kept.' : ''}
        </p>
        <SearchToolbar
          searchLabel="Search packages"
          q={q}
          onSearch={(text) => change({ q: text, cursor: undefined, page: undefined })}
          found={<Found page={packages.data} one="package" />}
        />
      </div>
      <QueryView query={packages} what="the packages" skeleton={<ListSkeleton what="the packages" rows={10} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p>No package fits “{q}”.</p>
          ) : (
            <DataTable
              label="Packages"
              columns={COLUMNS}
              rows={page.items}
              rowKey={({ name, version, type }) => `${name} ${version} ${type}`}
              isStale={packages.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={packages.data}
        search={search}
        listKey={JSON.stringify(['packages', image.digest, q])}
        onPage={(next) => change(next, 'push')}
      />
    </Panel>
  );
}
