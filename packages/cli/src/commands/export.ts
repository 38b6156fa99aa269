/** `pharos export`: what is configured, as files that `pharos apply` takes. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ApiError, type Client } from '@pharos/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { NOTHING, readLists } from '../apply/known.ts';
import type { Known, Noun } from '../apply/noun.ts';
import { NOUNS } from '../apply/nouns.ts';
import { type Lists, listsOf, plainLists, yamlOf } from '../apply/write.ts';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import type { Output } from '../output.ts';

interface Options extends CommonOptions {
  dir?: string;
}

export function exportCommand(shell: Shell): Command {
  const command = clientCommand('export', 'print what is configured, as files that "pharos apply" takes')
    .argument('[lists...]', 'only these, e.g. registries rules (default: everything that you may read)', listOption)
    .option('--dir <DIRECTORY>', 'write a file for each list instead; it is made when it is not there')
    .addHelpText('after', FORM);
  return examples(command, 'export > library.yaml', 'export clusters catalogs', 'export --dir library/').action(
    clientAction<Options>(shell, async ({ client, out }, [lists], { dir }) => {
      const asked = lists as unknown as Noun[] | undefined;
      const nouns = asked?.length ? NOUNS.filter((noun) => asked.includes(noun)) : NOUNS;
      const { known, refused } = await readAll(client, out, nouns, (asked?.length ?? 0) > 0);
      const isRead = ({ needs }: Noun) => !needs.some((key) => refused.has(key));
      const left = nouns.filter((noun) => !isRead(noun)).map(({ list }) => list);
      if (left.length > 0) out.warn(`left out, for you may not read them: ${left.join(', ')}.`);
      const found = listsOf(nouns.filter(isRead), known);
      if (dir !== undefined) return writeAll(shell, out, dir, nouns.filter(isRead), found);
      if (out.json) return out.body(plainLists(found));
      if (Object.keys(found).length === 0) return out.note('Nothing is configured.');
      // It is made for a file: a control character is written as an escape by YAML itself.
      out.line(yamlOf(found).trimEnd());
    }),
  );
}

function listOption(text: string, before: Noun[] | undefined): Noun[] {
  const noun = NOUNS.find(({ list, kind }) => [list, kind].some((name) => name.toLowerCase() === text.toLowerCase()));
  if (noun) return [...(before ?? []), noun];
  throw new InvalidArgumentError(`Allowed are: ${NOUNS.map(({ list }) => list).join(', ')}.`);
}

const FORM = `
Lists: ${NOUNS.map(({ list }) => list).join(', ')}.

Applying what was exported changes nothing. Credentials are not in it: what signs in with one keeps it, and a comment says
where one is needed to make the thing anew. Images that clusters and models run are written as repository:tag@digest.
Decisions about images are not configuration: see "pharos audit export".`;

/** @throws ApiError where a list that was asked for may not be read */
async function readAll(
  client: Client,
  out: Output,
  nouns: readonly Noun[],
  isAsked: boolean,
): Promise<{ known: Known; refused: Set<keyof Known> }> {
  const refused = new Set<keyof Known>();
  let known: Known = NOTHING;
  for (const key of new Set(nouns.flatMap(({ needs }) => needs))) {
    out.progress(`Reading ${key} …`);
    try {
      known = { ...known, [key]: (await readLists(client, null, [key]))[key] };
    } catch (error) {
      if (isAsked || !(error instanceof ApiError && error.status === 403)) throw error;
      refused.add(key);
    } finally {
      out.progress(null);
    }
  }
  return { known, refused };
}

/** A file of a list that holds nothing any more says so. */
function writeAll(shell: Shell, out: Output, dir: string, nouns: readonly Noun[], lists: Lists): void {
  const full = resolve(shell.io.cwd, dir);
  mkdirSync(full, { recursive: true });
  const files: string[] = [];
  for (const { list } of nouns) {
    const file = join(full, `${list}.yaml`);
    const entries = lists[list];
    if (entries === undefined && !existsSync(file)) continue;
    writeFileSync(file, yamlOf({ [list]: entries ?? [] }));
    files.push(`${list}.yaml`);
  }
  if (out.json) {
    out.body({ dir: full, files });
    return;
  }
  for (const file of files) out.line(out.style({ text: join(dir, file) }));
  if (files.length === 0) out.note('Nothing is configured.');
}
