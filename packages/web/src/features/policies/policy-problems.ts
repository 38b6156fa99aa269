/** What the contract says against a policy, in words, before the server is asked. */
import { type FieldProblem, PolicySpec } from '@pharos/contract';

type Issue = NonNullable<ReturnType<typeof PolicySpec.safeParse>['error']>['issues'][number];

/** By dotted path (`requirements.platforms.0`), as the server names fields too. Empty: it is a policy. */
export function problemsOf(spec: unknown): ReadonlyMap<string, FieldProblem> {
  const issues = PolicySpec.safeParse(spec).error?.issues ?? [];
  return new Map(
    issues.map((issue) => {
      const path = issue.path.join('.');
      return [path, { path, message: wordsOf(issue) }];
    }),
  );
}

function wordsOf(issue: Issue): string {
  if (issue.code === 'too_small' && issue.origin === 'string') return 'Must not be empty.';
  if (issue.code === 'too_small' && issue.origin === 'array') return 'Name at least one.';
  if (issue.code === 'too_small') return `Must be ${issue.minimum} or more.`;
  if (issue.code === 'too_big' && issue.origin === 'string') return `Must have at most ${issue.maximum} characters.`;
  if (issue.code === 'too_big' && issue.origin === 'array') return `Must be at most ${issue.maximum}.`;
  if (issue.code === 'too_big') return `Must be ${issue.maximum} or less.`;
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'Must be a whole number.';
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'Must be a number.';
  if (issue.path.join('.') === 'requirements') return 'Add at least one requirement.';
  return issue.message;
}
