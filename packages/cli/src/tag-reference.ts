/** How commands take a tag: `REPOSITORY TAG` or `REPOSITORY:TAG`. */
import type { Client, Repository } from '@pharos/contract';
import type { Command } from 'commander';
import { CliError } from './failure.ts';
import { findRegistry, findRepository } from './resolve.ts';

/** Takes `REPOSITORY TAG` and `REPOSITORY:TAG`. */
export function tagArguments(command: Command): Command {
  return command
    .argument('<repository>', 'name, host/name or id; or repository:tag')
    .argument('[tag]', 'the tag')
    .option('--registry <REGISTRY>', 'where several registries have this repository');
}

/** @throws CliError `tag-missing`, `not-found`, `name-ambiguous`. */
export async function findTag(
  client: Client,
  [first, second]: string[],
  registry: string | undefined,
): Promise<{ repository: Repository; name: string }> {
  const colon = first!.lastIndexOf(':');
  // A colon before a slash belongs to a port.
  const joined = second === undefined && colon > first!.lastIndexOf('/');
  const name = joined ? first!.slice(colon + 1) : second;
  if (!name) {
    throw new CliError('tag-missing', 'No tag was named.', 'Write REPOSITORY:TAG, or REPOSITORY TAG.');
  }
  const registryId = registry ? (await findRegistry(client, registry)).id : undefined;
  return { repository: await findRepository(client, joined ? first!.slice(0, colon) : first!, registryId), name };
}
