/** The policy editor's state, and the policy that it says. Lists are typed one a line; blank lines are not part of the policy. */
import type {
  Kind,
  PolicyEffect,
  PolicyMode,
  PolicyRequirements,
  PolicySpec,
  RequirementName,
  Severity,
} from '@pharos/contract';

export interface AttestationDraft {
  predicateType: string;
  builder: string;
}

/** What is typed for each requirement; a list is one text with a line for each, a number is as typed. */
export interface RequirementDrafts {
  registries: readonly string[];
  rules: readonly string[];
  signedBy: { readonly any: boolean; readonly ids: readonly string[] };
  attestations: readonly AttestationDraft[];
  sbom: true;
  vulnerabilities: {
    readonly above: Severity;
    readonly onlyFixable: boolean;
    readonly maxAgeDays: string;
    readonly vex?: boolean | undefined;
  };
  minAgeDays: string;
  supported: true;
  platforms: string;
  baseImages: string;
  licences: string;
  /** `allow` null: any are allowed that are not denied. */
  extensions: { readonly allow: string | null; readonly deny: string };
  kindAsDeclared: true;
}

/** Those that are asked for. Their order means nothing: all of them have to be met. */
export type Asked = Partial<RequirementDrafts>;

export interface PolicyDraft {
  name: string;
  description: string;
  effect: PolicyEffect;
  mode: PolicyMode;
  enabled: boolean;
  repositories: string;
  kinds: readonly Kind[];
  locations: readonly string[];
  asked: Asked;
}

/** What a requirement begins with when it is added. */
export const BLANK: Readonly<RequirementDrafts> = {
  registries: [],
  rules: [],
  signedBy: { any: true, ids: [] },
  attestations: [{ predicateType: '', builder: '' }],
  sbom: true,
  vulnerabilities: { above: 'critical', onlyFixable: false, maxAgeDays: '30' },
  minAgeDays: '',
  supported: true,
  platforms: '',
  baseImages: '',
  licences: '',
  extensions: { allow: null, deny: '' },
  kindAsDeclared: true,
};

/** In the order in which results are told. */
export const REQUIREMENTS = Object.keys(BLANK) as readonly RequirementName[];

export const EMPTY_DRAFT: PolicyDraft = {
  name: '',
  description: '',
  effect: 'require',
  mode: 'report',
  enabled: true,
  repositories: '',
  kinds: [],
  locations: [],
  asked: {},
};

/** The lines that say something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The line, from 1, where the item of this place stands: blank lines are counted by people and not by the policy. */
export function lineOf(text: string, place: number): number {
  const said = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]));
  return said[place] ?? 1;
}

/** A number as typed, right or wrong: the check says what is wrong with it. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** The policy that the draft says; it may still be none by the contract. */
export function specOf({ asked, repositories, kinds, locations, ...rest }: PolicyDraft): PolicySpec {
  return {
    ...rest,
    name: rest.name.trim(),
    description: rest.description.trim(),
    scope: { repositories: linesOf(repositories), kinds: [...kinds], locations: [...locations] },
    requirements: requirementsOf(asked),
  };
}

function requirementsOf(asked: Asked): PolicyRequirements {
  const { signedBy, attestations, vulnerabilities, minAgeDays, extensions } = asked;
  const lists = (['platforms', 'baseImages', 'licences'] as const).flatMap((name) => {
    const text = asked[name];
    return text === undefined ? [] : [[name, linesOf(text)] as const];
  });
  const said: PolicyRequirements = {
    ...(asked.registries && { registries: [...asked.registries] }),
    ...(asked.rules && { rules: [...asked.rules] }),
    ...(signedBy && { signedBy: signedBy.any ? 'any' : [...signedBy.ids] }),
    ...(attestations && {
      attestations: attestations.map(({ predicateType, builder }) => ({
        predicateType: predicateType.trim(),
        ...(builder.trim() === '' ? {} : { builder: builder.trim() }),
      })),
    }),
    ...(asked.sbom && { sbom: true }),
    ...(vulnerabilities && {
      vulnerabilities: { ...vulnerabilities, maxAgeDays: numberOf(vulnerabilities.maxAgeDays) },
    }),
    ...(minAgeDays !== undefined && { minAgeDays: numberOf(minAgeDays) }),
    ...(asked.supported && { supported: true }),
    ...Object.fromEntries(lists),
    ...(extensions && {
      extensions: {
        ...(extensions.allow === null ? {} : { allow: linesOf(extensions.allow) }),
        ...(linesOf(extensions.deny).length === 0 ? {} : { deny: linesOf(extensions.deny) }),
      },
    }),
    ...(asked.kindAsDeclared && { kindAsDeclared: true }),
  };
  // In the order of the contract, so that two policies that ask for the same are the same.
  return Object.fromEntries(
    REQUIREMENTS.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])),
  ) as PolicyRequirements;
}

export function draftOf({ scope, requirements, ...rest }: PolicySpec): PolicyDraft {
  const { name, description, effect, mode, enabled } = rest;
  return {
    ...{ name, description, effect, mode, enabled },
    repositories: scope.repositories.join('\n'),
    kinds: scope.kinds,
    locations: scope.locations,
    asked: askedOf(requirements),
  };
}

function askedOf(wanted: PolicyRequirements): Asked {
  const { signedBy, attestations, vulnerabilities, minAgeDays, platforms, baseImages, licences, extensions } = wanted;
  return {
    ...(wanted.registries && { registries: wanted.registries }),
    ...(wanted.rules && { rules: wanted.rules }),
    ...(signedBy && { signedBy: signedBy === 'any' ? BLANK.signedBy : { any: false, ids: signedBy } }),
    ...(attestations && {
      attestations: attestations.map(({ predicateType, builder = '' }) => ({ predicateType, builder })),
    }),
    ...(wanted.sbom && { sbom: true }),
    ...(vulnerabilities && {
      vulnerabilities: { ...vulnerabilities, maxAgeDays: String(vulnerabilities.maxAgeDays) },
    }),
    ...(minAgeDays !== undefined && { minAgeDays: String(minAgeDays) }),
    ...(wanted.supported && { supported: true }),
    ...(platforms && { platforms: platforms.join('\n') }),
    ...(baseImages && { baseImages: baseImages.join('\n') }),
    ...(licences && { licences: licences.join('\n') }),
    ...(extensions && {
      extensions: { allow: extensions.allow?.join('\n') ?? null, deny: extensions.deny?.join('\n') ?? '' },
    }),
    ...(wanted.kindAsDeclared && { kindAsDeclared: true }),
  };
}

/** Without what is no part of a policy (id, version, counts), for sending it back. */
export function specAlone({ name, description, effect, mode, enabled, scope, requirements }: PolicySpec): PolicySpec {
  return { name, description, effect, mode, enabled, scope, requirements };
}

/** Whether it has an effect: it is on, and enforced. */
export const isInForce = ({ enabled, mode }: Pick<PolicySpec, 'enabled' | 'mode'>): boolean =>
  enabled && mode === 'enforce';
