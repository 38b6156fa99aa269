import { type BuiltImage, buildImage, type ImageOptions, type Stored, store } from './image.ts';
import type { SeedRepository } from './seed-repository.ts';

type Repository = {
  tags: Map<string, string>;
  manifests: Map<string, Stored>;
  blobs: Map<string, Stored>;
  /** Tag names in byte order; dropped when a name comes or goes. */
  sorted: string[] | undefined;
};

/** What the registry stand-in holds. Every change shows at the next request. */
export class Content {
  readonly #repositories = new Map<string, Repository>();

  /** Points `tag` at an image (built, or described by its options); the repository is made when it is not there. */
  push(repo: string, tag: string, image: BuiltImage | ImageOptions = {}): BuiltImage {
    const built = 'digest' in image ? image : buildImage({ name: `${repo}:${tag}`, ...image });
    const repository = this.#repository(repo);
    for (const manifest of built.manifests) repository.manifests.set(manifest.digest, manifest);
    for (const blob of built.blobs) repository.blobs.set(blob.digest, blob);
    if (!repository.tags.has(tag)) repository.sorted = undefined;
    repository.tags.set(tag, built.digest);
    return built;
  }

  /** Points an existing tag at another digest of the same repository. */
  move(repo: string, tag: string, digest: string): void {
    const repository = this.#repositories.get(repo);
    if (!repository?.tags.has(tag)) throw new Error(`no tag ${repo}:${tag} to move`);
    if (!repository.manifests.has(digest)) throw new Error(`no manifest ${digest} in ${repo}`);
    repository.tags.set(tag, digest);
  }

  /** Takes the tag away; its manifest stays, as in a real registry. */
  remove(repo: string, tag: string): void {
    const repository = this.#repositories.get(repo);
    if (!repository?.tags.delete(tag)) throw new Error(`no tag ${repo}:${tag} to remove`);
    repository.sorted = undefined;
  }

  removeRepository(repo: string): void {
    if (!this.#repositories.delete(repo)) throw new Error(`no repository ${repo} to remove`);
  }

  /** Pushes whole repositories. */
  seed(repositories: Iterable<SeedRepository>): void {
    for (const { name, tags } of repositories) {
      for (const [tag, image] of tags) this.push(name, tag, image);
    }
  }

  /** Keeps a manifest without a tag; any bytes, also such as no builder makes. Returns its digest. */
  addManifest(repo: string, mediaType: string, content: Buffer | object): string {
    const stored = store(mediaType, content);
    this.#repository(repo).manifests.set(stored.digest, stored);
    return stored.digest;
  }

  /** Points a tag at any manifest that is there. */
  tag(repo: string, tag: string, digest: string): void {
    const repository = this.#repository(repo);
    if (!repository.tags.has(tag)) repository.sorted = undefined;
    repository.tags.set(tag, digest);
  }

  /** In byte order. */
  repositories(): string[] {
    return [...this.#repositories.keys()].sort(byBytes);
  }

  /** In byte order; undefined when the repository is not there. */
  tags(repo: string): readonly string[] | undefined {
    const repository = this.#repositories.get(repo);
    if (!repository) return undefined;
    repository.sorted ??= [...repository.tags.keys()].sort(byBytes);
    return repository.sorted;
  }

  /** The digest that a tag points to, or the digest itself when the manifest is there. */
  resolve(repo: string, reference: string): string | undefined {
    const repository = this.#repositories.get(repo);
    if (!repository) return undefined;
    if (!reference.includes(':')) return repository.tags.get(reference);
    return repository.manifests.has(reference) ? reference : undefined;
  }

  manifest(repo: string, digest: string): Stored | undefined {
    return this.#repositories.get(repo)?.manifests.get(digest);
  }

  manifests(repo: string): Iterable<Stored> {
    return this.#repositories.get(repo)?.manifests.values() ?? [];
  }

  blob(repo: string, digest: string): Stored | undefined {
    return this.#repositories.get(repo)?.blobs.get(digest);
  }

  #repository(name: string): Repository {
    let repository = this.#repositories.get(name);
    if (!repository) {
      repository = { tags: new Map(), manifests: new Map(), blobs: new Map(), sorted: undefined };
      this.#repositories.set(name, repository);
    }
    return repository;
  }
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
