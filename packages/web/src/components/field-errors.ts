import { ApiError, type FieldProblem } from '@pharos/contract';

/** The problems of single fields that an error carries, by dotted path (`repositories.include.0`). */
export function fieldErrors(error: unknown): ReadonlyMap<string, FieldProblem> {
  const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  // The server may say `rule.repositories…` where the body nests the rule, or `body.name`.
  return new Map(errors.map((each) => [each.path.replace(/^(body|rule)\./, '').replace(/^rule\./, ''), each]));
}

/** The text with the place where it goes wrong marked, for a line of its own below the field. */
export function markPosition(text: string, position: number): { before: string; at: string; after: string } {
  const place = Math.max(0, Math.min(position, text.length));
  return { before: text.slice(0, place), at: text.slice(place, place + 1), after: text.slice(place + 1) };
}
