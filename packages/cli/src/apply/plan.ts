/** What applying would change: pure, from what the files say and what the control plane has. */
import { hash } from 'node:crypto';
import {
  clausesOf,
  type Registry,
  type RegistryInput,
  type RegistryPatch,
  RULE_CLAUSES,
  type Rule,
  type RulePatch,
  type RuleSpec,
  signInUser,
} from '@pharos/contract';
import { CliError } from '../failure.ts';
import type { Documents, RegistryDocument, RuleDocument } from './document.ts';

/** One line of a diff. Secrets are never shown: a credential is "new credential". */
export interface Change {
  field: string;
  /** null: was not there. */
  before: string | null;
  /** null: will not be there. */
  after: string | null;
}

interface StepOf<Noun extends 'registry' | 'rule', Create, Update> {
  noun: Noun;
  name: string;
  id: string | null;
  action: 'create' | 'update' | 'unchanged' | 'skip' | 'conflict';
  changes: Change[];
  /** Why it is skipped or conflicts. */
  reason: string | null;
  create?: Create;
  update?: Update;
}

export type RegistryStep = StepOf<'registry', RegistryInput, RegistryPatch>;
/** The rule's registry is resolved when it is applied: it may be made by the same file. */
export type RuleStep = StepOf<'rule', RuleDocument, RuleDocument>;
export type Step = RegistryStep | RuleStep;

export interface PlanOptions {
  /** Send credentials even where the library holds one; it cannot say whether it is the same. */
  updateSecrets?: boolean | undefined;
}

/** Steps in the order they are carried out: registries before the rules that name them. */
export function plan(
  documents: Documents,
  existing: { registries: readonly Registry[]; rules: readonly Rule[] },
  options: PlanOptions = {},
): Step[] {
  const made = new Set(documents.registries.map(({ input }) => input.name));
  return [
    ...documents.registries.map((one) => planRegistry(one, existing.registries, options)),
    ...documents.rules.map((one) => planRule(one, existing.rules, existing.registries, made)),
  ];
}

function planRegistry(document: RegistryDocument, existing: readonly Registry[], options: PlanOptions): RegistryStep {
  const { input } = document;
  const base = { noun: 'registry', name: input.name, id: null, changes: [], reason: null } as const;
  const named = existing.filter((registry) => registry.name === input.name);
  const before = named.find((registry) => registry.source === 'ui');
  if (!before) {
    const [ofFile] = named;
    if (ofFile) return { ...base, changes: [], id: ofFile.id, action: 'skip', reason: OF_AGENT_FILE };
    return { ...base, action: 'create', changes: added(registryFields(input)), create: input };
  }
  if (input.locationId !== undefined && input.locationId !== before.locationId) {
    const reason = `It stands in location "${before.locationId}", which cannot be changed; remove it, then apply again.`;
    return { ...base, changes: [], id: before.id, action: 'conflict', reason };
  }
  const changes = difference(registryFields(before), registryFields({ ...input, locationId: before.locationId }));
  const credential = credentialChange(document, before, options);
  if (credential) changes.push(credential);
  if (changes.length === 0) return { ...base, changes, id: before.id, action: 'unchanged' };
  const { name: _, locationId: __, authentication, ...patch } = input;
  const update = credential ? { ...patch, authentication } : patch;
  return { ...base, id: before.id, action: 'update', changes, update };
}

const OF_AGENT_FILE = 'It comes from an agent file and is changed there.';

/** Secrets cannot be compared: a stored credential of the same kind and user name counts as the same. */
function credentialChange(
  { input, hasAuthentication }: RegistryDocument,
  before: Registry,
  { updateSecrets }: PlanOptions,
): Change | null {
  if (!hasAuthentication) return null;
  const wanted = input.authentication ?? { type: 'none' };
  const userName = signInUser(wanted);
  const shown = [before.authentication.type, before.authentication.username].filter(Boolean).join(' ');
  const after = [wanted.type, userName].filter(Boolean).join(' ');
  const change = {
    field: 'authentication',
    before: shown,
    after: wanted.type === 'none' ? 'none' : `${after}, new credential`,
  };
  if (shown !== after) return change;
  if (wanted.type === 'none') return null;
  // The server drops a credential when the address, or that of the product's API, changes: it is bound to scheme, host and port.
  const plainHttp = input.tls?.plainHttp ?? false;
  const moved = plainHttp !== before.tls.plainHttp || address(input.url, plainHttp) !== address(before.url, plainHttp);
  const isThere = ['stored', 'at-agent'].includes(before.authentication.secret);
  const apiMoved = (input.apiUrl ?? null) !== null && input.apiUrl !== before.apiUrl;
  return updateSecrets || moved || apiMoved || !isThere ? change : null;
}

function planRule(
  document: RuleDocument,
  existing: readonly Rule[],
  registries: readonly Registry[],
  made: ReadonlySet<string>,
): RuleStep {
  const { spec, registry } = document;
  const base = { noun: 'rule', name: spec.name, id: null, changes: [], reason: null } as const;
  if (
    registry !== null &&
    !made.has(registry) &&
    !registries.some((one) => one.id === registry || one.name === registry)
  ) {
    return {
      ...base,
      changes: [],
      action: 'conflict',
      reason: `There is no registry "${registry}" here or in the file.`,
    };
  }
  const named = existing.filter((rule) => rule.name === spec.name);
  const before = named.find((rule) => rule.source === 'ui');
  const wanted = ruleFields(spec, nameOf(registry, registries));
  if (!before) {
    const [ofFile] = named;
    if (ofFile) return { ...base, changes: [], id: ofFile.id, action: 'skip', reason: OF_AGENT_FILE };
    return { ...base, action: 'create', changes: added(wanted), create: document };
  }
  const changes = difference(ruleFields(before, nameOf(before.registryId, registries)), wanted);
  if (changes.length === 0) return { ...base, changes, id: before.id, action: 'unchanged' };
  return { ...base, id: before.id, action: 'update', changes, update: document };
}

/** @throws CliError `not-found` when its registry is not there. */
export function resolveRule({ spec, registry, place }: RuleDocument, registries: readonly Registry[]): RuleSpec {
  if (registry === null) return { ...spec, registryId: null };
  const found = pick(registry, registries);
  if (found) return { ...spec, registryId: found.id };
  throw new CliError('not-found', `${place}: there is no registry "${registry}".`, 'See "pharos registries list".');
}

/** The change that the API takes for a rule. */
export function rulePatchOf({ name: _, ...patch }: RuleSpec): RulePatch {
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

type Fields = Record<string, unknown>;

function registryFields(registry: RegistryInput | Registry): Fields {
  const { url, provider, locationId, apiUrl, tls, budget, intervalSeconds } = registry;
  return {
    url: address(url, tls?.plainHttp ?? false),
    provider: provider ?? 'auto',
    location: locationId,
    apiUrl: apiUrl ?? undefined,
    'tls.caCerts': tls?.caCerts?.trim() ? `sha256:${hash('sha256', tls.caCerts.trim()).slice(0, 12)}` : undefined,
    'tls.skipVerify': tls?.skipVerify || undefined,
    'tls.plainHttp': tls?.plainHttp || undefined,
    'budget.requestsPerDay': budget?.requestsPerDay ?? undefined,
    'budget.concurrency': budget?.concurrency ?? undefined,
    'budget.vulnerabilityReports': budget?.vulnerabilityReports || undefined,
    interval: `${intervalSeconds ?? 300}s`,
  };
}

/** As the library shows it: host[:port][/prefix], without the scheme's own port and without a pasted `/v2`. */
function address(url: string, plainHttp: boolean): string {
  const rest = url
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/+$/, '')
    .replace(/^([^/]+)\/v[12]$/, '$1');
  const parsed = URL.parse(`${plainHttp ? 'http' : 'https'}://${rest}`);
  return parsed ? `${parsed.host}${parsed.pathname}`.replace(/\/$/, '') : rest;
}

function ruleFields(
  { enabled, kind, description, repositories, tags, ...clauses }: Omit<RuleSpec, 'registryId'> | Rule,
  registry: string | null,
): Fields {
  const fields: Fields = {
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

function added(fields: Fields): Change[] {
  return difference({}, fields);
}

function difference(before: Fields, after: Fields): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((field) => ({ field, before: written(before[field]), after: written(after[field]) }))
    .filter((change) => change.before !== change.after);
}

/** A value as one line, keys in order, so that equal values read equal. */
function written(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => a.localeCompare(b)))
      : one,
  );
}
