/** `pharos agents` and `pharos locations`: who reads, and where. */
import type { Agent, Location } from '@pharos/contract';
import type { Command } from 'commander';
import { clientAction, examples, listCommand, type Shell } from '../command.ts';
import { ago, state } from '../format.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';

const AGENTS: Column<Agent>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'LOCATION', cell: (row) => row.locationId },
  { head: 'STATE', cell: (row) => state(row.state) },
  { head: 'LAST HEARD', cell: (row) => ago(row.lastSeenAt) },
  { head: 'VERSION', cell: (row) => row.version },
  { head: 'WAITING', cell: (row) => row.spoolDepth || null, align: 'right' },
  { head: 'FILE', cell: (row) => (row.embedded && !row.configPath ? 'in this server' : row.configPath), max: 60 },
  { head: 'MESSAGE', cell: (row) => row.message, max: 60 },
];

export function agentsCommand(shell: Shell): Command {
  return examples(listCommand('agents', 'list Beacon Agents'), 'agents').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listAgents', { query }));
      out.list(body, (row) => row.id, AGENTS, 'No agents. Start one: pharos agent -f beacon_agent.yaml');
    }),
  );
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
  return examples(listCommand('locations', 'list locations'), 'locations').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listLocations', { query }));
      out.list(body, (row) => row.id, LOCATIONS, 'No locations yet; the first agent brings one.');
    }),
  );
}
