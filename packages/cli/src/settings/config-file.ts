/** pharos.yaml: one value for each setting. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { CliError } from '../failure.ts';
import type { SettingsInput } from '../settings.ts';

export interface ConfigFile {
  path: string;
  values: Map<string, string>;
}

const MAX_FILE_BYTES = 100_000;

/** @param keys the settings that there are @throws CliError `config-file-not-found`, `config-file-invalid` */
export function readConfigFile({ env, cwd, configFile }: SettingsInput, keys: readonly string[]): ConfigFile | null {
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
  return { path, values: parseConfigFile(path, readFileSync(path, 'utf8'), keys) };
}

function parseConfigFile(path: string, source: string, keys: readonly string[]): Map<string, string> {
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
  const values = new Map<string, string>();
  for (const [written, value] of Object.entries(content)) {
    const key = written.replaceAll('_', '-');
    if (!keys.includes(key)) {
      throw invalid(`"${written}" is not a setting.`, `Settings are ${keys.join(', ')}.`);
    }
    if (value === null) continue;
    if (typeof value === 'object') throw invalid(`"${written}" must be one value.`, 'Write it as "name: value".');
    values.set(key, String(value));
  }
  return values;
}

/** `$NAME` takes the value from the environment, so that the file can be shared without its secrets. */
export function expand(value: string, env: SettingsInput['env'], key: string): string {
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
