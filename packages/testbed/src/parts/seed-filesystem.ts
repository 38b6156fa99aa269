import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SeedRepository } from '../seed-repository.ts';

/** Repository → tag → digest, as seeded. */
export type SeededDigests = Record<string, Record<string, string>>;

const hexOf = (digest: string) => digest.slice('sha256:'.length);

/** Where Distribution's filesystem driver keeps a repository. */
export function repositoryDirectory(rootDir: string, repository: string): string {
  return join(rootDir, 'docker/registry/v2/repositories', repository);
}

/**
 * Writes repositories in Distribution's own storage layout, many times faster than pushing. A running registry serves
 * them at once.
 */
export function seedFilesystem(rootDir: string, repositories: Iterable<SeedRepository>): SeededDigests {
  const blobs = join(rootDir, 'docker/registry/v2/blobs/sha256');
  const written = new Set<string>();
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  const once = (path: string, content: string | Buffer) => {
    if (written.has(path)) return;
    written.add(path);
    write(path, content);
  };
  const digests: SeededDigests = {};
  for (const { name, tags } of repositories) {
    const repository = repositoryDirectory(rootDir, name);
    const seeded: Record<string, string> = {};
    for (const [tag, image] of tags) {
      for (const { digest, bytes } of [...image.manifests, ...image.blobs]) {
        once(join(blobs, hexOf(digest).slice(0, 2), hexOf(digest), 'data'), bytes);
      }
      for (const { digest } of image.blobs) once(join(repository, '_layers/sha256', hexOf(digest), 'link'), digest);
      for (const { digest } of image.manifests) {
        once(join(repository, '_manifests/revisions/sha256', hexOf(digest), 'link'), digest);
      }
      const directory = join(repository, '_manifests/tags', tag);
      write(join(directory, 'current/link'), image.digest);
      write(join(directory, 'index/sha256', hexOf(image.digest), 'link'), image.digest);
      seeded[tag] = image.digest;
    }
    digests[name] = seeded;
  }
  return digests;
}
