/** `pharos explain`: why a tag is in the library, or is not. */
import type { Explanation } from '@pharos/contract';
import type { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import { CliError } from '../failure.ts';
import { ago } from '../format.ts';
import type { Output } from '../output.ts';
import { findRegistry } from '../resolve.ts';

interface Options extends CommonOptions {
  registry?: string;
}

export function explainCommand(shell: Shell): Command {
  const command = clientCommand(
    'explain',
    'why a tag is in the library, or is not: the clause of the rule that decided',
  )
    .argument('<repository:tag>', 'as the registry lists it; REGISTRY/REPOSITORY:TAG names the registry too')
    .option('--registry <REGISTRY>', 'name or id (default: every registry that lists the tag)');
  return examples(
    command,
    'explain postgresql:17.4-2503310734',
    'explain production/postgresql:17',
    'explain postgresql:17 --json',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [reference], options) => {
      const { path, tag } = parts(reference!);
      const query = async () => {
        if (options.registry !== undefined) {
          return { registryId: (await findRegistry(client, options.registry)).id, repository: path };
        }
        // The first part is a registry when one has that name; else it is a part of the repository's.
        const slash = path.indexOf('/');
        const { items } = slash > 0 ? await client('listRegistries', { query: { limit: 1000 } }) : { items: [] };
        const named = items.find(({ name, url }) => [name, url].includes(path.slice(0, slash)));
        return named ? { registryId: named.id, repository: path.slice(slash + 1) } : { repository: path };
      };
      const answer = await client('explainTag', { query: { ...(await query()), tag } });
      if (out.json) return out.body(answer);
      for (const one of answer.items) show(out, one);
    }),
  );
}

function parts(reference: string): { path: string; tag: string } {
  const match = /^(.+):([A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/.exec(reference);
  if (match !== null) return { path: match[1]!, tag: match[2]! };
  throw new CliError('tag-missing', `"${reference}" names no tag.`, 'Write REPOSITORY:TAG, e.g. postgresql:17.4.');
}

function show(out: Output, { registry, repository, tag, included, inLibrary, listedAt, rules }: Explanation): void {
  const answer = inLibrary ? 'in the library' : included ? 'comes in with the next scan' : 'not in the library';
  out.fields([
    ['tag', `${repository}:${tag}`],
    ['registry', registry],
    ['answer', answer],
    ['listed', ago(listedAt) ?? 'never, as far as is known'],
  ]);
  out.table(
    [
      { head: 'RULE', cell: (row) => row.rule?.name ?? '' },
      { head: 'TAKES IT', cell: (row) => (row.included ? 'yes' : 'no') },
      { head: 'CLAUSE', cell: (row) => [row.clause, row.text].filter(Boolean).join(' = ') },
      { head: 'WHY', cell: (row) => row.reason },
    ],
    rules,
  );
}
