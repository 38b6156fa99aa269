/** What policies ask for, in words. */
import type { PolicyRequirements, RequirementName } from '@pharos/contract';

/** What a requirement is called, and what it is good for. */
export const REQUIREMENT_WORDS: Readonly<Record<RequirementName, { title: string; about: string }>> = {
  registries: { title: 'Registry of origin', about: 'It stands in one of these registries.' },
  rules: { title: 'Rule of origin', about: 'One of these Repository Rules let it in.' },
  signedBy: { title: 'Signature', about: 'A key that is trusted here signed its digest.' },
  attestations: { title: 'Attestations', about: 'A trusted key signed statements about it, as who built it.' },
  sbom: { title: 'Package list (SBOM)', about: 'A list of its packages was read.' },
  vulnerabilities: { title: 'Vulnerabilities', about: 'A signed report that is not too old finds nothing bad.' },
  minAgeDays: { title: 'Minimum age', about: 'The library has known it for some days: a quarantine.' },
  supported: { title: 'Still maintained', about: 'Neither its PostgreSQL nor its base is past its end of life.' },
  platforms: { title: 'Platforms', about: 'It is there for all of these.' },
  baseImages: { title: 'Base image', about: 'It names a base that is one of these.' },
  licences: { title: 'Licence', about: 'It names a licence that is one of these.' },
  extensions: { title: 'Extensions', about: 'It holds none that are denied, and no others than those allowed.' },
  kindAsDeclared: { title: 'Kind as declared', about: 'It is what the rule that let it in says it is.' },
};

/** Names of what policies point at by id; an id that nobody knows any more stands for itself. */
export interface Names {
  readonly kinds: ReadonlyMap<string, string>;
  readonly registries: ReadonlyMap<string, string>;
  readonly rules: ReadonlyMap<string, string>;
  readonly trust: ReadonlyMap<string, string>;
}

export const NO_NAMES: Names = { kinds: new Map(), registries: new Map(), rules: new Map(), trust: new Map() };

export const named = (ids: readonly string[], names: ReadonlyMap<string, string>) =>
  ids.map((id) => names.get(id) ?? `${id} (gone)`);

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[], and: 'and' | 'or'): string {
  if (words.length <= 1) return words[0] ?? '…';
  return `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;
}

type Teller<N extends RequirementName> = (wanted: NonNullable<PolicyRequirements[N]>, names: Names) => string;

const days = (count: number) => (Number.isNaN(count) ? '… days' : count === 1 ? '1 day' : `${count} days`);

const TELLERS: { readonly [N in RequirementName]-?: Teller<N> } = {
  registries: (ids, names) => `It stands in ${listed(named(ids, names.registries), 'or')}.`,
  rules: (ids, names) => `It was let in by the rule ${listed(named(ids, names.rules), 'or')}.`,
  signedBy: (ids, names) =>
    ids === 'any'
      ? 'A key that is trusted here signed its digest.'
      : `${listed(named(ids, names.trust), 'or')} verified a signature of its digest.`,
  attestations: (wanted) =>
    `A trusted key signed an attestation of the type ${listed(
      wanted.map(({ predicateType, builder }) => `${predicateType || '…'}${builder ? ` (built by ${builder})` : ''}`),
      'and',
    )}.`,
  sbom: () => 'A list of its packages was read.',
  vulnerabilities: ({ above, onlyFixable, maxAgeDays, vex }) =>
    `The newest signed vulnerability report is at most ${days(maxAgeDays)} old and has none of severity ${above}${above === 'critical' ? '' : ' or worse'}${onlyFixable ? ' with a fix' : ''}${vex === true ? ', but for what signed VEX calls not affected or fixed' : ''}.`,
  minAgeDays: (wanted) => `The library has known it for ${days(wanted)} or longer.`,
  supported: () => 'Neither its PostgreSQL nor its base is past its end of life.',
  platforms: (wanted) => `It is there for ${listed(wanted, 'and')}.`,
  baseImages: (wanted) => `It says that it was built on ${listed(wanted, 'or')}.`,
  licences: (wanted) => `It says that its licence is ${listed(wanted, 'or')}.`,
  extensions: ({ allow, deny = [] }) => {
    const denied = deny.length === 0 ? [] : [`It holds no extension ${listed(deny, 'or')}.`];
    const allowed =
      allow === undefined
        ? []
        : [allow.length === 0 ? 'It holds no extension at all.' : `It holds no extension but ${listed(allow, 'and')}.`];
    return [...denied, ...allowed].join(' ') || 'Its extensions are known.';
  },
  kindAsDeclared: () => 'It is what its rule says it is.',
};

/** What one requirement asks, as a sentence. */
export function requirementSentence<N extends RequirementName>(
  name: N,
  wanted: NonNullable<PolicyRequirements[N]>,
  names: Names,
): string {
  const tell = TELLERS[name] as Teller<N>;
  // What is not named yet ends the sentence by itself.
  return tell(wanted, names).replace('….', '…');
}
