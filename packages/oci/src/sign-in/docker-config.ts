import type { Challenge } from '../challenge.ts';
import { RegistryError } from '../errors.ts';
import { isDockerHub } from '../reference.ts';
import { BasicSignIn } from './basic.ts';
import type { TokenContext } from './bearer.ts';
import { CredentialHelperSignIn } from './credential-helper.ts';
import type { DirectCredential, Scope, SignedInBy, SignIn } from './sign-in.ts';
import { TokenSignIn } from './token.ts';

const MAX_CONFIG = 1024 * 1024;

interface Entry {
  /** A repository or the beginning of repository names, `''` for all of the host. */
  path: string;
  signIn: SignIn;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The `auths` of a docker configuration for one host. As in Kubernetes, a key may go on with a path; the longest one
 * that a repository begins with wins.
 */
export class DockerConfigSignIn implements SignIn {
  readonly hasCredentials = true;
  readonly #entries: readonly Entry[];
  #last: SignIn;

  /**
   * @param host host[:port] of the registry as the operator wrote it
   * @param mayRunHelpers a helper is a program to run: only the file of the agent may name one
   * @throws RegistryError `docker-config-invalid`
   */
  constructor(context: TokenContext, config: string, host: string, mayRunHelpers = false) {
    const parsed = parse(config);
    const helper = mayRunHelpers ? helperFor(parsed, host) : null;
    const written = entriesFor(parsed, host, helper !== null);
    // Like the docker CLI: a helper for this very host wins, a store is for what is not written out.
    const isHelped = helper !== null && (helper.isForHost || written.every(({ path }) => path !== ''));
    const entries: Entry[] = written
      .filter(({ path }) => !isHelped || path !== '')
      .map(({ path, entry }) => ({ path, signIn: signInOf(context, entry) }));
    if (isHelped) entries.push({ path: '', signIn: new CredentialHelperSignIn(context, helper.name, helper.server) });
    const [first] = entries;
    if (first === undefined) throw invalid(`has no entry for ${host}`);
    this.#entries = entries.sort((a, b) => b.path.length - a.path.length);
    this.#last = first.signIn;
  }

  get signedInBy(): SignedInBy {
    return this.#last.signedInBy;
  }

  header(scope: Scope): string | null | Promise<string | null> {
    return this.#for(scope)?.header(scope) ?? null;
  }

  direct(scope: Scope): DirectCredential | null | Promise<DirectCredential | null> {
    return this.#for(scope)?.direct(scope) ?? null;
  }

  async answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    const signIn = this.#for(scope);
    if (signIn === undefined) return null;
    this.#last = signIn;
    return signIn.answer(challenges, scope, used);
  }

  #for(scope: Scope): SignIn | undefined {
    const { repository } = scope;
    // The API itself belongs to no path: the entry of the whole host comes last, else any will do to be let in.
    if (repository === null) return this.#entries.at(-1)?.signIn;
    return this.#entries.find(({ path }) => path === '' || repository === path || repository.startsWith(`${path}/`))
      ?.signIn;
  }
}

function parse(config: string): Json {
  if (config.length > MAX_CONFIG) throw invalid('is larger than 1 MiB');
  let json: unknown;
  try {
    json = JSON.parse(config);
  } catch {
    throw invalid('is not JSON');
  }
  if (!isObject(json)) throw invalid('is not a JSON object');
  return json;
}

interface Helper {
  name: string;
  /** What the helper is asked for. */
  server: string;
  isForHost: boolean;
}

/** The credential helper for a host; null when there is none. */
function helperFor(config: Json, host: string): Helper | null {
  const helpers = isObject(config.credHelpers) ? Object.entries(config.credHelpers) : [];
  const own = helpers.find(([key]) => sameHost(placeOf(key)?.host ?? '', host));
  const name = own?.[1] ?? config.credsStore;
  if (name === undefined || name === '') return null;
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,64}$/.test(name)) {
    throw invalid('names a credential helper that cannot be one', 'Write the part after docker-credential-.');
  }
  const usual = isDockerHub(host) ? 'https://index.docker.io/v1/' : host;
  return { name, server: own?.[0] ?? usual, isForHost: own !== undefined };
}

function entriesFor(config: Json, host: string, isHelped: boolean): { path: string; entry: Json }[] {
  // A .dockercfg is the content of "auths" itself.
  const auths = config.auths ?? (config.credsStore === undefined && config.credHelpers === undefined ? config : {});
  if (!isObject(auths)) throw invalid('has "auths" that is not an object');
  const found = Object.entries(auths).flatMap(([key, entry]) => {
    const place = placeOf(key);
    return place !== null && sameHost(place.host, host) && isObject(entry) && !isEmpty(entry)
      ? [{ path: place.path, entry }]
      : [];
  });
  if (found.length > 0 || isHelped) return found;
  const helpers = isObject(config.credHelpers) ? Object.keys(config.credHelpers) : [];
  if (typeof config.credsStore === 'string' || helpers.some((key) => sameHost(placeOf(key)?.host ?? '', host))) {
    throw invalid(
      `keeps the credentials for ${host} in a credential helper`,
      'A credential helper is a program, so only a configuration in the file of the agent may name one. Put user name and password, or an "auth" entry, into this one.',
    );
  }
  return [];
}

/** `https://index.docker.io/v1/`, `host`, `host:port`, `host/path`, with or without a scheme. */
function placeOf(key: string): { host: string; path: string } | null {
  const bare = key.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  const slash = bare.indexOf('/');
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
  const path = slash < 0 ? '' : bare.slice(slash + 1);
  return host === '' ? null : { host, path: /^v[12]$/.test(path) ? '' : path };
}

function sameHost(a: string, b: string): boolean {
  const bare = (host: string) => host.replace(/:443$/, '');
  return bare(a) === bare(b) || (isDockerHub(a) && isDockerHub(b));
}

function signInOf(context: TokenContext, entry: Json): SignIn {
  const text = (name: string) => (typeof entry[name] === 'string' && entry[name] !== '' ? entry[name] : null);
  const identity = text('identitytoken');
  if (identity !== null) return new TokenSignIn(context, identity, false);
  const bearer = text('registrytoken');
  if (bearer !== null) return new TokenSignIn(context, bearer);
  const auth = text('auth');
  const [username, password] = auth === null ? [text('username'), text('password')] : decode(auth);
  if (username === null || password === null) throw invalid('has an entry without user name or password');
  return new BasicSignIn(context, username, password);
}

function decode(auth: string): [string, string] {
  const plain = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = plain.indexOf(':');
  if (!/^[A-Za-z0-9+/=_\s-]+$/.test(auth) || colon < 1)
    throw invalid('has an "auth" that is not base64 of user:password');
  return [plain.slice(0, colon), plain.slice(colon + 1)];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(entry: Json): boolean {
  return Object.values(entry).every((value) => value === '' || value == null);
}

function invalid(why: string, hint?: string): RegistryError {
  return new RegistryError({ code: 'docker-config-invalid', message: `The docker configuration ${why}.`, hint });
}
