/** `pharos scan`: sync now. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Scan } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, noteProblems, type Shell } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { count, state } from '../format.ts';
import type { Output } from '../output.ts';
import { findRegistry, findRepository } from '../resolve.ts';

interface Options extends CommonOptions {
  registry?: string;
  repository?: string;
  wait?: boolean;
}

const POLL_MS = 500;

export function scanCommand(shell: Shell): Command {
  const command = clientCommand('scan', 'read registries now')
    .addOption(new Option('--registry <REGISTRY>', 'this registry: name or id (default: every registry)'))
    .addOption(new Option('--repository <REPOSITORY>', 'this repository: name, host/name or id'))
    .option('--wait', 'wait for the end; partial and failed scans then give exit code 6');
  return examples(command, 'scan --wait', 'scan --registry production', 'scan --repository postgresql --wait').action(
    clientAction<Options>(shell, async ({ client, out }, _args, options) => {
      const started: Scan[] = [];
      for (const body of await targets(client, options)) started.push(await client('createScan', { body }));
      const scans = options.wait ? await waitFor(client, out, started) : started;
      const [only, second] = scans;
      if (out.json) out.body(only && !second ? only : { items: scans, next: null, total: scans.length });
      else for (const scan of scans) showOutcome(out, scan);
      if (!options.wait) out.note('Started. Follow it with: pharos scans list');
      if (scans.some((scan) => scan.status === 'failed' || scan.status === 'partial')) {
        noteProblems(shell, EXIT.problems);
      }
    }),
  );
}

type Target = { registryId: string } | { repositoryId: string };

async function targets(client: Client, { registry, repository }: Options): Promise<Target[]> {
  const registryId = registry ? (await findRegistry(client, registry)).id : undefined;
  if (repository) return [{ repositoryId: (await findRepository(client, repository, registryId)).id }];
  if (registryId) return [{ registryId }];
  const { items } = await client('listRegistries', { query: { limit: 1000 } });
  if (items.length > 0) return items.map(({ id }) => ({ registryId: id }));
  throw new CliError(
    'no-registry',
    'There is no registry to read.',
    'Connect one: pharos registries add NAME ADDRESS',
    {
      exitCode: EXIT.notFound,
    },
  );
}

async function waitFor(client: Client, out: Output, started: readonly Scan[]): Promise<Scan[]> {
  let scans = [...started];
  try {
    for (;;) {
      const running = scans.filter((scan) => scan.status === 'running');
      if (running.length === 0) return scans;
      out.progress(running.map(progressText).join('   '));
      await sleep(POLL_MS);
      scans = await Promise.all(
        scans.map((scan) => (scan.status === 'running' ? client('getScan', { params: { id: scan.id } }) : scan)),
      );
    }
  } finally {
    out.progress(null);
  }
}

function progressText({ registry, repository, progress }: Scan): string {
  const what = repository ?? registry;
  if (!progress) return `${what}: running`;
  const { done, total, step } = progress;
  const share = total ? ` ${done}/${total} (${Math.floor((100 * done) / total)} %)` : done > 0 ? ` ${done}` : '';
  return `${what}:${share} ${step}`;
}

/** The outcome in two or three lines: what, how it ended, what changed, what failed. */
export function showOutcome(out: Output, scan: Scan): void {
  if (out.quiet) {
    out.line(scan.id);
    return;
  }
  const { tags } = scan;
  const counts = [
    count(tags.seen, 'tag'),
    tags.added && `${tags.added} added`,
    tags.moved && `${tags.moved} moved`,
    tags.missing && `${tags.missing} missing`,
    tags.retired && `${tags.retired} retired`,
    tags.failed && `${tags.failed} failed`,
    count(scan.requests, 'request'),
  ].filter(Boolean);
  const name = scan.repository ? `${scan.registry} ${scan.repository}` : scan.registry;
  const ended = scan.status === 'running' ? '' : `  ${counts.join(', ')}`;
  out.line(`${out.style(state(scan.status))}  ${out.style({ text: name, style: 'bold' })}${ended}`);
  if (scan.status === 'running') return;
  if (scan.message) out.line(`  ${out.style({ text: scan.message })}`);
  if (scan.hint) out.line(`  ${out.style({ text: `hint: ${scan.hint}` })}`);
  for (const failure of scan.failures) {
    out.line(`  ${out.style({ text: `${failure.subject}: ${failure.message} (${failure.code})` })}`);
  }
}
