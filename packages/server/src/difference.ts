import type { ComparedImage, Difference } from '@pharos/contract';
import { type Comparable, differenceOf } from '@pharos/library';
import type { Context } from './context.ts';
import { found } from './problem.ts';

const MOST_PLACES = 20;

/** What differs between two images that the library knows. Asks no registry: what was not read is unknown. */
export async function differenceBetween(context: Context, from: string, to: string, all: boolean): Promise<Difference> {
  const before = await comparable(context, from, 'The image before');
  const after = await comparable(context, to, 'The image after');
  return { before: comparedOf(before), after: comparedOf(after), ...differenceOf(before, after, all) };
}

async function comparable({ store }: Context, digest: string, what: string): Promise<Comparable> {
  const image = found(await store.images.get(digest), what);
  return { image, packages: await store.images.packages(digest) };
}

function comparedOf({ image, packages }: Comparable): ComparedImage {
  const { digest, detail, tags } = image;
  return { digest, detail, hasPackages: packages !== null, tags: tags.slice(0, MOST_PLACES) };
}
