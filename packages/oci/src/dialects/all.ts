import type { Dialect } from './dialect.ts';

/** What the distribution-spec guarantees, and nothing more. */
export const GENERIC: Dialect = { provider: 'oci', product: 'OCI registry' };

/** Every dialect by its provider. */
export const DIALECTS: ReadonlyMap<string, Dialect> = new Map([GENERIC].map((dialect) => [dialect.provider, dialect]));
