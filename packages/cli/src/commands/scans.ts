/** `pharos scans`: what was read when, and how it ended. */
import { type Scan, ScanStatus } from '@pharos/contract';
import { Command, Option } from 'commander';
import { clientAction, clientCommand, examples, listCommand, type Shell } from '../command.ts';
import { ago, duration, minute, state } from '../format.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findRegistry, findRepository } from '../resolve.ts';
import { showOutcome } from './scan.ts';

interface Options extends ListOptions {
  registry?: string;
  repository?: string;
  status?: ScanStatus;
}

export function scansCommand(shell: Shell): Command {
  return new Command('scans')
    .summary('see what was read, and how it ended')
    .description('Scans: readings of repositories by agents.')
    .addCommand(list(shell))
    .addCommand(get(shell));
}

const COLUMNS: Column<Scan>[] = [
  { head: 'STARTED', cell: (row) => ago(row.startedAt) },
  { head: 'REGISTRY', cell: (row) => row.registry, max: 30 },
  { head: 'REPOSITORY', cell: (row) => row.repository ?? { text: 'every', style: 'dim' }, max: 50 },
  { head: 'STATUS', cell: (row) => state(row.status) },
  { head: 'TAGS', cell: (row) => row.tags.seen, align: 'right' },
  { head: 'ADDED', cell: (row) => row.tags.added || null, align: 'right' },
  { head: 'MOVED', cell: (row) => row.tags.moved || null, align: 'right' },
  { head: 'MISSING', cell: (row) => row.tags.missing || null, align: 'right' },
  { head: 'REQUESTS', cell: (row) => row.requests, align: 'right' },
  { head: 'TOOK', cell: tookText },
  { head: 'ID', cell: (row) => row.id },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list scans, newest first')
    .option('--registry <REGISTRY>', 'of this registry: name or id')
    .option('--repository <REPOSITORY>', 'of this repository: name, host/name or id')
    .addOption(new Option('--status <STATUS>', 'that ended so').choices(ScanStatus.options));
  return examples(command, 'scans list', 'scans list --status failed').action(
    clientAction<Options>(shell, async ({ client, out }, _args, { registry, repository, status, ...options }) => {
      const registryId = registry ? (await findRegistry(client, registry)).id : undefined;
      const repositoryId = repository ? (await findRepository(client, repository, registryId)).id : undefined;
      const body = await readPages(options, (query) =>
        client('listScans', { query: { ...query, registryId, repositoryId, status } }),
      );
      out.list(body, (row) => row.id, COLUMNS, 'No scans.');
    }),
  );
}

function get(shell: Shell): Command {
  const command = clientCommand('get', 'show a scan').argument('<id>', 'id of the scan');
  return examples(command, 'scans get 3f0c8f2e-5b1e-4c57-9b5e-3a1b1f0a7d11').action(
    clientAction(shell, async ({ client, out }, [id]) => {
      const scan = await client('getScan', { params: { id: id! } });
      out.one(scan, scan.id, (body) => {
        showOutcome(out, body);
        out.fields([
          ['id', body.id],
          ['trigger', body.trigger],
          ['tags', body.only?.join(', ') ?? null],
          ['location', body.locationId],
          ['started', minute(body.startedAt)],
          ['finished', minute(body.finishedAt)],
          ['took', tookText(body)],
          ['step', body.progress?.step ?? null],
          ['code', body.code],
        ]);
      });
    }),
  );
}

function tookText({ startedAt, finishedAt }: Scan): string | null {
  return finishedAt === null ? null : duration(Date.parse(finishedAt) - Date.parse(startedAt));
}
