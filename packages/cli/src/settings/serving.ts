/** Where Pharos listens, what it keeps, and how it reads. */
import {
  LOG_LEVELS,
  type LogLevel,
  nothing,
  parseBoolean,
  parseDatabaseUrl,
  parseLogLevel,
  parseNumber,
  parseOrigin,
  parsePort,
  type SettingSpecs,
  text,
} from './spec.ts';

export interface ServingSettings {
  /** Origin of the control plane that client commands talk to. */
  url: string;
  token: string | null;
  host: string;
  port: number;
  /** Absolute. */
  dataDir: string;
  databaseUrl: string | null;
  adminToken: string | null;
  encryptionKey: string | null;
  encryptionKeyCommand: string | null;
  publicUrl: string | null;
  /** Absolute; null: look for beacon_agent.yaml in the current directory, $HOME/.beacon and /etc/beacon. */
  agentConfig: string | null;
  /** Where an agent keeps what it must not forget; absolute. */
  stateDir: string;
  registryUrl: string | null;
  /** A tag that complete scans miss is retired after so many of them … */
  missingScans: number;
  /** … over at least so many hours. */
  missingHours: number;
  /** MiB of large attestations that are kept of one registry. */
  attestationSpace: number;
  logLevel: LogLevel;
  sample: boolean;
  localRuns: boolean;
}

export const SERVING_SETTINGS: SettingSpecs<ServingSettings> = {
  url: {
    key: 'url',
    env: ['PHAROS_URL'],
    default: () => 'http://127.0.0.1:8080',
    parse: parseOrigin,
    help: 'control plane that client commands talk to',
  },
  token: {
    key: 'token',
    env: ['PHAROS_TOKEN'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'API token of client commands',
  },
  host: { key: 'host', env: ['PHAROS_HOST'], default: () => '127.0.0.1', parse: text, help: 'address to listen on' },
  port: { key: 'port', env: ['PHAROS_PORT'], default: () => 8080, parse: parsePort, help: 'port; 0 takes a free one' },
  dataDir: {
    key: 'data-dir',
    env: ['PHAROS_DATA_DIR'],
    path: true,
    default: () => 'pharos-data',
    parse: text,
    help: 'embedded database, key file, agent state',
  },
  databaseUrl: {
    key: 'database-url',
    env: ['DATABASE_URL', 'PHAROS_DATABASE_URL'],
    secret: true,
    default: nothing,
    parse: parseDatabaseUrl,
    help: 'PostgreSQL in place of the embedded database',
  },
  adminToken: {
    key: 'admin-token',
    env: ['PHAROS_ADMIN_TOKEN'],
    secret: true,
    default: nothing,
    parse: text,
    help: "an administrator's API token, for automation",
  },
  encryptionKey: {
    key: 'encryption-key',
    env: ['PHAROS_ENCRYPTION_KEY'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'seals registry credentials; default: a key file in the data directory',
  },
  encryptionKeyCommand: {
    key: 'encryption-key-command',
    env: ['PHAROS_ENCRYPTION_KEY_COMMAND'],
    default: nothing,
    parse: text,
    help: 'a program that prints the key, for a key management service',
  },
  publicUrl: {
    key: 'public-url',
    env: ['PHAROS_PUBLIC_URL'],
    default: nothing,
    parse: parseOrigin,
    help: 'address under which people reach Pharos, behind a proxy',
  },
  agentConfig: {
    key: 'agent-config',
    env: ['PHAROS_AGENT_CONFIG'],
    path: true,
    default: nothing,
    parse: text,
    help: 'the Beacon Agent file; default: beacon_agent.yaml in ., $HOME/.beacon, /etc/beacon',
  },
  stateDir: {
    key: 'state-dir',
    env: ['PHAROS_STATE_DIR'],
    path: true,
    default: (values) => `${values.dataDir}/agent`,
    parse: text,
    help: "the agent's identity and spool",
  },
  registryUrl: {
    key: 'registry-url',
    env: ['PHAROS_REGISTRY_URL'],
    default: nothing,
    parse: text,
    help: 'registry for an agent file that names none',
  },
  missingScans: {
    key: 'missing-scans',
    env: ['PHAROS_MISSING_SCANS'],
    default: () => 3,
    parse: (text) => parseNumber(text, 1, 1000),
    help: 'complete scans that must miss a tag before it is retired',
  },
  missingHours: {
    key: 'missing-hours',
    env: ['PHAROS_MISSING_HOURS'],
    default: () => 24,
    parse: (text) => parseNumber(text, 0, 8760),
    help: 'hours that a tag must be missing before it is retired',
  },
  attestationSpace: {
    key: 'attestation-space',
    env: ['PHAROS_ATTESTATION_SPACE'],
    default: () => 4096,
    parse: (text) => parseNumber(text, 0, 1_000_000),
    help: 'MiB of large attestations that are kept of one registry',
  },
  logLevel: {
    key: 'log-level',
    env: ['PHAROS_LOG_LEVEL'],
    default: () => 'info',
    parse: parseLogLevel,
    help: LOG_LEVELS.join(' | '),
  },
  sample: {
    key: 'sample',
    env: ['PHAROS_SAMPLE'],
    default: () => true,
    parse: parseBoolean,
    help: 'whether "up" offers the sample registry when no registry is configured',
  },
  localRuns: {
    key: 'local-runs',
    env: ['PHAROS_LOCAL_RUNS'],
    default: () => true,
    parse: parseBoolean,
    help: 'whether "up" on a loopback address offers to run databases with podman or docker of this machine',
  },
};
