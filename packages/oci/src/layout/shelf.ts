/** All layouts at one address: an archive, a folder that is a layout, or a folder with layouts and archives below it. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Limits } from '../connection.ts';
import { RegistryError } from '../errors.ts';
import { openArchive } from './archive.ts';
import { invalid, unreadable } from './files.ts';
import { openFolder } from './folder.ts';
import { type Layout, type LayoutEntry, readLayout } from './layout.ts';
import { ARCHIVE, repositoryOfPath } from './names.ts';

/** An image with the layout that holds it. */
export interface Place {
  layout: Layout;
  entry: LayoutEntry;
}

/** What stands at the address at one moment. */
export interface ShelfView {
  layouts: readonly Layout[];
  /** Repository → tag → image. */
  repositories: ReadonlyMap<string, ReadonlyMap<string, Place>>;
  /** Names that were left out, by repository: another layout, written later, has the same. */
  doubles: ReadonlyMap<string, number>;
  /** Why something at this address cannot be read; then no list of it is complete. */
  broken: RegistryError | null;
}

interface Source {
  path: string;
  isFolder: boolean;
  repository: string;
}

const MAX_DEPTH = 8;
const MAX_FILES = 50_000;
const MAX_SOURCES = 10_000;
/** A scan asks for thousands of things: for so long one look at the files serves all of them. */
const HOLD_MS = 500;

export class Shelf {
  readonly #path: string;
  readonly #limits: Readonly<Limits>;
  readonly #holdMs: number;
  /** The last good state of each layout. */
  #known = new Map<string, Layout>();
  #view: { view: ShelfView; at: number } | null = null;
  #looking: Promise<ShelfView> | null = null;

  constructor(path: string, limits: Readonly<Limits>, holdMs = HOLD_MS) {
    this.#path = path;
    this.#limits = limits;
    this.#holdMs = holdMs;
  }

  /** @throws RegistryError when nothing at the address can be read */
  look(): Promise<ShelfView> {
    if (this.#view !== null && performance.now() - this.#view.at < this.#holdMs) {
      return Promise.resolve(this.#view.view);
    }
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** The next look reads anew: something was not as the view said. */
  forget(): void {
    this.#view = null;
  }

  async #read(): Promise<ShelfView> {
    const { root, sources } = await findSources(this.#path);
    const known = new Map<string, Layout>();
    const layouts: Layout[] = [];
    const held: Layout[] = [];
    let broken: RegistryError | null = null;
    for (const source of sources) {
      const before = this.#known.get(source.path);
      try {
        const layout = await this.#open(source, root, before);
        layouts.push(layout);
        known.set(source.path, layout);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        broken ??= error;
        if (before === undefined) continue;
        held.push(before);
        known.set(source.path, before);
      }
    }
    this.#known = known;
    if (broken !== null && layouts.length === 0) throw broken;
    const view = { ...arrange(layouts, held), broken };
    this.#view = { view, at: performance.now() };
    return view;
  }

  async #open({ path, isFolder, repository }: Source, root: string | null, before: Layout | undefined) {
    const files = isFolder
      ? await openFolder(path, root ?? path)
      : await openArchive(path, root, before?.files ?? null);
    return before?.files.stamp === files.stamp ? before : readLayout(files, repository, this.#limits);
  }
}

/** Newest first, so that a name that was carried twice is what was carried last; then by path, to be the same every time. */
function arrange(layouts: Layout[], held: readonly Layout[]): Omit<ShelfView, 'broken'> {
  layouts.sort((a, b) => b.files.writtenAt - a.files.writtenAt || (a.files.path < b.files.path ? -1 : 1));
  const repositories = new Map<string, Map<string, Place>>();
  const doubles = new Map<string, number>();
  for (const layout of layouts) {
    for (const entry of layout.entries) {
      if (entry.name === null) continue;
      const { repository, tag } = entry.name;
      const tags = repositories.get(repository) ?? new Map<string, Place>();
      if (tags.size === 0) repositories.set(repository, tags);
      if (!tags.has(tag)) tags.set(tag, { layout, entry });
      else if (tags.get(tag)!.entry.digest !== entry.digest) {
        doubles.set(repository, (doubles.get(repository) ?? 0) + 1);
      }
    }
  }
  // What a layout named that cannot be read now must not fall back to an older one: that would look like a moved tag.
  for (const { entries } of held) {
    for (const { name } of entries) if (name !== null) repositories.get(name.repository)?.delete(name.tag);
  }
  return { layouts, repositories, doubles };
}

async function findSources(path: string): Promise<{ root: string | null; sources: Source[] }> {
  try {
    const stats = await stat(path);
    const repository = repositoryOfPath([basename(path)]);
    if (!stats.isDirectory()) return { root: null, sources: [{ path, isFolder: false, repository }] };
    const root = await realpath(path);
    const walk: Walk = { root, sources: [], files: 0 };
    await addFolder(walk, root, 0);
    for (const source of walk.sources) if (source.path === root) source.repository = repository;
    // An empty folder is a disk that is not mounted as often as it is an empty shelf, and absence is not deletion.
    if (walk.sources.length === 0) throw invalid(path, 'there is neither a layout nor a .tar archive in it');
    return { root, sources: walk.sources };
  } catch (error) {
    throw unreadable(path, error);
  }
}

interface Walk {
  root: string;
  sources: Source[];
  files: number;
}

/** Links are not followed, and names that begin with a dot are somebody's half-copied files. */
async function addFolder(walk: Walk, path: string, depth: number): Promise<void> {
  const files = await readdir(path, { withFileTypes: true });
  walk.files += files.length;
  if (walk.files > MAX_FILES || walk.sources.length > MAX_SOURCES || depth > MAX_DEPTH) throw tooMany(walk.root);
  const add = (at: string, isFolder: boolean) => {
    walk.sources.push({ path: at, isFolder, repository: repositoryOfPath(relative(walk.root, at).split(sep)) });
  };
  if (files.some(({ name }) => name === 'oci-layout')) return add(path, true);
  const seen = files.filter(({ name }) => !name.startsWith('.')).sort(byName);
  for (const file of seen) {
    const at = join(path, file.name);
    if (file.isDirectory()) await addFolder(walk, at, depth + 1);
    else if (file.isFile() && ARCHIVE.test(file.name)) add(at, false);
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

function tooMany(path: string): RegistryError {
  return new RegistryError({
    code: 'too-many-names',
    message: `There are too many files or nested folders below ${path}.`,
    hint: 'Name the folder that holds the layouts, and keep other files out of it.',
  });
}
