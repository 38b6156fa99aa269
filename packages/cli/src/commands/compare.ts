/** `pharos compare`: what differs between two images. */
import type { Client, Difference, EntryDifference, FactDifference, ListDifference } from '@pharos/contract';
import type { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, noteProblems, type Shell } from '../command.ts';
import { size } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Output, Style } from '../output.ts';

interface Options extends CommonOptions {
  all?: boolean;
  read?: boolean;
  exitCode?: boolean;
  registry?: string;
}

export function compareCommand(shell: Shell): Command {
  const command = clientCommand('compare', 'show what differs between two images')
    .argument('<before>', 'REPOSITORY:TAG, a digest, or its beginning')
    .argument('<after>', 'the same')
    .option('--all', 'also what is the same')
    .option('--read', 'let an agent read both images deeper first, with the packages of attached SBOMs')
    .option('--exit-code', 'exit with 6 when something differs or is unknown')
    .option('--registry <REGISTRY>', 'where several registries have a repository');
  return examples(
    command,
    'compare postgresql:17.4-2503310734 postgresql:17.5-2506091630',
    'compare 3a7c91d20b44 postgresql:17 --read --json',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [before, after], options) => {
      const from = await findImage(client, before!, options.registry);
      const to = await findImage(client, after!, options.registry);
      if (options.read) await readBoth(client, out, [from, to]);
      const query = { from, all: options.all ? ('true' as const) : ('false' as const) };
      const body = await client('getDifference', { params: { digest: to }, query });
      out.one(body, to, (difference) => show(out, difference));
      const parts = [...body.facts, ...body.lists];
      if (!options.read && parts.some(({ state }) => state === 'unknown')) {
        out.note('Some of it is not known. To have both images read deeper first: --read');
      }
      if (options.exitCode && !body.isSame && parts.some(({ state }) => state !== 'same')) noteProblems(shell);
    }),
  );
}

async function readBoth(client: Client, out: Output, digests: readonly string[]): Promise<void> {
  for (const [index, digest] of digests.entries()) {
    out.progress(`Reading image ${index + 1} of ${digests.length} …`);
    try {
      const { packagesMessage } = await client('readImage', { params: { digest } });
      if (packagesMessage !== null) out.warn(packagesMessage);
    } finally {
      out.progress(null);
    }
  }
}

const STYLES: Readonly<Record<EntryDifference['change'], Style | undefined>> = {
  added: 'green',
  removed: 'red',
  changed: 'yellow',
  same: undefined,
};

function show(out: Output, { before, after, isSame, facts, lists }: Difference): void {
  out.fields([
    ['before', before.digest],
    ['after', after.digest],
  ]);
  if (isSame) out.note('Both are the same image.');
  if (facts.length > 0) {
    out.heading('Facts');
    out.table(
      [
        { head: 'FACT', cell: (row) => row.field },
        { head: 'BEFORE', cell: (row) => factText(row, row.before) },
        { head: 'AFTER', cell: (row) => factText(row, row.after) },
        { head: '', cell: (row) => (row.state === 'unknown' ? 'not known' : row.state) },
      ],
      facts,
    );
  }
  for (const list of lists) showList(out, list);
}

function factText({ field }: FactDifference, value: string | null): string | null {
  return field === 'size' && value !== null ? size(Number(value)) : value;
}

function showList(out: Output, { list, state, message, added, removed, changed, same, entries }: ListDifference): void {
  const counts = { added, removed, changed, same };
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  const text = state === 'unknown' ? 'unknown' : told.map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
  out.heading(`${list[0]!.toUpperCase()}${list.slice(1)}: ${text}`);
  if (message !== null) out.line(out.style({ text: message }));
  if (entries.length === 0) return;
  out.table(
    [
      {
        head: '',
        cell: (row) => ({ text: state === 'unknown' ? 'has' : row.change, style: STYLES[row.change] }),
      },
      { head: 'NAME', cell: (row) => row.name },
      { head: 'BEFORE', cell: (row) => row.before, max: 60 },
      { head: 'AFTER', cell: (row) => row.after, max: 60 },
    ],
    entries,
  );
}
