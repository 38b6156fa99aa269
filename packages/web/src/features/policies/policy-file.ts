/** A policy as the file that `pharos policies` reads. */
import { type PolicyRequirements, PolicySpec } from '@pharos/contract';
import { parse, stringify } from 'yaml';
import type { Names } from './requirement-words.ts';

/** Files name these, where the API takes ids. */
const NAMED = [
  ['registries', 'registries', 'registry'],
  ['rules', 'rules', 'rule'],
  ['signedBy', 'trust', 'trust entry'],
] as const;

/** Without what goes without saying, so that the file says what somebody would write. */
export function fileOf(spec: PolicySpec, names: Names): string {
  const { name, description, effect, mode, enabled, scope } = spec;
  const narrow = Object.fromEntries(Object.entries(scope).filter(([, list]) => list.length > 0));
  const said = {
    name,
    ...(description === '' ? {} : { description }),
    ...{ effect, mode },
    ...(enabled ? {} : { enabled }),
    ...(Object.keys(narrow).length === 0 ? {} : { scope: narrow }),
    requirements: withNames(spec.requirements, names),
  };
  return stringify(said, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** A name that two things have says nothing; then the id stays. */
function withNames(requirements: PolicyRequirements, names: Names): Record<string, unknown> {
  const told: Record<string, unknown> = { ...requirements };
  for (const [key, list] of NAMED) {
    const ids = requirements[key];
    if (!Array.isArray(ids)) continue;
    const all = [...names[list].values()];
    told[key] = ids.map((id) => {
      const name = names[list].get(id);
      return name === undefined || all.indexOf(name) !== all.lastIndexOf(name) ? id : name;
    });
  }
  return told;
}

/** What a file holds, with ids for names; `problem`: it is no YAML, or no mapping, or names what is not there. It may still be no policy. */
export function readFile(text: string, names: Names): { readonly value: unknown; readonly problem: string | null } {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    return { value: null, problem: (error as Error).message.split('\n')[0] ?? 'It is no YAML.' };
  }
  if (!isMapping(value)) return { value: null, problem: 'It has to be a mapping that begins with name: …' };
  const { requirements } = value;
  if (!isMapping(requirements)) return { value, problem: null };
  const resolved = { ...requirements };
  for (const [key, list, one] of NAMED) {
    const said = requirements[key];
    if (!Array.isArray(said)) continue;
    const ids = new Map([...names[list]].map(([id, name]) => [name, id]));
    const unknown = said.find((each) => !names[list].has(String(each)) && !ids.has(String(each)));
    if (unknown !== undefined)
      return { value: null, problem: `There is no ${one} "${String(unknown).slice(0, 200)}".` };
    resolved[key] = said.map((each) => (names[list].has(String(each)) ? String(each) : ids.get(String(each))));
  }
  return { value: { ...value, requirements: resolved }, problem: null };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The policy with what goes without saying, or null. */
export const policyOf = (value: unknown): PolicySpec | null => PolicySpec.safeParse(value).data ?? null;
