import type { Dispatch } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { dispatchesQuery } from '../../api/dispatches.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { DispatchStateLabel } from '../../components/labels.tsx';
import { Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';

const OWNERS: Record<Dispatch['ownerKind'], string> = {
  cluster: 'Database',
  'model-deployment': 'Model service',
  catalog: 'Catalog',
};
const SHOWN = 5;

const COLUMNS: readonly Column<Dispatch>[] = [
  {
    label: 'What',
    modifier: 'breakWord',
    cell: (dispatch) => (
      <>
        <Owner dispatch={dispatch} />
        {dispatch.objects.slice(0, SHOWN).map(({ kind, namespace, name }) => (
          <div key={`${kind} ${namespace} ${name}`} className="ph-quiet">
            <HostileText text={`${kind} ${namespace === null ? '' : `${namespace}/`}${name}`} clamp={120} />
          </div>
        ))}
        {dispatch.objects.length > SHOWN ? (
          <div className="ph-quiet">and {dispatch.objects.length - SHOWN} more</div>
        ) : null}
      </>
    ),
  },
  { label: 'Location', cell: (dispatch) => dispatch.locationId },
  {
    label: 'State',
    modifier: 'breakWord',
    cell: (dispatch) => (
      <div className="ph-stack-tiny">
        <span>
          <DispatchStateLabel dispatch={dispatch} />
        </span>
        {dispatch.message === '' ? null : (
          <span className="ph-quiet">
            <HostileText text={dispatch.message} />
          </span>
        )}
        {dispatch.hint === null ? null : <span className="ph-quiet">{dispatch.hint}</span>}
      </div>
    ),
  },
  { label: 'Asked for by', modifier: 'breakWord', cell: (dispatch) => <HostileText text={dispatch.requestedBy} /> },
  { label: 'Changed', modifier: 'nowrap', cell: (dispatch) => <RelativeTime time={dispatch.updatedAt} /> },
];

/** A catalog is known by its name, and a dispatch names its id alone. */
function Owner({ dispatch: { ownerKind, ownerId } }: { dispatch: Dispatch }): ReactElement {
  const word = OWNERS[ownerKind];
  if (ownerKind === 'catalog') return <span>{word}</span>;
  return ownerKind === 'cluster' ? (
    <Link to="/databases/$clusterId" params={{ clusterId: ownerId }}>
      {word}
    </Link>
  ) : (
    <Link to="/model-services/$deploymentId" params={{ deploymentId: ownerId }}>
      {word}
    </Link>
  );
}

/** What agents apply in their locations. Nothing where nothing was asked for. */
export function DispatchesPanel(): ReactElement | null {
  const [place, setPlace] = useState<{ cursor?: string | undefined; page?: number | undefined }>({});
  const dispatches = useQuery(dispatchesQuery(place.cursor));
  if (dispatches.data?.total === 0) return null;
  return (
    <Panel title="Applied by agents">
      <QueryView
        query={dispatches}
        what="what agents apply"
        skeleton={<ListSkeleton what="what agents apply" rows={3} />}
      >
        {(page) => (
          <DataTable
            label="Applied by agents"
            columns={COLUMNS}
            rows={page.items}
            rowKey={(dispatch) => dispatch.id}
            isStale={dispatches.isPlaceholderData}
          />
        )}
      </QueryView>
      <Paging page={dispatches.data} search={place} listKey="dispatches" onPage={setPlace} />
    </Panel>
  );
}
