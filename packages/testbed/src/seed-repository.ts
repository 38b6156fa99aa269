import { type BuiltImage, buildImage, buildSignature, type ImageOptions } from './image.ts';

/** A repository to fill a registry with. A Map of tag to image serves as `tags`. */
export type SeedRepository = { name: string; tags: Iterable<readonly [string, BuiltImage]> };

const FIRST_STAMP = Date.UTC(2024, 0, 1);
const TEN_MINUTES = 10 * 60_000;

/** `17.4-2401010010`: as the incumbent's distribution names builds, one every ten minutes, all different. */
export function stampedTag(index: number): string {
  const at = new Date(FIRST_STAMP + index * TEN_MINUTES).toISOString();
  const stamp = at.replace(/\D/g, '').slice(2, 12);
  return `${14 + (index % 5)}.${Math.floor(index / 5) % 10}-${stamp}`;
}

/** A repository of `count` build-stamped tags with one image each. `options` may depend on the index. */
export function generateRepository(
  name: string,
  count: number,
  options: (index: number) => ImageOptions = () => ({}),
): { name: string; tags: Map<string, BuiltImage> } {
  const tags = new Map<string, BuiltImage>();
  for (let index = 0; index < count; index += 1) {
    const tag = stampedTag(index);
    tags.set(tag, buildImage({ name: `${name}:${tag}`, ...options(index) }));
  }
  return { name, tags };
}

/** A small believable set: three repositories, both tag formats, an alias, an attested index and a signature tag. */
export function smallSet(): { name: string; tags: Map<string, BuiltImage> }[] {
  const both = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ];
  const postgresql = generateRepository('postgresql', 12);
  const index = buildImage({ name: 'trixie', platforms: both, attested: true });
  const signature = buildSignature(index);
  postgresql.tags.set('18.4-202607270910-minimal-trixie', index).set('18-minimal-trixie', index);
  postgresql.tags.set(signature.tag, signature.image);
  const epas = generateRepository('edb-postgres-advanced', 3, () => ({
    platforms: both,
    annotations: { 'org.enterprisedb.pg.flavor': 'epas' },
  }));
  const labels = { 'com.nvidia.nim.version': '1.8.2', 'com.nvidia.nim.type': 'llm' };
  const model = buildImage({ name: 'llama', labels, format: 'docker' });
  const tags = new Map([
    ['1.8.2', model],
    ['latest', model],
  ]);
  return [postgresql, epas, { name: 'nim/meta/llama-3.1-8b-instruct', tags }];
}
