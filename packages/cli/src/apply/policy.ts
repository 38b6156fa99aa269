/** Policies of files: registries, rules and trust entries are named there, where the API takes ids. */
import { type Policy, PolicyRequirements, PolicySpec } from '@pharos/contract';
import { CliError } from '../failure.ts';
import { isId } from '../resolve.ts';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import type { Reader } from './reader.ts';
import { conflict, difference, late, type Step } from './step.ts';

const Named = ['registries', 'rules', 'signedBy'] as const;
type Named = (typeof Named)[number];

export interface PolicyDocument {
  place: Place;
  /** Without what is named. */
  spec: PolicySpec;
  /** Names or ids, as written. */
  names: Partial<Record<Named, string[]>>;
}

const WithoutNames = PolicyRequirements.omit({ registries: true, rules: true, signedBy: true });
const Head = PolicySpec.omit({ requirements: true });

const KEYS = [
  ...Object.keys(PolicySpec.shape),
  ...Object.keys(PolicyRequirements.shape),
  ...Object.keys(PolicySpec.shape.scope.unwrap().shape),
];

export const policyNoun: Noun<PolicyDocument> = {
  noun: 'policy',
  kind: 'Policy',
  list: 'policies',
  needs: ['policies', 'registries', 'rules', 'trust'],
  keyOf: ({ spec }) => spec.name,
  read: readPolicy,
  plan: planPolicy,
  write: (known) => known.policies.map((policy) => written(policy, known)),
};

/** null: the problems say why. */
export function readPolicy(reader: Reader): PolicyDocument | null {
  const { requirements, ...rest } = reader.value;
  const head = reader.parse(Head, rest, KEYS);
  if (typeof requirements !== 'object' || requirements === null || Object.keys(requirements).length === 0) {
    return reader.problem(['requirements'], '"requirements" must hold at least one requirement.');
  }
  const { registries, rules, signedBy, ...others } = requirements as Record<string, unknown>;
  const plain = reader.parse(WithoutNames, others, KEYS, ['requirements']);
  const listed = signedBy === 'any' ? undefined : signedBy;
  const named = Object.entries({ registries, rules, signedBy: listed }).map(
    ([key, value]) => [key, reader.names(value, ['requirements', key])] as const,
  );
  if (!head || !plain || named.some(([, list]) => list === null)) return null;
  const spec: PolicySpec = { ...head, requirements: signedBy === 'any' ? { ...plain, signedBy } : plain };
  return { place: reader.place, spec, names: Object.fromEntries(named.filter(([, list]) => list !== undefined)) };
}

const LISTS = { registries: 'registries', rules: 'rules', signedBy: 'trust' } as const;
const NOUN = { registries: 'registry', rules: 'rule', signedBy: 'trust entry' } as const;

/** The policy as the API takes it. @throws CliError `not-found` for a name that nothing has */
export function resolvePolicy({ spec, names, place }: PolicyDocument, known: Pick<Known, (typeof LISTS)[Named]>) {
  const requirements: PolicyRequirements = { ...spec.requirements };
  for (const key of Named) {
    if (names[key] === undefined) continue;
    requirements[key] = names[key].map((name) => {
      const found = known[LISTS[key]].find((one) => one.id === name || one.name === name);
      if (found) return found.id;
      const message = `${place}: there is no ${NOUN[key]} "${name}".`;
      throw new CliError('not-found', message, 'Correct the name, or make it first.');
    });
  }
  return { ...spec, requirements };
}

/** The lists that a policy names something of. */
export function listsNamed({ names }: PolicyDocument): (keyof Known)[] {
  return Named.filter((key) => names[key] !== undefined).map((key) => LISTS[key]);
}

function planPolicy(document: PolicyDocument, known: Known, _options: PlanOptions, documents: Documents): Step {
  const { spec, names } = document;
  const head = { noun: 'policy', name: spec.name };
  for (const key of Named) {
    for (const name of names[key] ?? []) {
      const isKnown = known[LISTS[key]].some((one) => one.id === name || one.name === name);
      if (!isKnown && !isMade(documents, key, name)) {
        return conflict(head, null, `There is no ${NOUN[key]} "${name}" here or in the file.`);
      }
    }
  }
  const before = known.policies.find(({ name }) => name === spec.name);
  const id = before?.id ?? null;
  const changes = difference(before ? fieldsOf(before, {}, known) : {}, fieldsOf(spec, names, known));
  return late(head, id, changes, async (client, present) => {
    const body = resolvePolicy(document, present);
    if (id === null) return (await client('createPolicy', { body })).id;
    await client('updatePolicy', { params: { id }, body });
    return id;
  });
}

function isMade(documents: Documents, key: Named, name: string): boolean {
  if (key === 'registries') return documents.registries.some(({ input }) => input.name === name);
  return documents[LISTS[key] as 'rules' | 'trust'].some(({ spec }) => spec.name === name);
}

/** Names where there are any, so that a diff can be read. */
function fieldsOf(spec: PolicySpec | Policy, names: PolicyDocument['names'], known: Known): Record<string, unknown> {
  const requirements: Record<string, unknown> = { ...spec.requirements };
  for (const key of Named) {
    const list = names[key] ?? requirements[key];
    if (Array.isArray(list)) requirements[key] = list.map((one) => nameOf(String(one), known[LISTS[key]])).sort();
  }
  const { effect, mode, enabled, description, scope } = spec;
  return {
    effect,
    mode,
    enabled: enabled ? undefined : false,
    description: description || undefined,
    ...Object.fromEntries(
      Object.entries(scope).map(([key, list]) => [`scope.${key}`, list.length > 0 ? list : undefined]),
    ),
    ...Object.fromEntries(Object.entries(requirements).map(([key, value]) => [`requirements.${key}`, value])),
  };
}

function nameOf(text: string, list: readonly { id: string; name: string }[]): string {
  return isId(text) ? (list.find(({ id }) => id === text)?.name ?? text) : text;
}

/** A name where it means this one, else the id. */
function written({ name, description, effect, mode, enabled, scope, requirements }: Policy, known: Known) {
  const named: Record<string, unknown> = { ...requirements };
  for (const key of Named) {
    const ids = requirements[key];
    if (!Array.isArray(ids)) continue;
    const list = known[LISTS[key]];
    named[key] = ids.map((id) => {
      const called = nameOf(id, list);
      return list.find((one) => one.id === called || one.name === called)?.id === id ? called : id;
    });
  }
  const narrowed = Object.entries(scope).filter(([, list]) => list.length > 0);
  return {
    fields: {
      name,
      description: description || undefined,
      effect,
      mode,
      enabled: enabled ? undefined : false,
      scope: narrowed.length > 0 ? Object.fromEntries(narrowed) : undefined,
      requirements: named,
    },
  };
}
