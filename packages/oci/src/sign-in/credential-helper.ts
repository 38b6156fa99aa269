import { spawn } from 'node:child_process';
import { delimiter, isAbsolute } from 'node:path';
import { recordOf } from '../api.ts';
import type { Challenge } from '../challenge.ts';
import { RegistryError } from '../errors.ts';
import { BasicSignIn } from './basic.ts';
import type { TokenContext } from './bearer.ts';
import { type Fetched, Renewing } from './renewing.ts';
import type { DirectCredential, Scope, SignedInBy, SignIn } from './sign-in.ts';
import { TokenSignIn } from './token.ts';

const MAX_OUTPUT = 64 * 1024;
const MAX_MS = 20_000;
/** Helpers do not say how long their answer is good; the cloud's live an hour at least, and a refusal renews it at once. */
const LIFE_MS = 45 * 60_000;
/** The user name that marks a secret as an identity token. */
const IDENTITY = '<token>';

/** What `docker-credential-NAME get` gives for a registry; asked again when the registry does not take it any more. */
export class CredentialHelperSignIn implements SignIn {
  readonly hasCredentials = true;
  readonly #context: TokenContext;
  readonly #name: string;
  readonly #server: string;
  readonly #inner = new Renewing<SignIn>(() => this.#fetch());
  #last: SignIn | null = null;

  /** @param name checked: `[a-z0-9-]+` @param server what the helper knows the registry by */
  constructor(context: TokenContext, name: string, server: string) {
    this.#context = context;
    this.#name = name;
    this.#server = server;
  }

  get signedInBy(): SignedInBy {
    return this.#last?.signedInBy ?? 'nobody';
  }

  async header(scope: Scope): Promise<string | null> {
    return (await this.#inner.get()).header(scope);
  }

  async direct(scope: Scope): Promise<DirectCredential | null> {
    return (await this.#inner.get()).direct(scope);
  }

  async answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    const held = await this.#inner.get();
    this.#last = held;
    let refusal: unknown = null;
    try {
      const header = await held.answer(challenges, scope, used);
      if (header !== null) return header;
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'unauthorized') throw error;
      refusal = error;
    }
    const renewed = used === null && refusal === null ? null : await this.#inner.renewed(held);
    if (renewed === null) {
      if (refusal !== null) throw refusal;
      return null;
    }
    this.#last = renewed;
    const header = await renewed.answer(challenges, scope, null);
    return header === used ? null : header;
  }

  async #fetch(): Promise<Fetched<SignIn>> {
    const { username, secret } = this.#read(await run(this.#name, this.#server));
    const value =
      username === IDENTITY
        ? new TokenSignIn(this.#context, secret, false)
        : new BasicSignIn(this.#context, username, secret);
    return { value, lifeMs: LIFE_MS };
  }

  #read(text: string): { username: string; secret: string } {
    const { Username: username, Secret: secret } = objectOf(text);
    const isGood = typeof username === 'string' && typeof secret === 'string' && username !== '' && secret !== '';
    if (!isGood) throw failed(this.#name, 'did not answer with a user name and a secret');
    return { username, secret };
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Runs the helper without a shell. What it writes is never told: on both outputs it may be a secret. */
function run(name: string, server: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, ['get'], {
      env: environment(),
      shell: false,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: MAX_MS,
      killSignal: 'SIGKILL',
    });
    const parts: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > MAX_OUTPUT) child.kill('SIGKILL');
      else parts.push(part);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT';
      reject(failed(name, isAbsent ? 'is not in the PATH of the agent' : `cannot be run (${error.code ?? 'unknown'})`));
    });
    child.on('close', (code, signal) => {
      if (size > MAX_OUTPUT) reject(failed(name, `wrote more than ${MAX_OUTPUT} bytes`));
      else if (signal !== null) reject(failed(name, 'did not end in time'));
      else if (code !== 0) reject(failed(name, `has no credential for this registry (it ended with ${code})`));
      else resolve(Buffer.concat(parts).toString('utf8'));
    });
    // A helper that ends without reading closes the pipe; its exit code tells more.
    child.stdin.on('error', () => {});
    child.stdin.end(server);
  });
}

/** Everything but our own secrets, and only whole paths: a file in the working directory is nobody's helper. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(?:PHAROS_|BEACON_|DATABASE_URL$)/.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return { ...Object.fromEntries(entries), PATH: path.join(delimiter) };
}

function failed(name: string, what: string): RegistryError {
  return new RegistryError({
    code: 'credential-helper-failed',
    message: `The credential helper docker-credential-${name} ${what}.`,
  });
}
