import { Alert, PageSection } from '@patternfly/react-core';
import type { ClusterNode, LocationNodes } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { agentsQuery, locationNodesQuery, locationsQuery } from '../../api/agents.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facts } from '../../components/facts.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { AgentStateLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { LocationWindows } from './location-windows.tsx';

const CRUMBS = [{ label: 'Agents and locations', to: '/manage/agents' }] as const;

/** A place where workloads run: who serves it, and what its nodes have. */
export function LocationPage(): ReactElement {
  const { locationId = '' } = useParams({ strict: false });
  const locations = useQuery(locationsQuery);
  const agents = useQuery(agentsQuery);
  const nodes = useQuery(locationNodesQuery(locationId));
  const location = locations.data?.items.find(({ id }) => id === locationId);
  const own = agents.data?.items.filter((agent) => agent.locationId === locationId) ?? [];
  return (
    <>
      <PageTitle
        title={location?.name ?? locationId}
        crumbs={CRUMBS}
        labels={location === undefined ? null : <AgentStateLabel state={location.connected ? 'connected' : 'lost'} />}
      />
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <QueryView query={locations} what="the location">
          {() =>
            location === undefined ? (
              <EmptyState title="There is no such location">
                A location appears when a registry or an agent first names it.
              </EmptyState>
            ) : (
              <Panel title="Location">
                <Facts
                  label="Facts of the location"
                  facts={[
                    ['Id', location.id],
                    ['Agents', own.length === 0 ? 'none' : own.map(({ name }) => name).join(', ')],
                    [
                      'Repositories',
                      <Link key="repositories" to="/library" search={{ locationId }}>
                        {formatCount(location.repositoryCount)}
                      </Link>,
                    ],
                    [
                      'Tags',
                      <Link key="tags" to="/library/tags" search={{ locationId }}>
                        {formatCount(location.tagCount)}
                      </Link>,
                    ],
                    ['Maintenance windows', <LocationWindows key="windows" locationId={location.id} />],
                  ]}
                />
              </Panel>
            )
          }
        </QueryView>
        {location === undefined ? null : (
          <Panel title="Nodes">
            <QueryView query={nodes} what="the nodes" skeleton={<ListSkeleton what="the nodes" rows={3} />}>
              {(known) => <Nodes known={known} />}
            </QueryView>
          </Panel>
        )}
      </PageSection>
    </>
  );
}

function Nodes({ known }: { known: LocationNodes }): ReactElement {
  const { state, message, hint, total, nodes, reportedAt } = known;
  if (state === 'unknown') {
    return (
      <Alert variant="info" isInline isPlain component="h3" title={message}>
        <p>Whether a model fits is then not known either. {hint}</p>
      </Alert>
    );
  }
  return (
    <div className="ph-stack-small">
      <p>
        <HostileText text={message} />{' '}
        <span className="ph-quiet">
          Told <RelativeTime time={reportedAt} />.
        </span>
      </p>
      {nodes.length === 0 ? null : (
        <DataTable label="Nodes" columns={COLUMNS} rows={nodes} rowKey={({ name }) => name} />
      )}
      {total > nodes.length ? (
        <p className="ph-quiet">The first {formatCount(nodes.length)} are shown, those with GPUs before the others.</p>
      ) : null}
    </div>
  );
}

const COLUMNS: readonly Column<ClusterNode>[] = [
  { label: 'Node', modifier: 'breakWord', cell: ({ name }) => <HostileText text={name} /> },
  { label: 'State', cell: ({ ready, cordoned }) => (ready ? (cordoned ? 'Ready, cordoned' : 'Ready') : 'Not ready') },
  { label: 'GPUs', modifier: 'breakWord', cell: (node) => <Gpus node={node} /> },
  {
    label: 'GPU memory',
    modifier: 'nowrap',
    cell: ({ gpu }) => (gpu?.memoryGiB == null ? <span className="ph-quiet">–</span> : `${gpu.memoryGiB} GiB`),
  },
  { label: 'Memory', modifier: 'nowrap', cell: ({ memoryBytes }) => <Size bytes={memoryBytes} /> },
  { label: 'Architecture', cell: ({ architecture }) => <HostileText text={architecture ?? 'not told'} /> },
  {
    label: 'Taints',
    modifier: 'breakWord',
    cell: ({ taints }) =>
      taints.length === 0 ? (
        <span className="ph-quiet">none</span>
      ) : (
        <HostileText text={taints.map(({ key, effect }) => `${key}: ${effect}`).join(', ')} clamp={160} />
      ),
  },
];

function Gpus({ node: { gpu } }: { node: ClusterNode }): ReactElement {
  if (gpu === null) return <span className="ph-quiet">none</span>;
  const whole = gpu.count === 0 && gpu.mig.length > 0 ? [] : [`${gpu.count} × ${gpu.product ?? 'GPU'}`];
  const slices = gpu.mig.map(({ profile, count }) => `${count} × ${profile}`);
  const shared = gpu.sharedBy > 1 ? [`each shared by ${gpu.sharedBy}`] : [];
  return <HostileText text={[...whole, ...slices, ...shared].join(', ')} />;
}
