/** From the file's registries to the registries and rules that the agent reads and reports. */
import {
  type AuthenticationInput,
  type FileRegistry,
  type FileRule,
  RepositoryName,
  type RuleSpec,
  signInUser,
} from '@pharos/contract';
import { compileRule } from '@pharos/library';
import { isLayoutUrl, LAYOUT_PROVIDER, namesFiles, parseLayoutUrl, parseRegistryUrl, RegistryError } from '@pharos/oci';
import type { ConfigNotice, Environment, ReadDocument } from './config-document.ts';
import type { ConfigProblem } from './config-error.ts';
import type { AgentDocument, FileRegistryEntry, NamedRepository } from './config-schema.ts';
import { EKS_MANAGED_IDENTITY, readAuthentication } from './config-sign-in.ts';
import { readCertificates } from './config-small-file.ts';
import { stableId } from './stable-id.ts';

/** A registry with what is needed to read it. `authentication` holds secrets. */
export interface AgentRegistry {
  id: string;
  name: string;
  url: string;
  provider: FileRegistry['provider'];
  /** The product's own API, where it is not at the registry's host. */
  apiUrl: string | null;
  authentication: AuthenticationInput;
  tls: FileRegistry['tls'];
  budget: FileRegistry['budget'];
  /** Hosts (host or host:port) beside the registry's own that may get its credentials to make a token. */
  tokenHosts?: readonly string[];
  /** It stands in the agent's own file: credential helpers may run, and the machine's identity may go to any host. */
  fromOwnFile?: boolean;
  intervalSeconds: number;
  isSample: boolean;
  isDefault: boolean;
}

/** Registry of ephemeral environments, and its repositories (the incumbent's defaults). */
const DEFAULT_REGISTRY = 'upmdev.azurecr.io';
export const DEFAULT_REPOSITORIES: readonly NamedRepository[] = [
  { name: 'postgresql', description: 'Community PostgreSQL' },
  { name: 'edb-postgres-advanced', description: 'EPAS' },
  { name: 'edb-postgres-extended', description: 'PGE' },
];

type Discovery = NonNullable<
  NonNullable<
    NonNullable<NonNullable<AgentDocument['dispatcher']['capabilities']>['provisioning']>['images']
  >['discovery']
>;
type Path = readonly PropertyKey[];

interface Surroundings {
  document: ReadDocument;
  environment: Environment;
  locationId: string;
  /** Folder that relative file names start from. */
  directory: string;
}

interface Built {
  registries: AgentRegistry[];
  rules: FileRule[];
  notices: ConfigNotice[];
  problems: ConfigProblem[];
}

const DISCOVERY = ['dispatcher', 'capabilities', 'provisioning', 'images', 'discovery'];

/** What of a registry goes to the control plane: everything but secrets and what only the agent needs. */
export function publicRegistry(registry: AgentRegistry): FileRegistry {
  const { authentication, tokenHosts: _, fromOwnFile: __, ...rest } = registry;
  return { ...rest, authentication: { type: authentication.type, username: signInUser(authentication) } };
}

/** A rule with its lasting identity: the same words give the same id at every start. */
export function fileRule(locationId: string, registryId: string, spec: Omit<RuleSpec, 'registryId'>): FileRule {
  return { ...spec, registryId, id: stableId('rule', locationId, registryId, spec.kind ?? '', spec.name) };
}

/** Identity of a file's registry: location and name, so that a corrected address keeps its history. */
export function registryId(locationId: string, name: string): string {
  return stableId('registry', locationId, name);
}

/** Builds what the file says. Problems are gathered, not thrown. */
export function buildRegistries(discovery: Discovery | undefined, surroundings: Surroundings): Built {
  const built: Built = { registries: [], rules: [], notices: [], problems: [] };
  const fromEnvironment = surroundings.environment.PHAROS_REGISTRY_URL;
  const entries: [FileRegistryEntry, Path][] = (discovery?.registries ?? []).map((entry, index) => [
    entry,
    [...DISCOVERY, 'registries', index],
  ]);
  if (discovery?.registry) entries.unshift([discovery.registry, [...DISCOVERY, 'registry']]);
  else if (entries.length === 0 && fromEnvironment) entries.push([emptyEntry(), DISCOVERY]);
  for (const [entry, path] of entries) addRegistry(built, entry, path, discovery?.interval ?? 300, surroundings);
  return built;
}

function emptyEntry(): FileRegistryEntry {
  return {
    provider: 'auto',
    authentication: { type: 'none' },
    tls: { ca_certs: '', skip_verify: false, plain_http: false },
    budget: { requests_per_day: null, concurrency: null, vulnerability_reports: false },
    token_hosts: [],
  };
}

function addRegistry(
  built: Built,
  entry: FileRegistryEntry,
  path: Path,
  interval: number,
  surroundings: Surroundings,
): void {
  const { document, environment, locationId } = surroundings;
  const fallback = environment.PHAROS_REGISTRY_URL || DEFAULT_REGISTRY;
  const isDefault = entry.url === undefined && !environment.PHAROS_REGISTRY_URL;
  const refuse: RefuseAt = (at, code, message, hint) =>
    built.problems.push(document.problem([...path, ...at], code, message, hint));
  const address = readAddress(entry, fallback, surroundings.directory, refuse);
  const { url, provider, plainHttp } = address;
  const name = (entry.name ?? url).slice(0, 100);
  if (built.registries.some((other) => other.name === name)) {
    refuse(['name'], 'name-taken', 'Two registries have the same name.', 'Give each registry its own name.');
  }
  const id = registryId(locationId, name);
  const authentication = readAuthentication(entry.authentication, surroundings.directory, (...words) =>
    refuse(['authentication'], ...words),
  );
  if (entry.authentication.type === EKS_MANAGED_IDENTITY) {
    const at = [...path, 'authentication', 'type'];
    const { line } = document.problem(at, '', '', '');
    const message = `${EKS_MANAGED_IDENTITY} is understood. Write authentication: { type: ecr } instead.`;
    built.notices.push({ path: at.join('.'), line, message });
  }
  const caCerts = readCertificates(entry.tls.ca_certs, surroundings.directory, (...words) =>
    refuse(['tls', 'ca_certs'], ...words),
  );
  built.registries.push({
    id,
    name,
    url,
    provider,
    apiUrl: entry.api_url ?? null,
    authentication,
    tls: { caCerts, skipVerify: entry.tls.skip_verify, plainHttp },
    budget: {
      requestsPerDay: entry.budget.requests_per_day,
      concurrency: entry.budget.concurrency,
      ...(entry.budget.vulnerability_reports ? { vulnerabilityReports: true } : {}),
    },
    tokenHosts: entry.token_hosts,
    fromOwnFile: true,
    intervalSeconds: entry.interval ?? interval,
    isSample: false,
    isDefault,
  });
  const lists = [entry.postgres_repositories, entry.model_repositories, entry.rules];
  const hasNoList = entry.url === undefined && lists.every((list) => list === undefined);
  if (hasNoList)
    built.notices.push({
      path: path.join('.'),
      line: null,
      message: 'No repositories are named, so the three default ones are read.',
    });
  addRules(built, hasNoList ? { ...entry, postgres_repositories: [...DEFAULT_REPOSITORIES] } : entry, {
    id,
    path,
    refuse,
    locationId,
  });
}

type RefuseAt = (at: Path, code: string, message: string, hint: string) => void;
type Address = Pick<AgentRegistry, 'url' | 'provider'> & { plainHttp: boolean };

/** The address as it is kept: without its scheme, or the scheme and the whole path of files. */
function readAddress(entry: FileRegistryEntry, fallback: string, directory: string, refuse: RefuseAt): Address {
  const written = entry.url ?? fallback;
  const { provider } = entry;
  // Without its scheme, so a written https:// must turn the other switch off.
  const plainHttp = entry.tls.plain_http && !/^https:/i.test(written);
  const refuseError = (error: unknown) => {
    if (!(error instanceof RegistryError)) throw error;
    refuse(['url'], error.code, error.message, error.hint);
  };
  if (!namesFiles({ url: written, provider })) {
    try {
      parseRegistryUrl(written, { plainHttp: entry.tls.plain_http });
    } catch (error) {
      refuseError(error);
    }
    return { url: bareAddress(written), provider, plainHttp };
  }
  if (provider !== 'auto' && provider !== LAYOUT_PROVIDER) {
    refuse(['provider'], 'layout-settings', `${provider} is not read from files.`, 'Leave provider out.');
  }
  if (entry.authentication.type !== 'none') {
    refuse(['authentication'], 'layout-settings', 'Files need no sign-in.', 'Leave authentication out.');
  }
  try {
    if (!isLayoutUrl(written) && /^[a-z]+:\/\//i.test(written)) parseLayoutUrl('');
    return { url: parseLayoutUrl(written, directory).url, provider: LAYOUT_PROVIDER, plainHttp: false };
  } catch (error) {
    refuseError(error);
    return { url: written, provider: LAYOUT_PROVIDER, plainHttp: false };
  }
}

interface RuleContext {
  id: string;
  path: Path;
  locationId: string;
  refuse: RefuseAt;
}

function addRules(built: Built, entry: FileRegistryEntry, { id, locationId, refuse }: RuleContext): void {
  const add = (spec: Omit<RuleSpec, 'registryId'>, at: Path) => {
    const rule = fileRule(locationId, id, spec);
    if (built.rules.some((other) => other.id === rule.id)) {
      refuse(at, 'name-taken', 'This name stands twice in the list.', 'Remove one of the two.');
    } else built.rules.push(rule);
  };
  const addNamed = (list: readonly NamedRepository[] | undefined, kind: 'postgres' | 'model', key: string) => {
    for (const [index, { name, description }] of (list ?? []).entries()) {
      const at = [key, index, 'name'];
      const problem = patternProblem(name);
      if (problem) refuse(at, problem.code, problem.message, problem.hint);
      else
        add(
          {
            name: name.slice(0, 100),
            enabled: true,
            kind,
            description,
            repositories: { include: [name], exclude: [] },
            tags: [],
          },
          at,
        );
    }
  };
  addNamed(entry.postgres_repositories, 'postgres', 'postgres_repositories');
  addNamed(entry.model_repositories, 'model', 'model_repositories');
  for (const [index, rule] of (entry.rules ?? []).entries()) add(rule, ['rules', index, 'name']);
}

function patternProblem(name: string): { code: string; message: string; hint: string } | null {
  const isPattern = name.startsWith('re:') || /[*?[\]{}]/.test(name);
  if (!isPattern && !RepositoryName.safeParse(name).success) {
    const hint = 'Write the name below the address of the registry, without host and tag.';
    return { code: 'repository-name-invalid', message: 'This is not the name of a repository.', hint };
  }
  try {
    compileRule({
      name: 'x',
      enabled: true,
      registryId: null,
      kind: null,
      description: '',
      repositories: { include: [name], exclude: [] },
      tags: [],
    });
    return null;
  } catch (error) {
    return { code: 'invalid-pattern', message: (error as Error).message, hint: 'Correct the pattern.' };
  }
}

/** As the contract has it: without scheme and trailing slash. */
function bareAddress(url: string): string {
  return url
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/+$/, '');
}
