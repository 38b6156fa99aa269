/** `pharos agents` and `pharos locations`: who reads, and where. */
import type { Agent, ClusterNode, JoinToken, Location } from '@pharos/contract';
import { Command } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  listCommand,
  paragraphs,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { ago, minute, state } from '../format.ts';
import type { Cell, Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findAgent } from '../resolve.ts';
import { locationWindow } from './windows.ts';

const AGENTS: Column<Agent>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'LOCATION', cell: (row) => row.locationId },
  { head: 'STATE', cell: (row) => state(row.state) },
  { head: 'LAST HEARD', cell: (row) => ago(row.lastSeenAt) },
  { head: 'KEY', cell: (row) => keyWord(row.key) },
  { head: 'VERSION', cell: (row) => row.version },
  { head: 'WAITING', cell: (row) => row.spoolDepth || null, align: 'right' },
  { head: 'FILE', cell: (row) => (row.embedded && !row.configPath ? 'in this server' : row.configPath), max: 60 },
  { head: 'MESSAGE', cell: (row) => row.message, max: 60 },
];

export function agentsCommand(shell: Shell): Command {
  return new Command('agents')
    .summary('Beacon Agents, and how they join')
    .description(
      paragraphs(`Beacon Agents: who reads, and where.

An agent joins with a token that is used once and belongs to a location; from then on it signs with a key of its own that
never leaves its machine.`),
    )
    .addCommand(list(shell), { isDefault: true })
    .addCommand(joinToken(shell))
    .addCommand(joinTokens(shell))
    .addCommand(revoke(shell))
    .addCommand(remove(shell));
}

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list Beacon Agents'), 'agents', 'agents list --json').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listAgents', { query }));
      out.list(body, (row) => row.id, AGENTS, 'No agents. Start one: pharos agent -f beacon_agent.yaml');
    }),
  );
}

interface JoinOptions extends CommonOptions {
  location: string;
  minutes?: number;
}

function joinToken(shell: Shell): Command {
  const command = clientCommand('join-token', 'make a token with which one agent joins a location, once')
    .argument('<name>', 'what it is for')
    .requiredOption('--location <LOCATION>', 'where the agent will be')
    .option('--minutes <N>', 'how long it may be used (1–1440, default 60)', wholeNumber(1, 1440));
  return examples(command, 'agents join-token frankfurt --location eu-central').action(
    clientAction<JoinOptions>(shell, async ({ client, out }, [name], { location, minutes }) => {
      const body = { name: name!, locationId: location, ...(minutes === undefined ? {} : { minutes }) };
      const made = await client('createJoinToken', { body });
      out.one(made, made.token, () => {
        out.line(made.token);
        out.note(`Shown this once, to be used once, until ${minute(made.expiresAt)}. In the file of the agent:`);
        out.note('agent: { join_token: $BEACON_AGENT_JOIN_TOKEN }');
      });
    }),
  );
}

const JOIN_TOKENS: Column<JoinToken>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'LOCATION', cell: (row) => row.locationId },
  { head: 'STATE', cell: (row) => row.state },
  { head: 'MADE', cell: (row) => ago(row.createdAt) },
  { head: 'BY', cell: (row) => row.createdBy, max: 30 },
  { head: 'AGENT', cell: (row) => row.agentId },
];

function joinTokens(shell: Shell): Command {
  return examples(listCommand('join-tokens', 'list join tokens, never the token itself'), 'agents join-tokens').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listJoinTokens', { query }));
      out.list(body, (row) => row.id, JOIN_TOKENS, 'No join tokens.');
    }),
  );
}

function revoke(shell: Shell): Command {
  const command = clientCommand('revoke-key', 'refuse the key of an agent from now on').argument(
    '<agent>',
    'name or id',
  );
  return examples(command, 'agents revoke-key frankfurt').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const agent = await findAgent(client, name!);
      await client('revokeAgentKey', { params: { id: agent.id } });
      out.one({ id: agent.id, revoked: true }, agent.id, () =>
        out.line(`The key of ${agent.name} is refused from now on.`),
      );
    }),
  );
}

function remove(shell: Shell): Command {
  const command = clientCommand('remove', 'forget an agent that is gone, with its key').argument(
    '<agent>',
    'name or id',
  );
  return examples(command, 'agents remove frankfurt').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const agent = await findAgent(client, name!);
      await client('deleteAgent', { params: { id: agent.id } });
      out.one({ id: agent.id, removed: true }, agent.id, () => out.line(`${agent.name} is forgotten.`));
    }),
  );
}

function keyWord(key: Agent['key']): Cell {
  if (key === null) return { text: 'access token', style: 'dim' };
  if (key.revokedAt !== null) return { text: 'revoked', style: 'red' };
  return key.copiedAt === null ? { text: 'its own' } : { text: 'copied?', style: 'red' };
}

const LOCATIONS: Column<Location>[] = [
  { head: 'ID', cell: (row) => row.id },
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'STATE', cell: (row) => state(row.connected ? 'connected' : 'lost') },
  { head: 'AGENTS', cell: (row) => row.agentCount, align: 'right' },
  { head: 'REPOSITORIES', cell: (row) => row.repositoryCount, align: 'right' },
  { head: 'TAGS', cell: (row) => row.tagCount, align: 'right' },
];

export function locationsCommand(shell: Shell): Command {
  return new Command('locations')
    .summary('locations, and when their clusters may be upgraded')
    .description('Locations: where workloads run, with one or more agents each.')
    .addCommand(listLocations(shell), { isDefault: true })
    .addCommand(locationWindow(shell))
    .addCommand(nodesCommand(shell));
}

function listLocations(shell: Shell): Command {
  return examples(listCommand('list', 'list locations'), 'locations', 'locations list --json').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listLocations', { query }));
      out.list(body, (row) => row.id, LOCATIONS, 'No locations yet; the first agent brings one.');
    }),
  );
}

const NODES: Column<ClusterNode>[] = [
  { head: 'NODE', cell: (row) => row.name, max: 60 },
  { head: 'STATE', cell: (row) => (row.ready ? (row.cordoned ? 'cordoned' : 'ready') : 'not ready') },
  { head: 'ARCHITECTURE', cell: (row) => row.architecture },
  { head: 'GPUS', cell: (row) => gpusText(row), max: 60 },
  {
    head: 'GPU MEMORY',
    cell: (row) => (row.gpu?.memoryGiB == null ? null : `${row.gpu.memoryGiB} GiB`),
    align: 'right',
  },
  { head: 'TAINTS', cell: (row) => row.taints.map(({ key, effect }) => `${key}:${effect}`).join(', '), max: 60 },
];

function gpusText({ gpu }: ClusterNode): string {
  if (gpu === null) return 'none';
  const whole = gpu.count === 0 ? [] : [`${gpu.count} × ${gpu.product ?? 'GPU'}`];
  const shared = gpu.sharedBy > 1 ? [`shared by ${gpu.sharedBy}`] : [];
  return [...whole, ...gpu.mig.map(({ profile, count }) => `${count} × ${profile}`), ...shared].join(', ');
}

function nodesCommand(shell: Shell): Command {
  return examples(
    clientCommand('nodes', 'list the nodes of a location with their GPUs').argument('<location>', 'its id'),
    'locations nodes eu-west',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [id]) => {
      const answer = await client('getLocationNodes', { params: { id: id! } });
      if (answer.state === 'unknown') {
        out.one(answer, '', () => out.line(out.style({ text: `${answer.message} ${answer.hint}` })));
        return;
      }
      const body = { items: answer.nodes, next: null, total: answer.total };
      out.list({ ...answer, ...body }, (row) => row.name, NODES, 'The location has no nodes.');
      out.note(answer.message);
    }),
  );
}
