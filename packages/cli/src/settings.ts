/** Settings: flags, then the environment, then pharos.yaml, then defaults. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { CliError } from './failure.ts';
import { groupRolesOf } from './identity-provider.ts';

export interface Settings {
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
  /** The identity provider to sign in with; null: local accounts only. */
  oidcIssuer: string | null;
  oidcClientId: string | null;
  oidcClientSecret: string | null;
  /** Absolute. */
  oidcClientSecretFile: string | null;
  oidcScopes: string;
  oidcGroupsClaim: string;
  oidcRoles: string;
  oidcName: string;
  auditSyslog: string | null;
  auditSyslogCaFile: string | null;
  ldapUrl: string | null;
  ldapStartTls: boolean;
  ldapCaFile: string | null;
  ldapBindDn: string | null;
  ldapBindPassword: string | null;
  ldapBindPasswordFile: string | null;
  ldapUserBase: string | null;
  ldapUserFilter: string;
  ldapGroupBase: string | null;
  ldapRoles: string;
  logLevel: LogLevel;
  sample: boolean;
  localRuns: boolean;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type SettingName = keyof Settings;

/** Where a value came from; `name` is the flag, the variable, or the file. */
export interface Origin {
  from: 'flag' | 'environment' | 'file' | 'default';
  name: string | null;
}

export interface ResolvedSettings {
  values: Settings;
  origins: Record<SettingName, Origin>;
  /** pharos.yaml that was read. */
  file: string | null;
}

/** Values of flags by setting, as commander hands them over; undefined where the flag was not given. */
export type FlagValues = Partial<Record<SettingName, string | boolean | undefined>>;

interface SettingSpec {
  /** The key in pharos.yaml; the flag is the same with `--` before it. */
  key: string;
  env: readonly string[];
  /** Not taken from flags: command lines are visible to other users of the machine. */
  secret?: true;
  path?: true;
  default: (values: Partial<Settings>) => unknown;
  parse: (text: string) => unknown;
  help: string;
}

const text = (value: string): string => value;
const nothing = (): null => null;

export const SETTINGS: Record<SettingName, SettingSpec> = {
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
  oidcIssuer: {
    key: 'oidc-issuer',
    env: ['PHAROS_OIDC_ISSUER'],
    default: nothing,
    parse: parseIssuer,
    help: 'OpenID Connect provider to sign in with, as it names itself',
  },
  oidcClientId: {
    key: 'oidc-client-id',
    env: ['PHAROS_OIDC_CLIENT_ID'],
    default: nothing,
    parse: text,
    help: 'client of Pharos at the provider',
  },
  oidcClientSecret: {
    key: 'oidc-client-secret',
    env: ['PHAROS_OIDC_CLIENT_SECRET'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'its secret; none for a public client',
  },
  oidcClientSecretFile: {
    key: 'oidc-client-secret-file',
    env: ['PHAROS_OIDC_CLIENT_SECRET_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'file that holds the secret',
  },
  oidcScopes: {
    key: 'oidc-scopes',
    env: ['PHAROS_OIDC_SCOPES'],
    default: () => 'openid profile email groups',
    parse: text,
    help: 'scopes to ask for',
  },
  oidcGroupsClaim: {
    key: 'oidc-groups-claim',
    env: ['PHAROS_OIDC_GROUPS_CLAIM'],
    default: () => 'groups',
    parse: text,
    help: 'claim that lists the groups',
  },
  oidcRoles: {
    key: 'oidc-roles',
    env: ['PHAROS_OIDC_ROLES'],
    default: () => '',
    parse: parseGroupRoles,
    help: 'roles by group, e.g. "platform=admin; dba=curator location:eu-west"',
  },
  oidcName: {
    key: 'oidc-name',
    env: ['PHAROS_OIDC_NAME'],
    default: () => 'single sign-on',
    parse: text,
    help: 'name of the provider on the sign-in page',
  },
  auditSyslog: {
    key: 'audit-syslog',
    env: ['PHAROS_AUDIT_SYSLOG'],
    default: nothing,
    parse: text,
    help: 'syslog server that takes the audit log, e.g. tls://syslog.example.com',
  },
  auditSyslogCaFile: {
    key: 'audit-syslog-ca-file',
    env: ['PHAROS_AUDIT_SYSLOG_CA_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'CA of the syslog server, PEM',
  },
  ldapUrl: {
    key: 'ldap-url',
    env: ['PHAROS_LDAP_URL'],
    default: nothing,
    parse: text,
    help: 'directory to sign in with, e.g. ldaps://ldap.example.com',
  },
  ldapStartTls: {
    key: 'ldap-start-tls',
    env: ['PHAROS_LDAP_START_TLS'],
    default: () => false,
    parse: parseBoolean,
    help: 'StartTLS on an ldap:// address',
  },
  ldapCaFile: {
    key: 'ldap-ca-file',
    env: ['PHAROS_LDAP_CA_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'CA of the directory, PEM',
  },
  ldapBindDn: {
    key: 'ldap-bind-dn',
    env: ['PHAROS_LDAP_BIND_DN'],
    default: nothing,
    parse: text,
    help: 'account that searches; none for an anonymous search',
  },
  ldapBindPassword: {
    key: 'ldap-bind-password',
    env: ['PHAROS_LDAP_BIND_PASSWORD'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'its password',
  },
  ldapBindPasswordFile: {
    key: 'ldap-bind-password-file',
    env: ['PHAROS_LDAP_BIND_PASSWORD_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'file that holds its password',
  },
  ldapUserBase: {
    key: 'ldap-user-base',
    env: ['PHAROS_LDAP_USER_BASE'],
    default: nothing,
    parse: text,
    help: 'where accounts are, e.g. ou=people,dc=example,dc=com',
  },
  ldapUserFilter: {
    key: 'ldap-user-filter',
    env: ['PHAROS_LDAP_USER_FILTER'],
    default: () => '(&(objectClass=person)(uid={username}))',
    parse: text,
    help: 'which account a name is; {username} is the name',
  },
  ldapGroupBase: {
    key: 'ldap-group-base',
    env: ['PHAROS_LDAP_GROUP_BASE'],
    default: nothing,
    parse: text,
    help: 'where groups are; default: what memberOf of the account says',
  },
  ldapRoles: {
    key: 'ldap-roles',
    env: ['PHAROS_LDAP_ROLES'],
    default: () => '',
    parse: parseGroupRoles,
    help: 'roles by group, as oidc-roles; a group by its DN or its name',
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

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** Words of the resolver; `configFile` is the value of --config. */
export interface SettingsInput {
  flags: FlagValues;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  configFile?: string | undefined;
}

/**
 * Resolves every setting.
 *
 * @throws CliError `setting-invalid`, `config-file-not-found`, `config-file-invalid`.
 */
export function resolveSettings(input: SettingsInput): ResolvedSettings {
  const file = readConfigFile(input);
  const values: Partial<Settings> = {};
  const origins = {} as Record<SettingName, Origin>;
  for (const name of SETTING_NAMES) {
    const [value, origin] = resolveOne(name, input, file, values);
    Object.assign(values, { [name]: value });
    origins[name] = origin;
  }
  return { values: values as Settings, origins, file: file?.path ?? null };
}

function resolveOne(
  name: SettingName,
  { flags, env, cwd }: SettingsInput,
  file: ConfigFile | null,
  before: Partial<Settings>,
): [unknown, Origin] {
  const spec = SETTINGS[name];
  const read = (value: string, origin: Origin, base: string): [unknown, Origin] => {
    try {
      return [spec.path ? resolve(base, value) : spec.parse(value), origin];
    } catch (error) {
      const shown = spec.secret ? 'is not valid' : `"${value}" is not valid`;
      throw new CliError(
        'setting-invalid',
        `${origin.name}: ${shown}: ${(error as Error).message}.`,
        `Correct it, or leave it out for the default. It says: ${spec.help}.`,
      );
    }
  };
  const given = flags[name];
  if (given !== undefined) return read(String(given), { from: 'flag', name: flagOf(name, given) }, cwd);
  for (const variable of spec.env) {
    // An empty variable counts as absent: compose files and charts set variables that nobody filled in.
    if (env[variable]) return read(env[variable], { from: 'environment', name: variable }, cwd);
  }
  const written = file?.values.get(spec.key);
  if (file && written !== undefined) {
    return read(expand(written, env, spec.key), { from: 'file', name: file.path }, dirname(file.path));
  }
  const fallback = spec.default(before);
  const value = spec.path && typeof fallback === 'string' ? resolve(cwd, fallback) : fallback;
  return [value, { from: 'default', name: null }];
}

function flagOf(name: SettingName, given: string | boolean): string {
  return given === false ? `--no-${SETTINGS[name].key}` : `--${SETTINGS[name].key}`;
}

interface ConfigFile {
  path: string;
  values: Map<string, string>;
}

const MAX_FILE_BYTES = 100_000;

function readConfigFile({ env, cwd, configFile }: SettingsInput): ConfigFile | null {
  const asked = configFile ?? (env.PHAROS_CONFIG || undefined);
  const path = resolve(cwd, asked ?? 'pharos.yaml');
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    if (asked === undefined) return null;
    throw new CliError('config-file-not-found', `There is no file ${path}.`, 'Check the path given with --config.');
  }
  if (!stat.isFile() || stat.size > MAX_FILE_BYTES) {
    throw new CliError('config-file-invalid', `${path} is not a small text file.`, 'Name a YAML file with settings.');
  }
  return { path, values: parseConfigFile(path, readFileSync(path, 'utf8')) };
}

function parseConfigFile(path: string, source: string): Map<string, string> {
  const lines = new LineCounter();
  const invalid = (message: string, hint: string): CliError =>
    new CliError('config-file-invalid', `${path}: ${message}`, hint);
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw invalid(`line ${line}, column ${col}: ${error.message}.`, 'Correct the YAML; indent with blanks, not tabs.');
  }
  const content: unknown = document.toJS({ maxAliasCount: 10 }) ?? {};
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw invalid('holds no "name: value" lines.', 'Write one setting per line, e.g. "port: 9090".');
  }
  const known = new Map(SETTING_NAMES.map((name) => [SETTINGS[name].key, name]));
  const values = new Map<string, string>();
  for (const [written, value] of Object.entries(content)) {
    const key = written.replaceAll('_', '-');
    if (!known.has(key)) {
      throw invalid(`"${written}" is not a setting.`, `Settings are ${[...known.keys()].join(', ')}.`);
    }
    if (value === null) continue;
    if (typeof value === 'object') throw invalid(`"${written}" must be one value.`, 'Write it as "name: value".');
    values.set(key, String(value));
  }
  return values;
}

/** `$NAME` takes the value from the environment, so that the file can be shared without its secrets. */
function expand(value: string, env: SettingsInput['env'], key: string): string {
  const variable = /^\$\{?([A-Z_][A-Z0-9_]*)\}?$/.exec(value)?.[1];
  if (!variable) return value;
  const found = env[variable];
  if (found) return found;
  throw new CliError(
    'setting-invalid',
    `${key}: the variable ${variable} is not set.`,
    `Set ${variable}, or write the value.`,
  );
}

function parseIssuer(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('must be an https address');
}

function parseGroupRoles(value: string): string {
  groupRolesOf(value);
  return value;
}

function parsePort(value: string): number {
  return parseNumber(value, 0, 65_535);
}

function parseNumber(value: string, from: number, to: number): number {
  const number = Number(value);
  if (!/^\d{1,9}$/.test(value) || number < from || number > to)
    throw new Error(`must be a number from ${from} to ${to}`);
  return number;
}

function parseBoolean(value: string): boolean {
  if (['true', 'yes', 'on', '1'].includes(value.toLowerCase())) return true;
  if (['false', 'no', 'off', '0'].includes(value.toLowerCase())) return false;
  throw new Error('must be true or false');
}

function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === value);
  if (!level) throw new Error(`must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function parseOrigin(value: string): string {
  const url = URL.parse(value);
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Error('must be an address like http://host:8080');
  if (url.username || url.password) throw new Error('must not hold a user name or password');
  return value.replace(/\/+$/, '');
}

function parseDatabaseUrl(value: string): string {
  if (!/^postgres(ql)?:\/\//.test(value)) throw new Error('must be an address like postgres://user@host/database');
  return value;
}

/** A value as it may be shown: secrets are hidden, of a database address the password only. */
export function shownValue(name: SettingName, value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (name === 'databaseUrl') return hidePassword(String(value));
  if (SETTINGS[name].secret) return '(hidden)';
  return value as string | number | boolean;
}

function hidePassword(address: string): string {
  const url = URL.parse(address);
  if (!url) return '(hidden)';
  if (url.password) url.password = '***';
  // A driver also takes the password as a query parameter.
  for (const key of [...url.searchParams.keys()]) {
    if (/pass|key|secret|token/i.test(key)) url.searchParams.set(key, '***');
  }
  return url.href;
}
