/** `pharos tags history` and `pharos tags changes`: where names pointed before. */
import type { TagAt, TagChange, TagHistoryEntry } from '@pharos/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { clientAction, examples, listCommand, noteProblems, type Shell } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { minute, shortDigest, state } from '../format.ts';
import type { Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findRegistry, findRepository } from '../resolve.ts';
import { findTag, tagArguments } from '../tag-reference.ts';

interface HistoryOptions extends ListOptions {
  registry?: string;
  at?: string;
}

/** A day, or a time of RFC 3339. The server says what is wrong with anything else that looks like one. */
function moment(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It must be a day such as 2026-03-03, or a time such as 2026-03-03T09:00:00Z.');
}

export function tagHistoryCommand(shell: Shell): Command {
  const command = tagArguments(listCommand('history', 'show which digests a tag pointed to, newest first')).addOption(
    new Option('--at <TIME>', 'only what it pointed to then: a day (its end, UTC) or a time')
      .argParser(moment)
      .conflicts(['limit', 'cursor', 'all']),
  );
  return examples(command, 'tags history postgresql:17', 'tags history postgresql:17 --at 2026-03-03').action(
    clientAction<HistoryOptions>(shell, async ({ client, out }, args, options) => {
      const { repository, name } = await findTag(client, args, options.registry);
      const params = { id: repository.id, name };
      if (options.at !== undefined) {
        const body = await client('getTagAt', { params, query: { time: options.at } });
        out.one(body, body.digest ?? '', (then) => showThen(out, then));
        if (body.digest === null) noteProblems(shell, EXIT.notFound);
        return;
      }
      const body = await readPages(options, (query) => client('getTagHistory', { params, query }));
      out.list<TagHistoryEntry>(
        body,
        (row) => row.digest,
        [
          { head: 'DIGEST', cell: (row) => row.digest },
          { head: 'FIRST SEEN', cell: (row) => minute(row.firstSeenAt) },
          { head: 'LAST SEEN', cell: (row) => minute(row.lastSeenAt) },
          { head: 'STATE', cell: (row) => state(row.state) },
          { head: '', cell: (row) => ({ text: row.current ? 'now' : ' ', style: 'green' }) },
        ],
        'No history.',
      );
    }),
  );
}

function showThen(out: Output, then: TagAt): void {
  out.fields([
    ['at', minute(then.time)],
    ['digest', then.digest],
    ['or', then.next],
    ['first seen', minute(then.firstSeenAt)],
    ['last seen', minute(then.lastSeenAt)],
    ['version', then.version?.raw ?? null],
    ['scan', then.scanId],
    ['known', then.message],
  ]);
  if (then.pull.length === 0) return;
  out.heading('Pull by digest');
  for (const { command } of then.pull) out.line(out.style({ text: command }));
}

interface ChangesOptions extends ListOptions {
  registry?: string;
  kind?: 'moved' | 'vanished';
}

export function tagChangesCommand(shell: Shell): Command {
  const command = listCommand('changes', 'list tags that moved, or that vanished, newest first')
    .argument('[repository]', 'name, host/name or id (default: all)')
    .option('--registry <REGISTRY>', 'where several registries have this repository')
    .addOption(new Option('--kind <KIND>', 'default: moved').choices(['moved', 'vanished']));
  return examples(command, 'tags changes', 'tags changes postgresql --kind vanished').action(
    clientAction<ChangesOptions>(shell, async ({ client, out }, [name], options) => {
      const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
      const repositoryId = name ? (await findRepository(client, name, registryId)).id : undefined;
      const body = await readPages(options, (query) =>
        client('listTagChanges', { query: { ...query, kind: options.kind, repositoryId } }),
      );
      out.list<TagChange>(
        body,
        (row) => `${row.repository}:${row.name}`,
        [
          { head: 'WHEN', cell: (row) => minute(row.at) },
          { head: 'REPOSITORY', cell: (row) => row.repository, max: 50 },
          { head: 'TAG', cell: (row) => row.name },
          { head: 'WHAT', cell: (row) => what(row) },
          { head: 'BEFORE', cell: (row) => row.previous && shortDigest(row.previous) },
          { head: 'DIGEST', cell: (row) => shortDigest(row.digest) },
        ],
        options.kind === 'vanished' ? 'No tag vanished.' : 'No tag moved.',
      );
    }),
  );
}

function what({ kind, why }: TagChange): string {
  return why === 'rule' ? `${kind}: no rule takes it any more` : kind;
}
