import { API, type Fault } from '../fault.ts';

/** Faults of the connection. */
export const WIRE = {
  'slow-headers': {
    line: 'the headers come after `ms` (60,000)',
    on: API,
    beforeSignIn: true,
    apply: ({ good, options }) => ({ ...good(), delayMs: options.ms ?? 60_000 }),
  },
  'slow-body': {
    line: 'the body comes byte by byte, one every `ms` (1,000)',
    on: API,
    beforeSignIn: true,
    apply: ({ good, options }) => ({ ...good(), dripMs: options.ms ?? 1_000 }),
  },
  'connection-reset': {
    line: 'the connection is reset instead of an answer',
    on: API,
    beforeSignIn: true,
    apply: ({ good }) => ({ ...good(), reset: true }),
  },
} as const satisfies Record<string, Fault>;
