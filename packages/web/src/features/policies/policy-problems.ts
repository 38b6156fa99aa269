/** What the contract says against a policy, in words, before the server is asked. */
import { type FieldProblem, PolicySpec, type RequirementName } from '@pharos/contract';
import { REQUIREMENT_WORDS } from './requirement-words.ts';

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

const MISSING: ReadonlySet<string> = new Set([
  'Must not be empty.',
  'Name at least one.',
  'Must be a number.',
  'Add at least one requirement.',
]);

/** Whether it only says that something is not there yet: nobody is told so before saving. */
export const isMissing = ({ message }: FieldProblem): boolean => MISSING.has(message);

const LABELS: Readonly<Record<string, string>> = {
  name: 'Name',
  description: 'Description',
  'scope.repositories': 'Repositories',
  'scope.kinds': 'Kinds',
  'scope.locations': 'Locations',
};

/** A problem with the name of its field, for a list of all. */
export function problemWords({ path, message }: FieldProblem): string {
  const [first, second = ''] = path.split('.');
  const label =
    first === 'requirements'
      ? REQUIREMENT_WORDS[second as RequirementName]?.title
      : (LABELS[`${first}.${second}`] ?? LABELS[path]);
  return label === undefined ? message : `${label}: ${message}`;
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
