/** Starting what runs in one process: store, control plane, and with it an agent and the sample registry. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AgentFile } from '@pharos/agent';
import { createClient } from '@pharos/contract';
import type { Sample } from '@pharos/sample';
import type { openStore, RunningServer } from '@pharos/server';
import type { Logger } from 'pino';
import { removeAccess, writeAccess } from './access-file.ts';
import { directory, identityProvider, mailServer, secretFrom } from './identity-provider.ts';
import type { Lifetime } from './lifetime.ts';
import { isLoopbackHost, localEngineFinder } from './local/local-engine.ts';
import { sampleConfig } from './sample-config.ts';
import type { Settings } from './settings.ts';
import { VERSION } from './version.ts';

export interface ServeOptions {
  settings: Settings;
  env: Readonly<Record<string, string | undefined>>;
  log: Logger;
  lifetime: Lifetime;
  /** `up`: an agent in this process, the sample, and access for commands on this machine. */
  everything: boolean;
}

export interface Serving {
  server: RunningServer;
  /** What the embedded agent reads; null: there is none. */
  config: AgentFile | null;
  /** The sample registry, where it is what the agent reads. */
  sample: Sample | null;
}

type OpenStore = Awaited<ReturnType<typeof openStore>>;

const WEB_DIR = fileURLToPath(new URL('../../web/dist', import.meta.url));

/**
 * Starts the parts one after the other and tells each to `lifetime`, so that the agent stops first, then the control
 * plane, the store and the sample.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { settings, lifetime, log, everything } = options;
  const { dataDir, adminToken } = settings;
  // Read before anything starts: a mistake in the file is told at once and leaves nothing behind.
  const written = everything || settings.agentConfig ? await readConfig(settings, options.env) : null;
  const oidc = identityProvider(settings);
  const ldap = directory(settings);
  const syslogCa = secretFrom('audit-syslog-ca-file', settings.auditSyslogCaFile);
  const mail = mailServer(settings);
  const { openKeyring, openStore, startServer } = await import('@pharos/server');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const sample = everything && settings.sample && isUnwritten(written) ? await openSample(lifetime) : null;
  const store = await openStore({
    dataDir,
    databaseUrl: settings.databaseUrl ?? undefined,
    log: storeLog(log),
    absence: { missingScans: settings.missingScans, missingHours: settings.missingHours },
    attestationSpace: settings.attestationSpace * 1024 ** 2,
  });
  lifetime.add('store', () => store.close());
  const { encryptionKey, encryptionKeyCommand } = settings;
  const key = await openKeyring({ dataDir, keys: encryptionKey, command: encryptionKeyCommand });
  const localToken = everything && adminToken === null ? randomBytes(32).toString('base64url') : null;
  const server = await startServer({
    store,
    host: settings.host,
    port: settings.port,
    webDir: WEB_DIR,
    log,
    key,
    adminToken: adminToken ?? localToken ?? undefined,
    publicUrl: settings.publicUrl ?? undefined,
    version: VERSION,
    oidc,
    ldap,
    // Whoever reaches the page starts containers: only where that is this machine alone, and never on a server install.
    localRuns:
      everything && settings.localRuns && settings.publicUrl === null && isLoopbackHost(settings.host)
        ? localEngineFinder(options.env)
        : undefined,
    mail,
    auditSyslog: settings.auditSyslog === null ? undefined : { url: settings.auditSyslog, ca: syslogCa },
  });
  lifetime.add('server', () => server.stop());
  if (everything) {
    writeAccess(dataDir, { url: server.url, token: localToken });
    lifetime.add('access file', async () => removeAccess(dataDir));
  }
  const offered = sample && (await hasOwnRegistry(store)) ? null : sample;
  const config =
    offered && written ? sampleConfig(written, offered, (await import('@pharos/agent')).withRegistry) : written;
  if (config) await startEmbeddedAgent(config, server, options);
  return { server, config, sample: offered };
}

async function readConfig(settings: Settings, env: ServeOptions['env']): Promise<AgentFile> {
  const { loadAgentConfig } = await import('@pharos/agent');
  return loadAgentConfig(settings.agentConfig, agentEnvironment(settings, env));
}

/** The environment that an agent's file sees: PHAROS_REGISTRY_URL may have come from pharos.yaml. */
export function agentEnvironment(settings: Settings, env: ServeOptions['env']): Record<string, string | undefined> {
  return { ...env, ...(settings.registryUrl === null ? {} : { PHAROS_REGISTRY_URL: settings.registryUrl }) };
}

/** There is no file, and no registry is named in any other way. */
function isUnwritten(config: AgentFile | null): boolean {
  return config !== null && config.path === null && config.registries.length === 0;
}

async function openSample(lifetime: Lifetime): Promise<Sample> {
  const { startSample } = await import('@pharos/sample');
  const sample = await startSample();
  lifetime.add('sample', () => sample.close());
  return sample;
}

/** Somebody connected a registry of their own: then the sample has done its work. */
async function hasOwnRegistry(store: OpenStore): Promise<boolean> {
  const { items } = await store.registries.list({ limit: 1000 });
  return items.some((registry) => !registry.isSample);
}

/** The same agent as everywhere, over HTTP to the control plane beside it. */
async function startEmbeddedAgent(config: AgentFile, server: RunningServer, options: ServeOptions): Promise<void> {
  const { startAgent } = await import('@pharos/agent');
  const { stateDir } = options.settings;
  const agent = await startAgent({
    config,
    client: createClient({ baseUrl: server.url, token: server.embeddedToken() }),
    stateDir,
    log: options.log.child({ part: 'agent' }),
    version: VERSION,
    embedded: true,
  });
  options.lifetime.add('agent', () => agent.stop());
}

/** The store knows no logger, only a function to tell things to. */
function storeLog(log: Logger): NonNullable<Parameters<typeof openStore>[0]['log']> {
  return (level, message, detail = {}) => log[level]({ part: 'store', ...detail }, message);
}
