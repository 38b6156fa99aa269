/** One thing that is wrong in the agent's file. `line` and `column` count from 1; both are null where no place exists. */
export interface ConfigProblem {
  /** Stable, kebab-case. */
  code: string;
  message: string;
  /** The next step for a person. */
  hint: string;
  line: number | null;
  column: number | null;
  /** Dotted path of the key, e.g. `dispatcher.location_id`; '' for the file as a whole. */
  path: string;
}

/**
 * The agent's file cannot be used. Holds every problem found in one run, so that a person corrects all of them at once.
 * No message ever holds a value out of the file or the environment: any of them may be a secret.
 */
export class AgentConfigError extends Error {
  override readonly name = 'AgentConfigError';
  readonly code = 'agent-config-invalid';
  readonly hint: string;
  readonly file: string | null;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string | null, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => describeProblem(file, problem)).join('\n'));
    this.file = file;
    this.problems = problems;
    this.hint = problems[0]?.hint ?? 'Correct the agent file.';
  }
}

/** The problem as one line, `file:line:column: sentence`, the way editors and terminals understand places. */
function describeProblem(file: string | null, problem: ConfigProblem): string {
  const place = problem.line === null ? '' : `:${problem.line}:${problem.column ?? 1}`;
  return `${file ?? 'environment'}${place}: ${problem.message}`;
}
