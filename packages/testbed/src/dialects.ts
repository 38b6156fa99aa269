import type { Dialect } from './dialects/dialect.ts';
import { oci } from './dialects/oci.ts';

const ALL = { oci };

/** The name of a dialect; the same as that of the provider it stands in for. */
export type DialectName = keyof typeof ALL;

/** Every dialect of the stand-in by name; `line` says what it shows. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = ALL;

/** Tells whether a dialect has this name. */
export function isDialectName(name: string): name is DialectName {
  return Object.hasOwn(DIALECTS, name);
}
