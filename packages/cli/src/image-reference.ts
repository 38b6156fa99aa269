/** How commands take an image: `REPOSITORY:TAG`, a digest, or its beginning. */
import { type Client, Digest } from '@pharos/contract';
import { EXIT } from './exit-code.ts';
import { CliError } from './failure.ts';
import { findTag } from './tag-reference.ts';

/** Whether it is a digest or may be the beginning of one. */
export function isDigestLike(text: string): boolean {
  return /^(?:sha(?:256|512):)?[0-9a-f]{6,128}$/.test(text);
}

/** The digest that is meant now. @throws CliError `not-found`, `name-ambiguous`, `digest-ambiguous`, `image-unclear` */
export async function findImage(client: Client, text: string, registry?: string): Promise<string> {
  if (isDigestLike(text)) return findDigest(client, text);
  // A colon before a slash belongs to a port.
  if (/^sha(256|512):/.test(text) || text.lastIndexOf(':') <= text.lastIndexOf('/')) {
    const hint = 'Write REPOSITORY:TAG, or a digest or its beginning (at least six hex digits).';
    throw new CliError('image-unclear', `"${text}" names no image.`, hint);
  }
  const { repository, name } = await findTag(client, [text], registry);
  return (await client('getTag', { params: { id: repository.id, name } })).digest;
}

/** @param text a digest, or how one begins. @throws CliError `digest-ambiguous`, `not-found` */
export async function findDigest(client: Client, text: string): Promise<string> {
  if (Digest.safeParse(text).success) return text;
  const q = text.includes(':') ? text : `sha256:${text}`;
  const { items } = await client('listTags', { query: { q, presence: 'all', limit: 1000 } });
  const found = [...new Set(items.map((tag) => tag.digest).filter((digest) => digest.startsWith(q)))];
  const [only, second] = found;
  if (only && !second) return only;
  if (only) {
    throw new CliError('digest-ambiguous', `${found.length} digests begin so.`, 'Give more digits.');
  }
  throw new CliError('not-found', `No tag points to a digest that begins with ${q}.`, 'Give the whole digest.', {
    exitCode: EXIT.notFound,
  });
}
