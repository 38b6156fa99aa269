/** Whether the expressions of a translated rule can be run: the engine is the one that runs them later. */
import type { RuleDraft } from './translation.ts';

/** What is wrong with the first expression that RE2 does not take, as a sentence; null: it takes all of them. */
export async function unrunnable({ repositories, tags = [] }: RuleDraft): Promise<string | null> {
  // Every other command does without the engine.
  const { RE2JS, RE2JSSyntaxException } = await import('re2js');
  const patterns = [repositories, ...tags].flatMap(({ include = [], exclude = [] }) => [...include, ...exclude]);
  const expressions = [
    ...patterns.filter((pattern) => pattern.startsWith('re:')).map((pattern) => pattern.slice(3)),
    ...tags.flatMap(({ version }) => version?.pattern ?? []),
  ];
  for (const expression of expressions) {
    try {
      RE2JS.compile(expression, RE2JS.DOTALL);
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      return `"${expression}" is no expression that RE2 runs: ${error.error}. Write the rule anew without it.`;
    }
  }
  return null;
}
