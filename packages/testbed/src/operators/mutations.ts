/** Manifests with one thing wrong each: proof that a check looks at every field. */
import type { Manifest } from './manifest.ts';

export interface Mutation {
  /** Which field was spoilt and how. */
  readonly name: string;
  readonly manifest: Manifest;
}

/** Keys under these are the user's own; nothing there is misspelt. */
const MAPS = new Set(['labels', 'annotations', 'nodeSelector', 'requests', 'limits']);

/** Every field misspelt, and every value of a wrong type: one after the other, never two at once. */
export function mutations(manifest: Manifest): Mutation[] {
  return fields(manifest).flatMap(({ path, isFree }) => [
    ...(isFree ? [] : [{ name: `${path.join('.')} misspelt`, manifest: spoilt(manifest, path, misspell) }]),
    { name: `${path.join('.')} of a wrong type`, manifest: spoilt(manifest, path, mistype) },
  ]);
}

interface Field {
  readonly path: readonly string[];
  /** A key of a map, or a place in a list: any name will do. */
  readonly isFree: boolean;
}

function fields(value: object, path: readonly string[] = []): Field[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const here = [...path, key];
    const isFree = Array.isArray(value) || MAPS.has(path.at(-1) ?? '');
    return [{ path: here, isFree }, ...(typeof inner === 'object' && inner !== null ? fields(inner, here) : [])];
  });
}

type Holder = Record<string, unknown>;

function spoilt(manifest: Manifest, path: readonly string[], spoil: (holder: Holder, key: string) => void): Manifest {
  const copy = structuredClone(manifest);
  const holder = path.slice(0, -1).reduce<Holder>((at, key) => at[key] as Holder, copy as Holder);
  spoil(holder, path.at(-1)!);
  return copy;
}

function misspell(holder: Holder, key: string): void {
  holder[`${key}x`] = holder[key];
  delete holder[key];
}

/** Nothing takes an object where it takes a text, a number or a switch, nor a text where it takes a list or an object. */
function mistype(holder: Holder, key: string): void {
  const value = holder[key];
  holder[key] = typeof value === 'object' ? 'wrong' : { wrong: true };
}
