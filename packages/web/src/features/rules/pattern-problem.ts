import { ApiError } from '@pharos/contract';

/** Whether an error is about the rule as it is typed, and so belongs at its fields. */
export function isPatternProblem(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400 && (error.problem.errors?.length ?? 0) > 0;
}
