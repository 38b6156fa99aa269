import type { Dialect } from './dialect.ts';

/** CNCF Distribution 3, and whoever does as it does. */
export const oci: Dialect = { line: 'the distribution-spec, as CNCF Distribution 3 serves it' };
