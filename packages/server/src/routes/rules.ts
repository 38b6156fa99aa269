import type { RuleSpec } from '@pharos/contract';
import { rulePatternProblems } from '@pharos/library';
import type { Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { previewRule } from '../rule-preview.ts';

type Names = 'listRules' | 'createRule' | 'previewRule' | 'getRule' | 'updateRule' | 'deleteRule';

/** Repository Rules: write them, and see before what they would do. */
export function ruleHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now } = context;
  const get = async (id: string) => found(await store.rules.get(id), 'The rule');

  async function own(id: string) {
    const rule = await get(id);
    if (rule.source === 'ui') return rule;
    throw new ProblemError('read-only-source', 'The rule comes from the file of an agent and is changed there.');
  }

  async function checkRegistry(registryId: string | null | undefined): Promise<void> {
    if (!registryId || (await store.registries.get(registryId))) return;
    const message = 'There is no registry with this id.';
    throw new ProblemError('invalid-input', message, { errors: [{ path: 'registryId', message }] });
  }

  function changed(id: string): void {
    context.configs.changed();
    context.work.wake();
    context.events.emit({ type: 'rule', id });
  }

  return {
    listRules: ({ query }) => store.rules.list(query),
    getRule: ({ params }) => get(params.id),
    createRule: async ({ body }) => {
      checkPatterns(body);
      await checkRegistry(body.registryId);
      const rule = await store.rules.create(body, now());
      changed(rule.id);
      return rule;
    },
    updateRule: async ({ params, body }) => {
      const before = await own(params.id);
      checkPatterns({ repositories: body.repositories ?? before.repositories, tags: body.tags ?? before.tags });
      await checkRegistry(body.registryId);
      const rule = found(await store.rules.update(before.id, body, now()), 'The rule');
      changed(rule.id);
      return rule;
    },
    deleteRule: async ({ params }) => {
      const rule = await own(params.id);
      found((await store.rules.remove(rule.id)) || null, 'The rule');
      changed(rule.id);
      return undefined;
    },
    previewRule: async ({ body, signal }) => {
      checkPatterns(body.rule, 'rule.');
      return previewRule(context, body, signal);
    },
  };
}

/** Refuses patterns that no linear-time engine runs, all of them at once. Throws `invalid-pattern` with path and position. */
export function checkPatterns(rule: Pick<RuleSpec, 'repositories' | 'tags'>, under = ''): void {
  const problems = rulePatternProblems(rule);
  const [first] = problems;
  if (!first) return;
  throw new ProblemError('invalid-pattern', `${under}${first.path}: ${first.message}`, {
    hint: first.hint,
    errors: problems.slice(0, 50).map(({ path, message, position }) => ({ path: under + path, message, position })),
  });
}
