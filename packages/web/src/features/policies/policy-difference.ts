/** All that a policy says, and what two versions of it say differently. */
import type { PolicySpec, RequirementName } from '@pharos/contract';
import { EFFECT_WORDS } from '../../components/policy-words.ts';
import { REQUIREMENTS } from './policy-draft.ts';
import { type Names, named, REQUIREMENT_WORDS, requirementSentence } from './requirement-words.ts';

const MODE_WORDS = { report: 'Reports only', enforce: 'Enforced' } as const;

/** One thing that a policy says. `items`: where it is a list, so that what came and went can be told. */
export interface Said {
  readonly key: string;
  readonly label: string;
  readonly sentence: string;
  readonly items?: readonly string[];
}

/** All that a policy says, in the order of its form. */
export function policySays(spec: PolicySpec, names: Names): Said[] {
  const { scope, requirements } = spec;
  const kinds = scope.kinds.map((kind) => names.kinds.get(kind) ?? kind);
  return [
    { key: 'name', label: 'Name', sentence: spec.name },
    { key: 'description', label: 'Description', sentence: spec.description },
    { key: 'state', label: 'State', sentence: stateWords(spec) },
    { key: 'effect', label: 'Effect', sentence: capital(EFFECT_WORDS[spec.effect]) },
    { key: 'repositories', label: 'Repositories', ...listSaid(scope.repositories) },
    { key: 'kinds', label: 'Kinds', ...listSaid(kinds) },
    { key: 'locations', label: 'Locations', ...listSaid(scope.locations) },
    ...REQUIREMENTS.flatMap((name) => {
      const wanted = requirements[name];
      if (wanted === undefined) return [];
      const items = itemsOf(wanted, name, names);
      return [
        {
          key: name,
          label: REQUIREMENT_WORDS[name].title,
          sentence: requirementSentence(name, wanted as never, names),
          ...(items === null ? {} : { items }),
        },
      ];
    }),
  ];
}

const capital = (text: string) => text.replace(/^./, (first) => first.toUpperCase());

/** Whether it counts, in words. */
export function stateWords({ enabled, mode }: Pick<PolicySpec, 'enabled' | 'mode'>): string {
  return enabled ? MODE_WORDS[mode] : `Switched off (${MODE_WORDS[mode].toLowerCase()})`;
}

const listSaid = (items: readonly string[]) => ({ sentence: items.length === 0 ? 'All' : items.join(', '), items });

function itemsOf(wanted: unknown, name: RequirementName, names: Names): readonly string[] | null {
  if (name === 'registries' || name === 'rules') return named(wanted as string[], names[name]);
  if (name === 'signedBy') return wanted === 'any' ? null : named(wanted as string[], names.trust);
  if (name === 'platforms' || name === 'baseImages' || name === 'licences') return wanted as string[];
  return null;
}

/** One thing that two versions say differently. */
export interface Difference {
  readonly key: string;
  readonly label: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: string;
  readonly after: string;
  readonly came: readonly string[];
  readonly went: readonly string[];
}

export function policyDifferences(before: PolicySpec, after: PolicySpec, names: Names): Difference[] {
  const old = new Map(policySays(before, names).map((said) => [said.key, said]));
  const now = new Map(policySays(after, names).map((said) => [said.key, said]));
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys.flatMap((key): Difference[] => {
    const one = old.get(key);
    const other = now.get(key);
    const label = (one ?? other)!.label;
    if (one?.sentence === other?.sentence && String(one?.items) === String(other?.items)) return [];
    const had = one?.items ?? [];
    const has = other?.items ?? [];
    const isList = one?.items !== undefined && other?.items !== undefined;
    return [
      {
        ...{ key, label, before: one?.sentence ?? '', after: other?.sentence ?? '' },
        change: one === undefined ? 'added' : other === undefined ? 'removed' : 'changed',
        came: isList ? has.filter((each) => !had.includes(each)) : [],
        went: isList ? had.filter((each) => !has.includes(each)) : [],
      },
    ];
  });
}
