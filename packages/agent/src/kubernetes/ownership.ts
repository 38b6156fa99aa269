/** The marks by which an object is known to be ours. What does not carry them is never touched. */
import type { DispatchTask, ObjectRef } from '@pharos/contract';
import type { KubeObject } from './api.ts';
import { DispatchError, nameOf } from './cause.ts';

/** Field manager of server-side apply. */
export const FIELD_MANAGER = 'pharos';
export const OWNER = 'pharos.io/owner';
const GENERATION = 'pharos.io/generation';

type Owned = Pick<DispatchTask, 'ownerKind' | 'ownerId' | 'generation'>;

export function ownerOf({ ownerKind, ownerId }: Owned): string {
  return `${ownerKind}/${ownerId}`;
}

/** The object with our marks. */
export function marked(object: KubeObject, task: Owned): KubeObject {
  const { metadata = {} } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'pharos' },
      annotations: { ...metadata.annotations, [OWNER]: ownerOf(task), [GENERATION]: String(task.generation) },
    },
  };
}

export function isOurs(live: KubeObject, task: Owned): boolean {
  return live.metadata?.annotations?.[OWNER] === ownerOf(task);
}

/** @throws DispatchError `not-owned` */
export function requireOurs(live: KubeObject, object: ObjectRef, task: Owned): void {
  if (isOurs(live, task)) return;
  const hint = 'Give ours another name, or delete that one. Pharos never takes over what it did not make.';
  throw new DispatchError('not-owned', `${nameOf(object)} exists already and was not made for this.`, hint);
}

/** Which generation stands there; 0 when that cannot be read. */
export function generationOf(live: KubeObject): number {
  const written = Number(live.metadata?.annotations?.[GENERATION]);
  return Number.isInteger(written) && written > 0 ? written : 0;
}
