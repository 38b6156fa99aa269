import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedRequest } from '../request-log.ts';
import type { SeedRepository } from '../seed-repository.ts';
import { type Credential, DEFAULT_CREDENTIAL } from '../sign-in.ts';
import { required } from './available.ts';
import { selfSigned, serverCertificate } from './certificates.ts';
import { type Child, onFreePort, startChild } from './child.ts';
import { send } from './http-client.ts';
import { repositoryDirectory, type SeededDigests, seedFilesystem } from './seed-filesystem.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { startTokenServer, TOKEN_ISSUER, TOKEN_SERVICE, type TokenServer } from './token-server.ts';

/** How the registry is guarded. */
export type DistributionOptions = {
  auth?: 'open' | 'htpasswd' | 'tls' | 'token';
  /** TLS in addition to a sign-in; `auth: 'tls'` is TLS without one. */
  tls?: boolean;
  /** Environment of the process, e.g. `REGISTRY_…` settings or GOGC. */
  env?: Readonly<Record<string, string>>;
  /** With `auth: 'token'`; default 300. The registry accepts a token for 60 s past its life. */
  tokenTtlSeconds?: number;
  /** Another version of it than Debian's. */
  program?: string;
  /** Further sections of its configuration, such as `notifications`. */
  sections?: Readonly<Record<string, unknown>>;
};

/** A running docker-registry with its storage. */
export type Distribution = {
  /** `http://127.0.0.1:PORT` or `https://…`. */
  url: string;
  /** `127.0.0.1:PORT`, as image references have it. */
  host: string;
  port: number;
  /** Where the registry keeps its files. */
  rootDir: string;
  /** With htpasswd and token. */
  credential?: Credential;
  /** PEM, with TLS. */
  ca?: string;
  /** Holds `ca.crt`, for `skopeo --cert-dir`. */
  certDir?: string;
  tokenUrl?: string;
  tokenLog?: readonly LoggedRequest[];
  /** Writes repositories into the storage; the running registry sees them at once. Needs no sign-in. */
  seed(repositories: Iterable<SeedRepository>): SeededDigests;
  /** Takes exactly this tag away. (The HTTP API of 2.8 can delete digests only, with all their tags.) */
  removeTag(repository: string, tag: string): void;
  /** Ends the process and keeps data and port. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

// bcrypt of DEFAULT_CREDENTIAL at cost 5: htpasswd(1) is not on every machine, and the registry runs bcrypt on every request.
export const HTPASSWD = 'pharos:$2y$05$23RjwFeK9DP4j8RH3N/bUePDkk5LiwHC3UBfFq2hrAz3gglIu895e\n';

/** Starts Debian's docker-registry (CNCF Distribution 2.8), or `program`, with a configuration of its own. Throws TestbedError. */
export async function startDistribution(options: DistributionOptions = {}): Promise<Distribution> {
  const { auth = 'open', tls = auth === 'tls', env, tokenTtlSeconds: ttlSeconds = 300, sections = {} } = options;
  const { program = required('distribution') } = options;
  const directory = temporaryDirectory('distribution');
  const at = (file: string) => join(directory.path, file);
  let tokens: TokenServer | undefined;
  try {
    const certificate = tls ? await serverCertificate(directory.path) : undefined;
    const access: Record<string, object> = {};
    if (auth === 'htpasswd') {
      writeFileSync(at('htpasswd'), HTPASSWD);
      access.htpasswd = { realm: 'testbed', path: at('htpasswd') };
    }
    if (auth === 'token') {
      const signer = await selfSigned(directory.path, 'token');
      tokens = await startTokenServer({ credential: DEFAULT_CREDENTIAL, signer, ttlSeconds });
      const names = { service: TOKEN_SERVICE, issuer: TOKEN_ISSUER };
      access.token = { realm: tokens.url, ...names, rootcertbundle: signer.certificateFile };
    }
    const config = {
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: at('data') },
        cache: { blobdescriptor: 'inmemory' },
        delete: { enabled: true },
        maintenance: { uploadpurging: { enabled: false } },
      },
      http: {
        secret: 'testbed',
        ...(certificate ? { tls: { certificate: certificate.certificateFile, key: certificate.keyFile } } : {}),
      },
      ...(Object.keys(access).length > 0 ? { auth: access } : {}),
      ...sections,
    };
    writeFileSync(at('config.yml'), JSON.stringify(config)); // JSON is YAML
    const launch = (port: number): Promise<Child> =>
      startChild(program, ['serve', at('config.yml')], {
        name: 'docker-registry',
        cwd: directory.path,
        env: { ...env, REGISTRY_HTTP_ADDR: `127.0.0.1:${port}` },
        ready: async () => {
          const { status } = await send(`${tls ? 'https' : 'http'}://127.0.0.1:${port}/v2/`, { ca: certificate?.ca });
          return status === 200 || status === 401;
        },
      });
    const first = await onFreePort(launch);
    const { port } = first;
    let { child } = first;
    const host = `127.0.0.1:${port}`;
    return {
      url: `${tls ? 'https' : 'http'}://${host}`,
      host,
      port,
      rootDir: at('data'),
      ...(auth === 'htpasswd' || auth === 'token' ? { credential: DEFAULT_CREDENTIAL } : {}),
      ...(certificate ? { ca: certificate.ca, certDir: certDir(at('certs'), certificate.ca) } : {}),
      ...(tokens ? { tokenUrl: tokens.url, tokenLog: tokens.log } : {}),
      seed: (repositories) => seedFilesystem(at('data'), repositories),
      removeTag: (repository, tag) =>
        rmSync(join(repositoryDirectory(at('data'), repository), '_manifests/tags', tag), { recursive: true }),
      pause: () => child.stop('SIGKILL'),
      resume: async () => {
        child = await launch(port);
      },
      stop: async () => {
        await Promise.all([child.stop('SIGKILL'), tokens?.stop()]);
        directory.remove();
      },
    };
  } catch (cause) {
    await tokens?.stop();
    directory.remove();
    throw cause;
  }
}

function certDir(path: string, ca: string): string {
  mkdirSync(path);
  writeFileSync(join(path, 'ca.crt'), ca);
  return path;
}
