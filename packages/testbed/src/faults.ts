import type { Fault } from './fault.ts';
import { CHALLENGE } from './faults/challenge.ts';
import { LISTING } from './faults/listing.ts';
import { MANIFEST } from './faults/manifest.ts';
import { RATE } from './faults/rate.ts';
import { STATUS } from './faults/status.ts';
import { TOKEN } from './faults/token.ts';
import { WIRE } from './faults/wire.ts';

const ALL = { ...LISTING, ...MANIFEST, ...STATUS, ...RATE, ...WIRE, ...TOKEN, ...CHALLENGE };

/** The name of a switch. */
export type FaultName = keyof typeof ALL;

/** Every switch of the misbehaving registry by name; `line` says what it does. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = ALL;

/** Tells whether a switch has this name. */
export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}
