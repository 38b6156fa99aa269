import { Label } from '@patternfly/react-core';
import type { Agent, Overview, Registry, Statistics } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { agentsQuery } from '../../api/agents.ts';
import { approvalsQuery } from '../../api/approvals.ts';
import { overviewQuery } from '../../api/history.ts';
import { registriesQuery } from '../../api/registries.ts';
import { useMay } from '../../api/session.ts';
import { statisticsQuery } from '../../api/statistics.ts';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon } from '../../components/icons.ts';
import { Panel } from '../../components/panel.tsx';
import { ListSkeleton } from '../../components/states.tsx';

interface Problem {
  key: string;
  severity: 'error' | 'warning';
  text: ReactNode;
  next: ReactNode;
}

/** What needs a person, each with the next step. */
export function Problems(): ReactElement {
  const registries = useQuery(registriesQuery());
  const agents = useQuery(agentsQuery);
  const statistics = useQuery(statisticsQuery);
  const overview = useQuery(overviewQuery);
  const mayHook = useMay('webhooks:manage');
  const mayDecide = useMay('images:decide');
  const requested = useQuery({ ...approvalsQuery({ why: 'requested', limit: 1 }), enabled: mayDecide });
  const waiting = useQuery({ ...approvalsQuery({ limit: 1 }), enabled: mayDecide }).data?.total ?? 0;
  if (!registries.data || !agents.data || !statistics.data || !overview.data) {
    return (
      <Panel title="Needs attention">
        {registries.isError || agents.isError || statistics.isError || overview.isError ? (
          <p>Problems cannot be told right now. The lists under Manage say more.</p>
        ) : (
          <ListSkeleton what="what needs attention" rows={3} />
        )}
      </Panel>
    );
  }
  const problems = [
    ...registries.data.items.flatMap(ofRegistry),
    ...ofAgents(agents.data.items),
    ...ofOverview(overview.data, mayHook),
    ...ofCounts(statistics.data),
    ...ofRequests(requested.data?.total ?? 0),
  ];
  return (
    <Panel title="Needs attention">
      {problems.length === 0 ? (
        <p className="ph-inline-list">
          <Label isCompact color="green" icon={<CheckCircleIcon />}>
            Healthy
          </Label>
          Every registry answers, and every agent is connected.
          <Waiting count={waiting} />
        </p>
      ) : (
        <ul className="ph-rows">
          {problems.map((problem) => (
            <li key={problem.key}>
              <span className="ph-row-main">
                <Label
                  isCompact
                  color={problem.severity === 'error' ? 'red' : 'yellow'}
                  icon={problem.severity === 'error' ? <ExclamationCircleIcon /> : <ExclamationTriangleIcon />}
                >
                  {problem.severity === 'error' ? 'Problem' : 'Warning'}
                </Label>{' '}
                {problem.text} <span className="ph-next">{problem.next}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Pending is what every new image is: a task, and no fault of the library. */
function Waiting({ count }: { count: number }): ReactElement | null {
  if (count === 0) return null;
  return (
    <Link to="/approvals">
      {plural(count, 'image')} {count === 1 ? 'waits' : 'wait'} for a decision
    </Link>
  );
}

function ofRegistry(registry: Registry): Problem[] {
  const link = (words: string) => (
    <Link to="/manage/registries/$registryId" params={{ registryId: registry.id }}>
      {words}
    </Link>
  );
  if (registry.status.state === 'error') {
    const text = `${registry.name}: ${registry.status.message}`;
    return [{ key: registry.id, severity: 'error', text, next: link('See the cause and the cure') }];
  }
  // The sample is on plain HTTP on loopback by design; nobody needs to act.
  if (registry.isSample) return [];
  if (registry.ruleCount === 0) {
    const next = (
      <Link to="/manage/rules/new" search={{ registryId: registry.id }}>
        Add a rule
      </Link>
    );
    return [
      { key: registry.id, severity: 'warning', text: `${registry.name} has no rule, so nothing comes in.`, next },
    ];
  }
  if (registry.warnings.length === 0) return [];
  return [
    {
      key: registry.id,
      severity: 'warning',
      text: `${registry.name}: ${registry.warnings.join(' ')}`,
      next: link('Look at it'),
    },
  ];
}

function ofAgents(agents: readonly Agent[]): Problem[] {
  if (agents.length === 0) {
    const next = <Link to="/manage/agents">Start an agent</Link>;
    return [{ key: 'agents', severity: 'error', text: 'No Beacon Agent is connected, so nothing is read.', next }];
  }
  return agents
    .filter((agent) => agent.state !== 'connected')
    .map((agent) => ({
      key: agent.id,
      severity: agent.state === 'lost' ? 'error' : 'warning',
      text: `Agent ${agent.name} in ${agent.locationId}: ${agent.message || 'not heard for a while.'}`,
      next: <Link to="/manage/agents">Look at the agents</Link>,
    }));
}

function ofOverview(overview: Overview, mayHook: boolean): Problem[] {
  const { repositoriesFailing, repositoriesHeld, repositoriesWithFindings, webhooksDisabled } = overview;
  const problems: Problem[] = [];
  for (const [list, severity, words] of [
    [repositoriesHeld, 'warning', 'Look at what is gone'],
    [repositoriesFailing, 'error', 'See the cause and the cure'],
  ] as const) {
    for (const { id, name, message } of list.first) {
      const next = (
        <Link to="/library/$repositoryId" params={{ repositoryId: id }}>
          {words}
        </Link>
      );
      problems.push({ key: `${words} ${id}`, severity, text: <HostileText text={`${name}: ${message}`} />, next });
    }
    const more = list.count - list.first.length;
    if (more > 0) {
      const next = <Link to="/library">Look at the repositories</Link>;
      problems.push({ key: words, severity, text: `And ${plural(more, 'repository', 'repositories')} more.`, next });
    }
  }
  const [worst] = repositoriesWithFindings.first;
  if (worst) {
    const next = (
      <Link to="/library/$repositoryId" params={{ repositoryId: worst.id }} search={{ tab: 'tags' }}>
        Most of them: {worst.name}
      </Link>
    );
    const text = `${plural(repositoriesWithFindings.count, 'repository', 'repositories')} ${repositoriesWithFindings.count === 1 ? 'has' : 'have'} findings: what images say of themselves does not fit.`;
    problems.push({ key: 'findings', severity: 'warning', text, next });
  }
  if (webhooksDisabled > 0 && mayHook) {
    const next = <Link to="/manage/webhooks">Look at the webhooks</Link>;
    const text = `${plural(webhooksDisabled, 'webhook')} ${webhooksDisabled === 1 ? 'was' : 'were'} switched off because nothing arrived there.`;
    problems.push({ key: 'webhooks', severity: 'warning', text, next });
  }
  return problems;
}

function ofRequests(count: number): Problem[] {
  if (count === 0) return [];
  const next = (
    <Link to="/approvals" search={{ why: 'requested' }}>
      Decide about {count === 1 ? 'it' : 'them'}
    </Link>
  );
  const text = `${plural(count, 'image')} ${count === 1 ? 'was' : 'were'} asked for and ${count === 1 ? 'waits' : 'wait'} for a decision.`;
  return [{ key: 'requests', severity: 'warning', text, next }];
}

function ofCounts(counts: Statistics): Problem[] {
  if (counts.tagsMissing === 0) return [];
  const next = (
    <Link to="/library/tags" search={{ presence: 'missing' }}>
      See which
    </Link>
  );
  const text = `${plural(counts.tagsMissing, 'tag')} ${counts.tagsMissing === 1 ? 'is' : 'are'} missing at the registry; nothing is removed yet.`;
  return [{ key: 'missing', severity: 'warning', text, next }];
}
