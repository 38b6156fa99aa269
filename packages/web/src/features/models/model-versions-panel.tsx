import type { ModelDetail, ModelImage } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { modelImagesQuery } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { ImageStateLabel, PlatformList, PresenceLabel } from '../../components/labels.tsx';
import { Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { PagedSearch } from '../../components/search-state.ts';
import { Size } from '../../components/size.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';

const PAGE_SIZE = 20;

/** Every version by its digest, newest first, with all its tags in all registries. */
export function ModelVersionsPanel({ model }: { model: ModelDetail }): ReactElement {
  const [search, change] = useSearchState<PagedSearch>();
  const mayDeploy = useMay('model-services:write');
  const images = useQuery(modelImagesQuery(model.id, { cursor: search.cursor, limit: PAGE_SIZE }));
  return (
    <Panel title="Versions">
      <QueryView query={images} what="the versions" skeleton={<ListSkeleton what="the versions" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="No image of this model is left" level="h3">
              Its last tag left the library. What was written about it stays for when an image comes back.
            </EmptyState>
          ) : (
            <DataTable
              label="Versions"
              columns={mayDeploy ? [...COLUMNS, deployColumn(model.id)] : COLUMNS}
              rows={page.items}
              rowKey={({ digest }) => digest}
              isStale={images.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={images.data}
        search={search}
        listKey={`model-images ${model.id}`}
        onPage={(next) => change(next, 'push')}
      />
    </Panel>
  );
}

const COLUMNS: readonly Column<ModelImage>[] = [
  { label: 'Tags', cell: (image) => <Places image={image} /> },
  { label: 'Digest', modifier: 'nowrap', cell: ({ digest }) => <Digest digest={digest} /> },
  {
    label: 'Created',
    modifier: 'nowrap',
    cell: ({ createdAt }) => <RelativeTime time={createdAt} absent="not stated by the image" />,
  },
  { label: 'Size', modifier: 'nowrap', cell: ({ size }) => <Size bytes={size} /> },
  { label: 'Platforms', cell: ({ platforms }) => <PlatformList platforms={platforms} /> },
  { label: 'State', cell: ({ state }) => <ImageStateLabel state={state} /> },
];

const deployColumn = (model: string): Column<ModelImage> => ({
  label: 'Deploy',
  cell: ({ digest, state }) =>
    state === 'approved' ? (
      <Link to="/model-services/new" search={{ model, image: digest }}>
        Deploy
      </Link>
    ) : (
      <span className="ph-quiet">Not approved</span>
    ),
});

/** The tags by where they stand: a mirror is another place of the same version. */
function Places({ image }: { image: ModelImage }): ReactElement {
  const repositories = Map.groupBy(image.places, ({ repositoryId }) => repositoryId);
  return (
    <div className="ph-stack-tiny">
      {[...repositories].map(([repositoryId, places]) => {
        const [{ repository, registry, locationId }] = places as [ModelImage['places'][number]];
        return (
          <div key={repositoryId}>
            <span className="ph-inline-list">
              {places.map(({ name, presence }) => (
                <span key={name} className="ph-inline-list">
                  <Link to="/library/$repositoryId/tags/$name" params={{ repositoryId, name }} className="ph-sublink">
                    {name}
                  </Link>
                  {presence === 'present' ? null : <PresenceLabel presence={presence} />}
                </span>
              ))}
            </span>
            <div className="ph-quiet ph-break">
              {repository} in {registry}, {locationId}
            </div>
          </div>
        );
      })}
    </div>
  );
}
