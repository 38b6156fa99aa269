/** How commands take an image: `REPOSITORY:TAG`, a digest, or its beginning. */
import type { Client } from '@pharos/contract';
import { findDigest } from './commands/images.ts';
import { findTag } from './tag-reference.ts';

/** The digest that is meant now. @throws CliError `not-found`, `name-ambiguous`, `digest-ambiguous`, `tag-missing` */
export async function findImage(client: Client, text: string, registry?: string): Promise<string> {
  if (/^(?:sha(?:256|512):)?[0-9a-f]{6,128}$/.test(text)) return findDigest(client, text);
  const { repository, name } = await findTag(client, [text], registry);
  return (await client('getTag', { params: { id: repository.id, name } })).digest;
}
