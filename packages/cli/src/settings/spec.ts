/** What one setting is: its names, its default, and how its text is read. */
import { groupRolesOf } from '../identity-provider.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const LOG_LEVELS: readonly LogLevel[] = LEVELS;
export type LogLevel = (typeof LEVELS)[number];

export interface SettingSpec {
  /** The key in pharos.yaml; the flag is the same with `--` before it. */
  key: string;
  env: readonly string[];
  /** Not taken from flags: command lines are visible to other users of the machine. */
  secret?: true;
  path?: true;
  /** From the values that stand before it. */
  default: (values: Readonly<Record<string, unknown>>) => unknown;
  /** Throws an Error that says what it must be. */
  parse: (text: string) => unknown;
  help: string;
}

export type SettingSpecs<Group> = Readonly<Record<keyof Group, SettingSpec>>;

export const text = (value: string): string => value;
export const nothing = (): null => null;

export function parseIssuer(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('must be an https address');
}

export function parseGroupRoles(value: string): string {
  groupRolesOf(value);
  return value;
}

export function parsePort(value: string): number {
  return parseNumber(value, 0, 65_535);
}

export function parseNumber(value: string, from: number, to: number): number {
  const number = Number(value);
  if (!/^\d{1,9}$/.test(value) || number < from || number > to)
    throw new Error(`must be a number from ${from} to ${to}`);
  return number;
}

export function parseBoolean(value: string): boolean {
  if (['true', 'yes', 'on', '1'].includes(value.toLowerCase())) return true;
  if (['false', 'no', 'off', '0'].includes(value.toLowerCase())) return false;
  throw new Error('must be true or false');
}

export function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === value);
  if (!level) throw new Error(`must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

export function parseOrigin(value: string): string {
  const url = URL.parse(value);
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Error('must be an address like http://host:8080');
  if (url.username || url.password) throw new Error('must not hold a user name or password');
  return value.replace(/\/+$/, '');
}

export function parseDatabaseUrl(value: string): string {
  if (!/^postgres(ql)?:\/\//.test(value)) throw new Error('must be an address like postgres://user@host/database');
  return value;
}
