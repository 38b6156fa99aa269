import { applyRulePatch, type RuleSpec } from '@pharos/contract';
import { rulePatternProblems } from '@pharos/library';
import type { Context } from '../context.ts';
import { previewRule } from '../preview/rule-preview.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listRules'
  | 'createRule'
  | 'previewRule'
  | 'explainTag'
  | 'listLeftOut'
  | 'getRule'
  | 'updateRule'
  | 'deleteRule';

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
      checkPatterns(applyRulePatch(before, body));
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
    explainTag: async ({ query: { registryId, repository, tag } }) => {
      const ids = registryId ? [registryId] : await store.listings.registriesWith(repository, tag);
      const all = await Promise.all(ids.map((id) => store.explanations.ofTag(id, repository, tag, now())));
      const items = all.filter((one) => one !== null);
      if (items.length > 0) return { items };
      throw registryId
        ? new ProblemError('not-found', 'There is no registry with this id.')
        : new ProblemError('not-found', `No registry lists ${repository}:${tag}, as far as is known.`, {
            hint: 'Check the spelling, which is case-sensitive, or preview a rule with refresh to list the registry anew.',
          });
    },
    listLeftOut: async ({ params, query }) =>
      found(await store.explanations.leftOut(params.id, query, now()), 'The repository'),
    previewRule: async ({ body, signal }) => {
      checkPatterns(body.rule, 'rule.');
      return previewRule(context, body, signal);
    },
  };
}

/** Refuses patterns and ranges that no linear-time engine runs, all of them at once. Throws `invalid-pattern` with path and position. */
export function checkPatterns(rule: RuleSpec, under = ''): void {
  const problems = rulePatternProblems(rule);
  const [first] = problems;
  if (!first) return;
  throw new ProblemError('invalid-pattern', `${under}${first.path}: ${first.message}`, {
    hint: first.hint,
    errors: problems.slice(0, 50).map(({ path, message, position }) => ({ path: under + path, message, position })),
  });
}
