/**
 * EDB's operator (EDB Postgres for Kubernetes) takes the same `Cluster` and catalogs under a group of its own, also in
 * `imageCatalogRef.apiGroup`. Its CRDs are not published apart from its operator manifest.
 */
import type { Engine, Operator } from '@pharos/contract';

/** EPAS and PGE are supported by EDB's operator only; community images run under either. */
export function operatorFor(engine: Engine): Operator {
  return engine === 'postgresql' ? 'cnpg' : 'edb';
}
