/** What is typed of a new cluster, and what is chosen for whoever does not say. */
import type { ClusterChoices, ClusterImage, ClusterInput, ClusterPatch, ClusterSpec, Engine } from '@pharos/contract';
import type { NewClusterSearch } from './search.ts';

export interface ClusterDraft {
  readonly name: string;
  readonly namespace: string;
  readonly instances: string;
  readonly storage: string;
  readonly memory: string;
  readonly cpu: string;
  readonly pullSecret: string;
  readonly via: ClusterInput['via'];
  readonly apply: boolean;
}

export const EMPTY_DRAFT: ClusterDraft = {
  name: 'postgres',
  namespace: 'default',
  instances: '3',
  storage: '20Gi',
  memory: '',
  cpu: '',
  pullSecret: '',
  via: 'image',
  apply: false,
};

export const ENGINE_NAMES: Readonly<Record<Engine, string>> = {
  postgresql: 'PostgreSQL',
  epas: 'EDB Postgres Advanced Server',
  pge: 'EDB Postgres Extended',
};

/** The engine and major asked for where they are approved, else the first engine and its newest major. */
export function preselect(choices: Pick<ClusterChoices, 'engines'> | undefined, search: NewClusterSearch) {
  const engines = choices?.engines ?? [];
  const chosen = engines.find(({ engine }) => engine === search.engine) ?? engines[0];
  const major = chosen?.majors.find((each) => each.major === search.major) ?? chosen?.majors[0];
  return { engine: chosen?.engine, major: major?.major };
}

/** From this major on extensions may come as images of their own. */
const EXTENSION_IMAGES_FROM = 18;

/** Names that selectable images bring, those that are asked for first; pgvector always, where it can be mounted. */
export function extensionChoices(images: readonly ClusterImage[], major: number, wanted: readonly string[]): string[] {
  const brought = images.filter(({ selectable }) => selectable).flatMap(({ extensions }) => extensions);
  const mounted = major >= EXTENSION_IMAGES_FROM ? ['vector'] : [];
  return [...new Set([...brought, ...mounted, ...wanted])].sort().slice(0, 40);
}

export function inputOf(
  draft: ClusterDraft,
  { location, engine }: { location: string; engine: Engine },
  image: string,
  extensions: readonly string[],
): ClusterInput {
  const { name, namespace, storage, memory, cpu, pullSecret, via, apply } = draft;
  const said = (text: string) => (text.trim() === '' ? undefined : text.trim());
  return {
    ...{ name, namespace, location, image, storage, via, apply },
    instances: Number.parseInt(draft.instances, 10) || 0,
    resources: { cpu: said(cpu), memory: said(memory) },
    operator: engine === 'postgresql' ? 'cnpg' : 'edb',
    extensions: [...extensions],
    pullSecret: said(pullSecret) ?? null,
  };
}

/** A cluster that stands, as it is typed. */
export function draftOf(
  { name, namespace, instances, storage, resources, pullSecret, via }: ClusterSpec,
  apply: boolean,
) {
  return {
    ...{ name, namespace, via, apply },
    instances: String(instances),
    storage: storage.size,
    memory: resources.memory ?? '',
    cpu: resources.cpu ?? '',
    pullSecret: pullSecret ?? '',
  } satisfies ClusterDraft;
}

/** What is to be changed; empty: nothing is. Extensions that were there keep the image that they had. */
export function patchOf(
  spec: ClusterSpec,
  isApplied: boolean,
  draft: ClusterDraft,
  extensions: readonly string[],
): Omit<ClusterPatch, 'when'> {
  const before = draftOf(spec, isApplied);
  const said = (text: string) => (text.trim() === '' ? undefined : text.trim());
  const has = spec.extensions.map(({ name }) => name);
  const isSame = has.length === extensions.length && has.every((name) => extensions.includes(name));
  const resources = { ...spec.resources, cpu: said(draft.cpu), memory: said(draft.memory) };
  return {
    ...(draft.instances === before.instances ? {} : { instances: Number.parseInt(draft.instances, 10) || 0 }),
    ...(draft.storage.trim() === before.storage ? {} : { storage: { ...spec.storage, size: draft.storage.trim() } }),
    ...(draft.cpu.trim() === before.cpu && draft.memory.trim() === before.memory ? {} : { resources }),
    ...(draft.pullSecret.trim() === before.pullSecret ? {} : { pullSecret: said(draft.pullSecret) ?? null }),
    ...(isSame
      ? {}
      : { extensions: extensions.map((name) => spec.extensions.find((each) => each.name === name) ?? { name }) }),
    ...(draft.apply && !isApplied ? { apply: true } : {}),
  };
}
