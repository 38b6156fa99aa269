import { type Agent, isKnownCapability, type KnownCapability, type KubernetesCapability } from '@pharos/contract';
import type { ReactElement } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { escapeHostile } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { AgentStateLabel, WarningLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

type Connected = Agent & { kubernetes: NonNullable<Agent['kubernetes']> };

const WORDS: Record<KnownCapability, string> = {
  provisioning: 'Databases',
  models: 'Model services',
  'used-by': 'Used by',
  admission: 'Admission',
  nodes: 'Nodes',
  secrets: 'Whether secrets stand there',
};

/** What an agent is given only where somebody wants it: not to have it is no fault. */
const OPTIONAL: ReadonlySet<string> = new Set<KnownCapability>(['nodes', 'secrets']);

/** What a newer agent names is shown as it says it. */
const wordOf = (name: string) =>
  isKnownCapability(name) ? WORDS[name] : `${escapeHostile(name)} (not known to this version)`;

const COLUMNS: readonly Column<Connected>[] = [
  {
    label: 'Agent',
    modifier: 'breakWord',
    cell: (agent) => (
      <>
        {agent.name}
        <div className="ph-quiet ph-break">
          {agent.kubernetes.namespaces.length === 0
            ? 'all namespaces'
            : `namespaces ${agent.kubernetes.namespaces.join(', ')}`}
        </div>
      </>
    ),
  },
  { label: 'Location', cell: (agent) => agent.locationId },
  {
    label: 'Kubernetes',
    modifier: 'breakWord',
    cell: ({ kubernetes }) => (
      <div className="ph-stack-tiny">
        <span>
          <AgentStateLabel state={kubernetes.connected ? 'connected' : 'lost'} />
        </span>
        <span className="ph-quiet">
          <HostileText text={kubernetes.version ?? kubernetes.message} clamp={160} />
        </span>
      </div>
    ),
  },
  {
    label: 'Can do',
    modifier: 'breakWord',
    cell: ({ kubernetes }) => <Capabilities capabilities={kubernetes.capabilities} />,
  },
  { label: 'Looked at', modifier: 'nowrap', cell: ({ kubernetes }) => <RelativeTime time={kubernetes.checkedAt} /> },
];

function Capabilities({ capabilities }: { capabilities: readonly KubernetesCapability[] }): ReactElement {
  return (
    <ul className="ph-stack-tiny">
      {capabilities.map(({ name, ok, missing }) => (
        <li key={name}>
          {ok || OPTIONAL.has(name) || !isKnownCapability(name) ? (
            <span>
              {wordOf(name)}: {ok ? 'yes' : 'no'}
            </span>
          ) : (
            <WarningLabel text={`${wordOf(name)}: no`} />
          )}
          {missing.map((sentence) => (
            <div key={sentence} className="ph-quiet">
              <HostileText text={sentence} clamp={200} />
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** Whether agents reach their Kubernetes, and what they may do there. Nothing where no agent has one. */
export function KubernetesPanel({ agents }: { agents: readonly Agent[] }): ReactElement | null {
  const connected = agents.filter((agent): agent is Connected => agent.kubernetes !== null);
  if (connected.length === 0) return null;
  return (
    <Panel title="Kubernetes">
      <DataTable label="Kubernetes" columns={COLUMNS} rows={connected} rowKey={(agent) => agent.id} />
    </Panel>
  );
}
