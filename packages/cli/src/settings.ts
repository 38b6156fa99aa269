/** Settings: flags, then the environment, then pharos.yaml, then defaults. */
import { dirname, resolve } from 'node:path';
import { CliError } from './failure.ts';
import { type ConfigFile, expand, readConfigFile } from './settings/config-file.ts';
import { OUTWARD_SETTINGS, type OutwardSettings } from './settings/outward.ts';
import { SERVING_SETTINGS, type ServingSettings } from './settings/serving.ts';
import { SIGN_IN_SETTINGS, type SignInSettings } from './settings/sign-in.ts';
import type { SettingSpec } from './settings/spec.ts';

export type { LogLevel } from './settings/spec.ts';

export type Settings = ServingSettings & SignInSettings & OutwardSettings;

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

export const SETTINGS: Readonly<Record<SettingName, SettingSpec>> = {
  ...SERVING_SETTINGS,
  ...SIGN_IN_SETTINGS,
  ...OUTWARD_SETTINGS,
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
  const file = readConfigFile(
    input,
    SETTING_NAMES.map((name) => SETTINGS[name].key),
  );
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
