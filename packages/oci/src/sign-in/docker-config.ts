import type { Challenge } from '../challenge.ts';
import { RegistryError } from '../errors.ts';
import { isDockerHub } from '../reference.ts';
import { BasicSignIn } from './basic.ts';
import type { TokenContext } from './bearer.ts';
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
   * @throws RegistryError `docker-config-invalid`
   */
  constructor(context: TokenContext, config: string, host: string) {
    const entries = entriesFor(parse(config), host).map(({ path, entry }) => ({
      path,
      signIn: signInOf(context, entry),
    }));
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

function entriesFor(config: Json, host: string): { path: string; entry: Json }[] {
  // A .dockercfg is the content of "auths" itself.
  const auths = config.auths ?? (config.credsStore === undefined && config.credHelpers === undefined ? config : {});
  if (!isObject(auths)) throw invalid('has "auths" that is not an object');
  const found = Object.entries(auths).flatMap(([key, entry]) => {
    const place = placeOf(key);
    return place !== null && sameHost(place.host, host) && isObject(entry) && !isEmpty(entry)
      ? [{ path: place.path, entry }]
      : [];
  });
  if (found.length > 0) return found;
  const helpers = isObject(config.credHelpers) ? Object.keys(config.credHelpers) : [];
  if (typeof config.credsStore === 'string' || helpers.some((key) => sameHost(placeOf(key)?.host ?? '', host))) {
    throw invalid(
      `keeps the credentials for ${host} in a credential helper`,
      'Credential helpers are not supported yet: put user name and password, or an "auth" entry, into the configuration.',
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
