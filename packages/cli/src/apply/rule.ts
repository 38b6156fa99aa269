/** Repository Rules of files. */
import { clausesOf, type Registry, RULE_CLAUSES, type Rule, type RulePatch, RuleSpec } from '@pharos/contract';
import { CliError } from '../failure.ts';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import { OF_AGENT_FILE } from './registry.ts';
import { conflict, difference, late, type Step, skip } from './step.ts';

export interface RuleDocument {
  place: Place;
  /** Name or id; null: every registry. */
  registry: string | null;
  spec: Omit<RuleSpec, 'registryId'>;
}

const WithoutRegistry = RuleSpec.omit({ registryId: true });

const KEYS = [
  ...Object.keys(WithoutRegistry.shape),
  ...['registry', 'declaredKind', 'include', 'exclude', 'version', 'order', 'keep', 'prerelease', 'parsedOnly'],
  ...['scheme', 'pattern', 'range', 'floating', 'direction', 'groupBy', 'require', 'mode', 'mediaTypes'],
  ...['artifactTypes', 'equals', 'matches', 'exists', 'min', 'max'],
];

export const ruleNoun: Noun<RuleDocument> = {
  noun: 'rule',
  kind: 'Rule',
  list: 'rules',
  needs: ['rules', 'registries'],
  keyOf: ({ spec }) => spec.name,
  read: (reader) => {
    const { registry = null, declaredKind, ...rest } = reader.value;
    if (registry !== null && typeof registry !== 'string') {
      return reader.problem(['registry'], '"registry" must be the name of a registry.');
    }
    const value = declaredKind === undefined ? rest : { ...rest, kind: declaredKind };
    const spec = reader.parse(WithoutRegistry, value, KEYS);
    return spec && { place: reader.place, registry, spec };
  },
  plan: planRule,
  write: ({ rules, registries }) =>
    rules.filter(({ source }) => source === 'ui').map((rule) => ({ fields: written(rule, registries) })),
};

function planRule(document: RuleDocument, known: Known, _options: PlanOptions, documents: Documents): Step {
  const { spec, registry } = document;
  const { registries } = known;
  const head = { noun: 'rule', name: spec.name };
  const isMade = documents.registries.some(({ input }) => input.name === registry);
  if (registry !== null && !isMade && pick(registry, registries) === undefined) {
    return conflict(head, null, `There is no registry "${registry}" here or in the file.`);
  }
  const named = known.rules.filter((rule) => rule.name === spec.name);
  const before = named.find((rule) => rule.source === 'ui');
  const wanted = fieldsOf(spec, nameOf(registry, registries));
  const [ofFile] = named;
  if (!before && ofFile) return skip(head, ofFile.id, OF_AGENT_FILE);
  const id = before?.id ?? null;
  const changes = difference(before ? fieldsOf(before, nameOf(before.registryId, registries)) : {}, wanted);
  return late(head, id, changes, async (client, { registries: present }) => {
    const body = resolveRule(document, present);
    if (id === null) return (await client('createRule', { body })).id;
    await client('updateRule', { params: { id }, body: rulePatchOf(body) });
    return id;
  });
}

/** @throws CliError `not-found` when its registry is not there. */
export function resolveRule({ spec, registry, place }: RuleDocument, registries: readonly Registry[]): RuleSpec {
  if (registry === null) return { ...spec, registryId: null };
  const found = pick(registry, registries);
  if (found) return { ...spec, registryId: found.id };
  throw new CliError('not-found', `${place}: there is no registry "${registry}".`, 'See "pharos registries list".');
}

/** The change that the API takes for a rule. */
function rulePatchOf({ name: _, ...patch }: RuleSpec): RulePatch {
  // What the file does not say the rule shall not have.
  const none = Object.fromEntries(RULE_CLAUSES.map((key) => [key, null]));
  return { ...none, ...patch };
}

function pick(name: string, registries: readonly Registry[]): Registry | undefined {
  const matches = registries.filter((one) => one.id === name || one.name === name);
  return matches.find((one) => one.source === 'ui') ?? matches[0];
}

function nameOf(registry: string | null, registries: readonly Registry[]): string | null {
  return registry === null ? null : (pick(registry, registries)?.name ?? registry);
}

function fieldsOf(
  { enabled, kind, description, repositories, tags, ...clauses }: Omit<RuleSpec, 'registryId'> | Rule,
  registry: string | null,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    registry: registry ?? 'every',
    enabled: enabled ? undefined : false,
    kind: kind ?? undefined,
    description: description || undefined,
    'repositories.include': repositories.include,
    'repositories.exclude': repositories.exclude.length > 0 ? repositories.exclude : undefined,
  };
  for (const [index, set] of tags.entries()) {
    fields[`tags.${index}`] = Object.fromEntries(
      Object.entries(set)
        .filter(([, value]) => value !== undefined)
        .sort(),
    );
  }
  for (const [key, clause] of Object.entries(clausesOf(clauses))) fields[key] = clause;
  return fields;
}

/** Its registry by name where that means this one, else by id. */
function written(rule: Rule, registries: readonly Registry[]): Record<string, unknown> {
  const { name, enabled, kind, description, repositories, tags, registryId } = rule;
  const called = nameOf(registryId, registries);
  const isSame = called !== null && pick(called, registries)?.id === registryId;
  return {
    name,
    registry: (isSame ? called : registryId) ?? undefined,
    kind: kind ?? undefined,
    description: description || undefined,
    enabled: enabled ? undefined : false,
    repositories: repositories.exclude.length > 0 ? repositories : { include: repositories.include },
    tags: tags.length > 0 ? tags : undefined,
    ...clausesOf(rule),
  };
}
