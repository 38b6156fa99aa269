/** What the operators' API servers say to manifests: own strict checks, so that a misspelt field fails here and not in a cluster. */
import { isPostgresKind, postgresProblems } from './cloudnative-pg.ts';
import { type Manifest, textOf } from './manifest.ts';
import { isServingKind, servingProblems } from './serving.ts';

export type { Manifest } from './manifest.ts';
export { type Mutation, mutations } from './mutations.ts';

/** Each names the field, and what is wrong with it; none: every API server with the operators' CRDs takes the manifest. */
export function strictProblems(manifest: Manifest): string[] {
  if (isPostgresKind(manifest)) return postgresProblems(manifest);
  if (isServingKind(manifest)) return servingProblems(manifest);
  return [`no operator knows the kind "${textOf(manifest, 'kind')}" of "${textOf(manifest, 'apiVersion')}"`];
}
