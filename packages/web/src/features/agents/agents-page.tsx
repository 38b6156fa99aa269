import { Button, PageSection } from '@patternfly/react-core';
import type { Agent, Location } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { agentsQuery, locationsQuery, useForgetAgent } from '../../api/agents.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { AgentStateLabel, WarningLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { AdmissionPanels } from './admission-panels.tsx';
import { AgentKey } from './agent-key.tsx';
import { clockWords } from './clock-words.ts';
import { DispatchesPanel } from './dispatches-panel.tsx';
import { KubernetesPanel } from './kubernetes-panel.tsx';
import { LocationWindows } from './location-windows.tsx';
import { StartAgent } from './start-agent.tsx';

export function AgentsPage(): ReactElement {
  const agents = useQuery(agentsQuery);
  const locations = useQuery(locationsQuery);
  return (
    <>
      <PageTitle title="Agents and locations">
        <p className="ph-quiet">
          A Beacon Agent reads the registries from inside its location and calls Pharos; Pharos never calls out.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <Panel title="Agents">
          <QueryView query={agents} what="the agents" skeleton={<ListSkeleton what="the agents" rows={2} />}>
            {(page) =>
              page.items.length === 0 ? (
                <p>No agent has reported yet, so nothing is read. Start one as shown below.</p>
              ) : (
                <DataTable label="Agents" columns={AGENT_COLUMNS} rows={page.items} rowKey={(agent) => agent.id} />
              )
            }
          </QueryView>
        </Panel>
        <Panel title="Locations">
          <QueryView query={locations} what="the locations" skeleton={<ListSkeleton what="the locations" rows={2} />}>
            {(page) =>
              page.items.length === 0 ? (
                <p>A location appears with its first agent.</p>
              ) : (
                <DataTable
                  label="Locations"
                  columns={LOCATION_COLUMNS}
                  rows={page.items}
                  rowKey={(location) => location.id}
                />
              )
            }
          </QueryView>
        </Panel>
        <KubernetesPanel agents={agents.data?.items ?? []} />
        <DispatchesPanel />
        <AdmissionPanels />
        <StartAgent />
      </PageSection>
    </>
  );
}

const AGENT_COLUMNS: readonly Column<Agent>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (agent) => (
      <>
        {agent.name}
        <div className="ph-quiet ph-break">{agent.embedded ? 'inside the server' : (agent.configPath ?? '')}</div>
      </>
    ),
  },
  {
    label: 'State',
    modifier: 'breakWord',
    cell: (agent) => (
      <div className="ph-stack-tiny">
        <span>
          <AgentStateLabel state={agent.state} />
        </span>
        {agent.message === '' ? null : <span className="ph-quiet">{agent.message}</span>}
      </div>
    ),
  },
  { label: 'Location', cell: (agent) => agent.locationId },
  { label: 'Key', cell: (agent) => <AgentKey agent={agent} /> },
  { label: 'Version', cell: (agent) => agent.version },
  { label: 'Last heard', modifier: 'nowrap', cell: (agent) => <RelativeTime time={agent.lastSeenAt} /> },
  { label: 'Clock', cell: (agent) => <Clock seconds={agent.clockSkewSeconds} /> },
  {
    label: 'Waiting reports',
    cell: (agent) => (agent.spoolDepth === 0 ? 'none' : formatCount(agent.spoolDepth)),
  },
  { label: 'Actions', hideLabel: true, cell: (agent) => <Forget agent={agent} /> },
];

function Clock({ seconds }: { seconds: number }): ReactElement {
  const words = clockWords(seconds);
  return words.isOff ? <WarningLabel text={words.text} /> : <span>{words.text}</span>;
}

function Forget({ agent }: { agent: Agent }): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const forget = useForgetAgent();
  const may = useMay('agents:write');
  if (!may || agent.state === 'connected' || agent.embedded) return null;
  return (
    <>
      <Button variant="link" isInline isDanger onClick={() => setOpen(true)} aria-label={`Forget ${agent.name}`}>
        Forget
      </Button>
      <ConfirmDialog
        title={`Forget the agent ${agent.name}?`}
        confirm="Forget"
        isOpen={isOpen}
        isBusy={forget.isPending}
        error={forget.error}
        onClose={() => setOpen(false)}
        onConfirm={() => forget.mutate(agent.id, { onSuccess: () => setOpen(false) })}
      >
        <p>It leaves this list. If it is still alive it comes back by itself. What it read stays in the library.</p>
      </ConfirmDialog>
    </>
  );
}

const LOCATION_COLUMNS: readonly Column<Location>[] = [
  {
    label: 'Location',
    cell: (location) => (
      <Link to="/manage/agents/locations/$locationId" params={{ locationId: location.id }}>
        {location.name === location.id ? location.id : `${location.name} (${location.id})`}
      </Link>
    ),
  },
  { label: 'State', cell: (location) => <AgentStateLabel state={location.connected ? 'connected' : 'lost'} /> },
  { label: 'Agents', cell: (location) => formatCount(location.agentCount) },
  {
    label: 'Repositories',
    cell: (location) => (
      <Link to="/library" search={{ locationId: location.id }}>
        {formatCount(location.repositoryCount)}
      </Link>
    ),
  },
  {
    label: 'Tags',
    cell: (location) => (
      <Link to="/library/tags" search={{ locationId: location.id }}>
        {formatCount(location.tagCount)}
      </Link>
    ),
  },
  {
    label: 'Maintenance windows',
    modifier: 'breakWord',
    cell: (location) => <LocationWindows locationId={location.id} />,
  },
];
