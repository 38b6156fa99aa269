import { LocationId, type UserGrant } from '@pharos/contract';
import { areaOf, PatternError } from '@pharos/library';
import { ProblemError } from '../problem.ts';

/** Refuses a scope that could never hold anywhere. Throws `invalid-pattern`, `invalid-input`. */
export function checkScope(scope: string, path: string): void {
  try {
    const area = areaOf(scope);
    if (area !== null && LocationId.nullable().safeParse(area.locationId).success) return;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const { message, hint, position } = error;
    throw new ProblemError('invalid-pattern', `${path}: ${message}`, { hint, errors: [{ path, message, position }] });
  }
  const message = 'must be "everywhere", "location:<id>" or "repositories:<pattern>"';
  throw new ProblemError('invalid-input', `${path} ${message}.`, { errors: [{ path, message }] });
}

/** Refuses roles with such a scope. */
export function checkGrants(grants: readonly UserGrant[] | undefined): void {
  grants?.forEach(({ scope }, index) => {
    checkScope(scope, `grants.${index}.scope`);
  });
}
