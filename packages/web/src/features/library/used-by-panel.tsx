import type { ImageUsage } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { usagesQuery } from '../../api/dispatches.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { TagSearch } from './search.ts';

const COLUMNS: readonly Column<ImageUsage>[] = [
  {
    label: 'What',
    modifier: 'breakWord',
    cell: (use) => (
      <>
        <HostileText text={`${use.kind} ${use.name}`} clamp={120} />
        {use.owner === null ? null : (
          <div className="ph-quiet">
            of <HostileText text={use.owner.replace('/', ' ')} clamp={120} />
          </div>
        )}
      </>
    ),
  },
  { label: 'Namespace', modifier: 'breakWord', cell: (use) => <HostileText text={use.namespace} clamp={80} /> },
  { label: 'Location', modifier: 'breakWord', cell: (use) => use.locationId },
  {
    label: 'Container or field',
    modifier: 'breakWord',
    cell: (use) => <HostileText text={use.container} clamp={80} />,
  },
  { label: 'Since', modifier: 'nowrap', cell: (use) => <RelativeTime time={use.since} /> },
];

/** Where the image runs, as the agents of the locations that the reader sees have told. */
export function UsedByPanel({ digest }: { digest: string }): ReactElement {
  const [search, change] = useSearchState<TagSearch>();
  const uses = useQuery(usagesQuery(digest, search.cursor));
  const total = uses.data?.total ?? 0;
  return (
    <Panel title={total === 0 ? 'Used by' : `Used by (${formatCount(total)})`}>
      <QueryView query={uses} what="where it runs" skeleton={<ListSkeleton what="where it runs" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p>
              No agent has seen this image run. Agents whose file names a Kubernetes tell what runs in their location;
              what you may not see is not listed.
            </p>
          ) : (
            <DataTable
              label="Used by"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(use) =>
                [use.locationId, use.apiVersion, use.kind, use.namespace, use.name, use.container].join(' ')
              }
              isStale={uses.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={uses.data}
        search={search}
        listKey={JSON.stringify(['used-by', digest])}
        onPage={(next) => change(next, 'push')}
      />
    </Panel>
  );
}
