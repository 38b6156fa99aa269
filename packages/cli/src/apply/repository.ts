/** What people say about a repository, of files: description, README, HCP tags. Repositories themselves come with scans. */

import { hash } from 'node:crypto';
import { type HcpTag, type Repository, type RepositoryDetail, RepositoryPatch } from '@pharos/contract';
import { CliError } from '../failure.ts';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import type { Reader } from './reader.ts';
import { conflict, difference, late, type Step } from './step.ts';

/** Each of the three, left out, stays. */
export interface RepositoryDocument {
  place: Place;
  /** Or `host/name`. */
  name: string;
  /** Name or id. */
  registry: string | undefined;
  /** null takes it away. */
  texts: { description?: string | null | undefined; readme?: string | null | undefined };
  /** Names: those and no others. */
  hcpTags: string[] | undefined;
}

const KEYS = ['name', 'registry', 'description', 'readme', 'hcpTags'];

export const repositoryNoun: Noun<RepositoryDocument> = {
  noun: 'repository',
  kind: 'Repository',
  list: 'repositories',
  needs: ['repositories', 'hcpTags'],
  keyOf: ({ name, registry }) => (registry === undefined ? name : `${registry}/${name}`),
  read: readRepository,
  plan: planRepository,
  write: ({ repositories }) =>
    repositories
      .filter(
        (one) => one.hasOwnDescription || (one.readmeEdited !== null && one.readme !== null) || one.hcpTags.length > 0,
      )
      .map((one) => {
        const isShared = repositories.filter(({ name, registry }) => name === one.name && registry === one.registry);
        return {
          fields: {
            name: one.name,
            registry: isShared.length > 1 ? one.registryId : one.registry,
            description: one.hasOwnDescription ? one.description : undefined,
            readme: one.readmeEdited !== null ? (one.readme ?? undefined) : undefined,
            hcpTags: one.hcpTags.length > 0 ? one.hcpTags.map(({ name }) => name).sort() : undefined,
          },
        };
      }),
};

/** null: the problems say why. */
function readRepository(reader: Reader): RepositoryDocument | null {
  const { name, registry, hcpTags: given, ...rest } = { ...reader.value, ...reader.expanded('readme') };
  if (typeof name !== 'string' || name.trim() === '') {
    return reader.problem(['name'], '"name" must be the name of a repository.');
  }
  if (registry !== undefined && typeof registry !== 'string') {
    return reader.problem(['registry'], '"registry" must be the name of a registry.');
  }
  const isNone = Array.isArray(given) && given.length === 0;
  const hcpTags = isNone ? [] : reader.names(given, ['hcpTags']);
  if (hcpTags === null) return null;
  if (Object.keys(rest).length === 0 && hcpTags !== undefined) {
    return { place: reader.place, name, registry, texts: {}, hcpTags };
  }
  const texts = reader.parse(RepositoryPatch, rest, KEYS);
  return texts && { place: reader.place, name, registry, texts, hcpTags };
}

/** Whether a file means this one. */
export function isRepository(
  { name, host, registry, registryId }: Repository,
  wanted: Pick<RepositoryDocument, 'name' | 'registry'>,
): boolean {
  const isHere = wanted.registry === undefined || [registry, registryId].includes(wanted.registry);
  return isHere && (name === wanted.name || `${host}/${name}` === wanted.name);
}

function planRepository(document: RepositoryDocument, known: Known, _options: PlanOptions, documents: Documents): Step {
  const { texts, hcpTags, place } = document;
  const head = { noun: 'repository', name: repositoryNoun.keyOf(document) };
  const [before, second] = known.repositories.filter((one) => isRepository(one, document));
  if (!before) {
    return conflict(
      head,
      null,
      'It is not in the library. It comes with a scan: check the rules, or apply again then.',
    );
  }
  if (second) return conflict(head, null, 'Several registries have it: write "registry".');
  const isMade = (name: string) => documents.hcpTags.some(({ spec }) => isSame(spec.name, name));
  const lost = hcpTags?.find((name) => tagOf(name, known.hcpTags) === undefined && !isMade(name));
  if (lost !== undefined) return conflict(head, before.id, `There is no HCP tag "${lost}" here or in the file.`);
  const wanted = hcpTags?.map((name) => tagOf(name, known.hcpTags)?.name ?? name);
  const changes = difference(
    fieldsOf(textsOf(before), texts, hcpTags && before.hcpTags.map(({ name }) => name)),
    fieldsOf(texts, texts, wanted),
  );
  const { id } = before;
  return late(head, id, changes, async (client, now) => {
    const body = Object.fromEntries(
      Object.entries(texts).filter(([key]) => changes.some(({ field }) => field === key)),
    );
    if (Object.keys(body).length > 0) await client('updateRepository', { params: { id }, body });
    if (hcpTags === undefined || !changes.some(({ field }) => field === 'hcpTags')) return id;
    const ids = hcpTags.map((name) => {
      const found = tagOf(name, now.hcpTags);
      if (found) return found.id;
      throw new CliError('not-found', `${place}: there is no HCP tag "${name}".`, 'See "pharos hcp-tags list".');
    });
    const has = before.hcpTags.map((tag) => tag.id);
    const add = ids.filter((tag) => !has.includes(tag));
    const remove = has.filter((tag) => !ids.includes(tag));
    if (add.length + remove.length > 0) {
      await client('assignHcpTags', { body: { add, remove, repositories: [id] } });
    }
    return id;
  });
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function tagOf(name: string, tags: readonly HcpTag[]): HcpTag | undefined {
  return tags.find((tag) => isSame(tag.name, name));
}

function textsOf(before: RepositoryDetail): RepositoryDocument['texts'] {
  const { hasOwnDescription, description, readme } = before;
  return { description: hasOwnDescription ? description : null, readme };
}

/** What the file says, of what there is. A README is told by what tells it from another. */
function fieldsOf(
  { description, readme }: RepositoryDocument['texts'],
  asked: RepositoryDocument['texts'],
  tags: readonly string[] | undefined,
): Record<string, unknown> {
  return {
    ...(asked.description === undefined ? {} : { description: description ?? undefined }),
    ...(asked.readme === undefined ? {} : { readme: readme == null ? undefined : shortText(readme) }),
    hcpTags: tags && tags.length > 0 ? [...tags].sort() : undefined,
  };
}

function shortText(text: string): string {
  return `${text.length} characters (sha256:${hash('sha256', text).slice(0, 12)})`;
}
