/**
 * Keys of the incumbent's image discovery that mean something here: each is put where the same thing stands in this
 * file, with a notice that names the new key. Where both say something, that is a problem: nobody should have to guess which wins.
 */
import { type ConfigNotice, type Environment, type ReadDocument, VARIABLE_MISSING } from './config-document.ts';
import type { ConfigProblem } from './config-error.ts';
import { DEFAULT_REPOSITORIES } from './config-registries.ts';
import type { INCUMBENT_KEYS } from './config-schema.ts';

/** Variables that take the place of the secret which the incumbent reads from the cluster. */
const USERNAME = 'PHAROS_REGISTRY_USERNAME';
const PASSWORD = 'PHAROS_REGISTRY_PASSWORD';

type Path = readonly PropertyKey[];
type Json = Record<string, unknown>;

const PROVISIONING: Path = ['dispatcher', 'capabilities', 'provisioning'];
const DISCOVERY: Path = [...PROVISIONING, 'images', 'discovery'];
const REGISTRY: Path = [...DISCOVERY, 'registry'];

/** Where these keys stand: in the agent's file, and in the two halves of the incumbent's installation values. */
const PLACES: readonly { path: Path; isOurs: boolean }[] = [
  { path: PROVISIONING, isOurs: true },
  { path: 'beaconAgent.provisioning'.split('.'), isOurs: false },
  { path: 'componentsParameters.upm-beacon'.split('.'), isOurs: false },
  { path: 'parameters.upm-beacon'.split('.'), isOurs: false },
];

/** What the old keys came to. */
export interface Incumbent {
  value: unknown;
  notices: ConfigNotice[];
  problems: ConfigProblem[];
}

interface Work {
  document: ReadDocument;
  environment: Environment;
  /** What the keys say about the one registry. */
  registry: Map<string, { value: unknown; path: Path }>;
  isOff: boolean;
  isKnown: boolean;
  notices: ConfigNotice[];
  problems: ConfigProblem[];
}

/** Takes the old keys out of the document's value and puts what they say where it belongs. The value itself stays as it is. */
export function translateIncumbent(document: ReadDocument, environment: Environment): Incumbent {
  const value = structuredClone(document.value);
  const work: Work = {
    document,
    environment,
    registry: new Map(),
    isOff: false,
    isKnown: false,
    notices: [],
    problems: [],
  };
  for (const { path, isOurs } of PLACES) {
    const place = at(value, path);
    if (place === null) continue;
    for (const [key, item] of Object.entries(place)) {
      const known = isKnownKey(key) ? KEYS[key] : undefined;
      if (known !== undefined) {
        work.isKnown = true;
        known(work, item, [...path, key]);
        delete place[key];
      } else if (!isOurs) note(work, [...path, key], 'is not used by Pharos.');
    }
  }
  if (typeof value === 'object' && value !== null) takeShellsOut(value as Json, work);
  if (work.isKnown && !work.isOff) fillIn(value as Json, work);
  return { value, notices: work.notices, problems: work.problems };
}

type Reader = (work: Work, value: unknown, path: Path) => void;

const credentials: Reader = (work, _value, path) =>
  note(
    work,
    path,
    `names a secret of the cluster, which this agent does not read. Mount it and write authentication: { type: docker_config, path: … }, or set ${USERNAME} and ${PASSWORD}.`,
  );

const KEYS: Readonly<Record<(typeof INCUMBENT_KEYS)[number], Reader>> = {
  imageDiscovery(work, value, path) {
    if (!isKind(work, value, 'boolean', path)) return;
    work.isOff = value === false;
    const off = 'is false, so the registry of these keys is not read. Remove it to read the registry.';
    note(work, path, value ? 'is not needed: a registry that is named is read.' : off);
  },
  imagesetDiscoveryContainerRegistryURL(work, value, path) {
    if (!isKind(work, value, 'string', path)) return;
    put(work, ['url'], value, path);
  },
  imagesetDiscoveryContainerRegistryProvider(work, value, path) {
    // Its `oci` stands for every product but GitLab, so the product is still to be found out.
    const provider = { oci: 'auto', gitlab: 'gitlab' }[String(value)];
    if (provider === undefined) unknown(work, path, 'oci, gitlab');
    else put(work, ['provider'], provider, path, ` (${String(value)} is ${provider} there)`);
  },
  imagesetDiscoveryAuthenticationType(work, value, path) {
    const username = work.environment[USERNAME];
    const password = work.environment[PASSWORD];
    const from = `; user name and password come from ${USERNAME} and ${PASSWORD} of the environment`;
    switch (value) {
      case 'none':
        return put(work, ['authentication'], { type: 'none' }, path);
      case 'eks_managed_identity':
        return put(
          work,
          ['authentication'],
          { type: 'ecr' },
          path,
          ': { type: ecr }, the identity of the agent in AWS',
        );
      case 'basic':
        if (!username) missing(work, path, USERNAME);
        if (!password) missing(work, path, PASSWORD);
        return put(
          work,
          ['authentication'],
          { type: 'basic', username: username || '-', password: password || '-' },
          path,
          from,
        );
      case 'token':
        if (!password) missing(work, path, PASSWORD);
        return put(
          work,
          ['authentication'],
          { type: 'token', token: password || '-', ...(username ? { username } : {}) },
          path,
          from,
        );
      default:
        return unknown(work, path, 'token, basic, eks_managed_identity, none');
    }
  },
  imagesetDiscoveryAllowInsecureRegistry(work, value, path) {
    if (!isKind(work, value, 'boolean', path)) return;
    const other =
      ': the certificate is not checked. If the registry speaks no TLS at all, plain_http is the other switch';
    put(work, ['tls', 'skip_verify'], value, path, value ? other : '');
  },
  imageset_discovery_ca_certs(work, value, path) {
    if (!isKind(work, value, 'string', path)) return;
    put(work, ['tls', 'ca_certs'], value, path);
  },
  image_discovery_credentials_secret_name: credentials,
  image_discovery_secret_name: credentials,
};

function isKnownKey(key: string): key is keyof typeof KEYS {
  return Object.hasOwn(KEYS, key);
}

function put(work: Work, key: Path, value: unknown, path: Path, more = ''): void {
  const name = key.join('.');
  const before = work.registry.get(name);
  if (before !== undefined && !isEqual(before.value, value)) {
    conflict(work, path, before.path);
    return;
  }
  work.registry.set(name, { value, path });
  note(work, path, `is understood. Write images.discovery.registry.${name} instead${more}.`);
}

/** Puts what was said into the one registry of the file, unless the file says it already. */
function fillIn(value: Json, work: Work): void {
  if (work.registry.size === 0) return;
  const registry = reach(value, REGISTRY);
  if (registry === null) return;
  const isFromHere = work.registry.has('url') && registry.url === undefined;
  for (const [name, { value: wanted, path }] of work.registry) {
    const parts = name.split('.');
    const parent = parts.length === 1 ? registry : reach(registry, parts.slice(0, -1));
    const key = parts.at(-1)!;
    if (parent === null) continue;
    if (parent[key] !== undefined && !isEqual(parent[key], wanted)) conflict(work, path, [...REGISTRY, ...parts]);
    else parent[key] = wanted;
  }
  const lists = ['postgres_repositories', 'model_repositories', 'rules'];
  if (!isFromHere || lists.some((list) => registry[list] !== undefined)) return;
  registry.postgres_repositories = DEFAULT_REPOSITORIES.map((each) => ({ ...each }));
  const message = `No repositories are named, so ${DEFAULT_REPOSITORIES.map(({ name }) => name).join(', ')} are read. Write postgres_repositories to name others.`;
  work.notices.push({ path: REGISTRY.join('.'), line: null, message });
}

/** What is left of the installation values is not ours to read. */
function takeShellsOut(value: Json, work: Work): void {
  for (const name of ['beaconAgent', 'componentsParameters', 'parameters']) {
    const shell = at(value, [name]);
    if (shell === null) continue;
    const isRead = PLACES.some(({ path }) => path[0] === name && at(shell, path.slice(1)) !== null);
    if (!isRead) continue;
    for (const key of Object.keys(shell)) {
      if (!PLACES.some(({ path }) => path[0] === name && path[1] === key))
        note(work, [name, key], 'is not used by Pharos.');
    }
    delete value[name];
  }
}

function note(work: Work, path: Path, words: string): void {
  const { line } = work.document.problem(path, '', '', '');
  work.notices.push({ path: path.join('.'), line, message: `${String(path.at(-1))} ${words}` });
}

function conflict(work: Work, path: Path, other: Path): void {
  const old = String(path.at(-1));
  work.problems.push(
    work.document.problem(
      path,
      'key-conflict',
      `${old} and ${other.join('.')} say different things.`,
      `Remove ${old}.`,
    ),
  );
}

function unknown(work: Work, path: Path, choices: string): void {
  const message = `${String(path.at(-1))} has a value that does not exist.`;
  work.problems.push(work.document.problem(path, 'value-unknown', message, `Use one of ${choices}.`));
}

function missing(work: Work, path: Path, name: string): void {
  const message = `${String(path.at(-1))} takes its credential from the environment variable ${name}, which is not set.`;
  work.problems.push(work.document.problem(path, VARIABLE_MISSING, message, `Set ${name} where the agent starts.`));
}

function isKind<K extends 'string' | 'boolean'>(
  work: Work,
  value: unknown,
  kind: K,
  path: Path,
): value is K extends 'string' ? string : boolean {
  if (typeof value === kind) return true;
  const message = `${String(path.at(-1))} must be a ${kind}.`;
  work.problems.push(work.document.problem(path, 'wrong-type', message, 'Correct the value.'));
  return false;
}

/** The object at a path; null where there is none. */
function at(value: unknown, path: Path): Json | null {
  let here: unknown = value;
  for (const part of path) here = isObject(here) ? here[String(part)] : undefined;
  return isObject(here) ? here : null;
}

/** The same, made where it is missing; null where something else stands in the way, which the schema tells. */
function reach(value: Json, path: Path): Json | null {
  let here = value;
  for (const part of path) {
    here[String(part)] ??= {};
    const next = here[String(part)];
    if (!isObject(next)) return null;
    here = next;
  }
  return here;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
