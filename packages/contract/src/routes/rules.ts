/** The route table: Repository Rules. */
import { z } from 'zod';
import { Id } from '../common.ts';
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import {
  ExplainQuery,
  Explanation,
  LeftOutPage,
  LeftOutQuery,
  Preview,
  PreviewRequest,
  Rule,
  RulePatch,
  RuleSpec,
} from '../rule.ts';
import { ById, get, patch, post, remove } from './parts.ts';

const Text = z.strictObject({ q: z.string().max(200).optional() });

export const rulesRoutes = {
  listRules: {
    ...get,
    path: '/rules',
    permission: 'library:read',
    group: 'rules',
    summary: 'Repository Rules',
    query: PageQuery.extend({ ...Text.shape, registryId: Id.optional() }),
    response: page(Rule),
  },
  createRule: {
    ...post,
    path: '/rules',
    permission: 'rules:write',
    audit: 'rule.create',
    group: 'rules',
    summary: 'Add a rule',
    body: RuleSpec,
    response: Rule,
  },
  previewRule: {
    ...post,
    status: 200,
    path: '/rules/preview',
    permission: 'rules:write',
    audit: null,
    group: 'rules',
    summary: 'What a rule would let in, and why the rest stays out',
    body: PreviewRequest,
    response: Preview,
  },
  explainTag: {
    ...get,
    path: '/explain',
    permission: 'library:read',
    group: 'rules',
    summary: 'Why a tag is in the library, or is not: every rule with the clause that decided',
    query: ExplainQuery,
    response: z.object({ items: z.array(Explanation) }),
  },
  listLeftOut: {
    ...get,
    path: '/repositories/{id}/left-out',
    permission: 'library:read',
    group: 'rules',
    summary: 'Tags that the registry lists and no rule takes, with the reason',
    params: ById,
    query: LeftOutQuery,
    response: LeftOutPage,
  },
  getRule: {
    ...get,
    path: '/rules/{id}',
    permission: 'library:read',
    group: 'rules',
    summary: 'One rule',
    params: ById,
    response: Rule,
  },
  updateRule: {
    ...patch,
    path: '/rules/{id}',
    permission: 'rules:write',
    audit: 'rule.update',
    group: 'rules',
    summary: 'Change a rule',
    params: ById,
    body: RulePatch,
    response: Rule,
  },
  deleteRule: {
    ...remove,
    path: '/rules/{id}',
    permission: 'rules:write',
    audit: 'rule.delete',
    group: 'rules',
    summary: 'Remove a rule',
    params: ById,
  },
} as const satisfies Record<string, Route>;
