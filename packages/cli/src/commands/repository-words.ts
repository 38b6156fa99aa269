/** `pharos repositories describe` and `readme`: what people write about a repository. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RepositoryDetail } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import { CliError } from '../failure.ts';
import { minute } from '../format.ts';
import { type Io, type Output, printable } from '../output.ts';
import { findRegistry, findRepository } from '../resolve.ts';
import { readAll } from '../secret-input.ts';

interface Options extends CommonOptions {
  registry?: string;
  reset?: boolean;
  file?: string;
  remove?: boolean;
}

function repositoryCommand(name: string, summary: string): Command {
  return clientCommand(name, summary)
    .argument('<repository>', 'name, host/name or id')
    .option('--registry <REGISTRY>', 'where several registries have this name');
}

export function describeCommand(shell: Shell): Command {
  const command = repositoryCommand('describe', 'write the description of a repository, which wins over a rule’s')
    .argument('[text]', 'one or two sentences')
    .option('--reset', 'take it away, so that the description of the rule shows again');
  return examples(
    command,
    'repositories describe postgresql "What our services run on. Ask #databases."',
    'repositories describe postgresql --reset',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [name, text], options) => {
      if ((text === undefined) === !options.reset) {
        throw new CliError(
          'nothing-to-change',
          'Say either a text or --reset.',
          'See "pharos repositories describe --help".',
        );
      }
      const id = await idOf(client, name!, options.registry);
      const body = { description: text ?? null };
      const repository = await client('updateRepository', { params: { id }, body });
      out.one(repository, id, () =>
        out.fields([
          ['name', repository.name],
          ['description', repository.description || null],
          ['written by', repository.hasOwnDescription ? 'people' : 'a rule'],
        ]),
      );
    }),
  );
}

export function readmeCommand(shell: Shell): Command {
  const command = repositoryCommand('readme', 'print or write the README of a repository (Markdown)')
    .option('--file <PATH>', 'write this file, or - for stdin')
    .addOption(new Option('--remove', 'take it away').conflicts('file'));
  return examples(
    command,
    'repositories readme postgresql',
    'repositories readme postgresql --file README.md',
    'repositories readme postgresql --file - < README.md',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [name], options) => {
      const id = await idOf(client, name!, options.registry);
      const before = await client('getRepository', { params: { id } });
      if (!options.file && !options.remove) {
        print(out, before);
        return;
      }
      const readme = options.file ? await readText(shell.io, options.file) : null;
      // The revision that was read just now: what somebody writes in between is not overwritten.
      const body = { readme, readmeRevision: before.readmeRevision };
      const after = await client('updateRepository', { params: { id }, body });
      out.one(after, id, () =>
        out.line(out.style({ text: `${readme === null ? 'Removed' : 'Wrote'} the README of ${after.name}.` })),
      );
    }),
  );
}

/** The text on stdout, so that it can be edited and sent back; where it comes from on stderr. */
function print(out: Output, repository: RepositoryDetail): void {
  const { readme, readmeEdited, statedReadme, name } = repository;
  if (out.json || out.quiet) {
    out.one(repository, repository.id, () => undefined);
    return;
  }
  const text = readme ?? statedReadme?.text;
  if (!text) {
    out.note(`${name} has no README. Write one: pharos repositories readme ${name} --file README.md`);
    return;
  }
  for (const line of text.split('\n')) out.line(printable(line));
  if (readme === null) {
    out.note(
      `From the ${statedReadme!.source} ${statedReadme!.key} of the tag ${statedReadme!.tag}; nobody wrote one here.`,
    );
  } else if (readmeEdited) out.note(`Written by ${readmeEdited.by}, ${minute(readmeEdited.at)}.`);
}

const MAX_BYTES = 400_000;

async function readText(io: Io, path: string): Promise<string> {
  if (path === '-') return readAll(io, MAX_BYTES);
  const full = resolve(io.cwd, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat?.isFile())
    throw new CliError('file-not-found', `There is no file ${full}.`, 'Check the path after --file.');
  if (stat.size > MAX_BYTES) {
    throw new CliError('file-too-large', `${full} is larger than ${MAX_BYTES} bytes.`, 'Is this the right file?');
  }
  return readFileSync(full, 'utf8');
}

async function idOf(
  client: Parameters<typeof findRepository>[0],
  name: string,
  registry: string | undefined,
): Promise<string> {
  const registryId = registry ? (await findRegistry(client, registry)).id : undefined;
  return (await findRepository(client, name, registryId)).id;
}
