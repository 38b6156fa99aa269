import { type BuiltImage, buildImage, type ImageOptions, type Stored, store } from './image.ts';
import type { SeedRepository } from './seed-repository.ts';

/** One stay of a tag at a digest; the last one has no end as long as the tag is there. */
export type TagStay = { digest: string; from: Date; until: Date | undefined };

/** A report as Harbor's scanner adapters write it. */
export type ScannerReport = {
  generated_at: string;
  scanner: { name: string; vendor: string; version: string };
  severity: string;
  vulnerabilities: readonly Readonly<Record<string, unknown>>[];
};

type Repository = {
  /** What the registry's scanner found in a manifest, by its digest. */
  reports: Map<string, ScannerReport>;
  /** In the order in which they first came. */
  tags: Map<string, string>;
  history: Map<string, TagStay[]>;
  locked: Set<string>;
  manifests: Map<string, Stored>;
  /** When each manifest came. */
  added: Map<string, Date>;
  blobs: Map<string, Stored>;
  /** Tag names in byte order; dropped when a name comes or goes. */
  sorted: string[] | undefined;
};

const FIRST_CHANGE = Date.UTC(2026, 0, 1);
const BETWEEN_CHANGES = 60_000;

/**
 * What the registry stand-in holds. Every change shows at the next request. Its clock is its own: a minute goes by with
 * each change, so that the same content has the same times in every run and no two pushes share one.
 */
export class Content {
  readonly #repositories = new Map<string, Repository>();
  #changes = 0;

  /** Points `tag` at an image (built, or described by its options); the repository is made when it is not there. */
  push(repo: string, tag: string, image: BuiltImage | ImageOptions = {}): BuiltImage {
    const built = 'digest' in image ? image : buildImage({ name: `${repo}:${tag}`, ...image });
    this.#keep(repo, built);
    this.tag(repo, tag, built.digest);
    return built;
  }

  /** Keeps an image or artifact without a tag: what names its subject is found as a referrer. */
  attach(repo: string, image: BuiltImage): void {
    this.#keep(repo, image);
  }

  /** Points an existing tag at another digest of the same repository. */
  move(repo: string, tag: string, digest: string): void {
    const repository = this.#repositories.get(repo);
    if (!repository?.tags.has(tag)) throw new Error(`no tag ${repo}:${tag} to move`);
    if (!repository.manifests.has(digest)) throw new Error(`no manifest ${digest} in ${repo}`);
    this.tag(repo, tag, digest);
  }

  /** The product refuses to move or delete the tag, and says so where it can; this object does not. */
  lock(repo: string, tag: string): void {
    this.#repository(repo).locked.add(tag);
  }

  /** The registry's own scanner has looked at a manifest; null takes its report away. */
  report(repo: string, digest: string, report: ScannerReport | null): void {
    const { reports } = this.#repository(repo);
    if (report === null) reports.delete(digest);
    else reports.set(digest, report);
  }

  reportOn(repo: string, digest: string): ScannerReport | undefined {
    return this.#repositories.get(repo)?.reports.get(digest);
  }

  isLocked(repo: string, tag: string): boolean {
    return this.#repositories.get(repo)?.locked.has(tag) ?? false;
  }

  /** Takes the tag away; its manifest stays, as in a real registry. */
  remove(repo: string, tag: string): void {
    const repository = this.#repositories.get(repo);
    if (!repository?.tags.delete(tag)) throw new Error(`no tag ${repo}:${tag} to remove`);
    repository.sorted = undefined;
    close(repository, tag, this.#now());
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
    this.#add(this.#repository(repo), [stored], this.#now());
    return stored.digest;
  }

  /** Points a tag at any manifest that is there. */
  tag(repo: string, tag: string, digest: string): void {
    const repository = this.#repository(repo);
    if (!repository.tags.has(tag)) repository.sorted = undefined;
    const from = this.#now();
    close(repository, tag, from);
    repository.tags.set(tag, digest);
    const stays = repository.history.get(tag) ?? [];
    stays.push({ digest, from, until: undefined });
    repository.history.set(tag, stays);
  }

  /** The same without the tags for which `keep` is false; manifests and blobs are shared. A view of now. */
  only(keep: (repo: string, tag: string) => boolean): Content {
    const view = new Content();
    for (const [name, repository] of this.#repositories) {
      const tags = new Map([...repository.tags].filter(([tag]) => keep(name, tag)));
      const history = new Map([...repository.history].filter(([tag]) => tags.has(tag)));
      view.#repositories.set(name, { ...repository, tags, history, sorted: undefined });
    }
    return view;
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

  /** In the order in which they first came; undefined when the repository is not there. */
  tagsByAge(repo: string): readonly string[] | undefined {
    const repository = this.#repositories.get(repo);
    return repository && [...repository.tags.keys()];
  }

  /** Where the tags of a repository have pointed, oldest stay first; removed tags too. */
  history(repo: string): ReadonlyMap<string, readonly TagStay[]> {
    return this.#repositories.get(repo)?.history ?? new Map();
  }

  /** When the manifest came. */
  addedAt(repo: string, digest: string): Date {
    return this.#repositories.get(repo)?.added.get(digest) ?? new Date(FIRST_CHANGE);
  }

  /** Manifests whose `subject` is this digest. */
  referrers(repo: string, digest: string): Stored[] {
    return [...this.manifests(repo)].filter(
      ({ bytes }) => bytes.includes(digest) && JSON.parse(bytes.toString()).subject?.digest === digest,
    );
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

  #keep(repo: string, image: BuiltImage): void {
    const repository = this.#repository(repo);
    this.#add(repository, image.manifests, this.#now());
    for (const blob of image.blobs) repository.blobs.set(blob.digest, blob);
  }

  #add(repository: Repository, manifests: readonly Stored[], at: Date): void {
    for (const manifest of manifests) {
      repository.manifests.set(manifest.digest, manifest);
      if (!repository.added.has(manifest.digest)) repository.added.set(manifest.digest, at);
    }
  }

  #now(): Date {
    this.#changes += 1;
    return new Date(FIRST_CHANGE + this.#changes * BETWEEN_CHANGES);
  }

  #repository(name: string): Repository {
    let repository = this.#repositories.get(name);
    if (!repository) {
      repository = {
        tags: new Map(),
        history: new Map(),
        locked: new Set(),
        reports: new Map(),
        manifests: new Map(),
        added: new Map(),
        blobs: new Map(),
        sorted: undefined,
      };
      this.#repositories.set(name, repository);
    }
    return repository;
  }
}

function close(repository: Repository, tag: string, until: Date): void {
  const last = repository.history.get(tag)?.at(-1);
  if (last && !last.until) last.until = until;
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
