/**
 * The list of extensions that an image states in `org.enterprisedb.pg.extensions`. Its encoding is not documented, so
 * every form that has been seen or is likely is read: a JSON array of objects or strings, a JSON object name → version,
 * a comma list of `name`, `name=version`, `name:version`; and base64 of any of these.
 */
import type { Extension } from '@pharos/contract';
import { cleanText } from './clean-text.ts';

const MAX_TEXT = 65_536;
const MAX_EXTENSIONS = 500;
const NAME = /^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,62}$/;

/** What was read. `problem`: `unreadable` when nothing could be, `incomplete` when entries were left out. */
export interface ExtensionList {
  /** Sorted by name, each name once, at most 500. */
  readonly extensions: Extension[];
  readonly problem: 'unreadable' | 'incomplete' | null;
}

/** Decodes the list. Never throws; names outside of the grammar are left out, descriptions are cleaned. */
export function decodeExtensions(text: string): ExtensionList {
  if (text.length > MAX_TEXT) return { extensions: [], problem: 'unreadable' };
  const trimmed = text.trim();
  if (trimmed === '') return { extensions: [], problem: null };
  const entries = jsonEntries(trimmed) ?? base64Entries(trimmed) ?? commaEntries(trimmed);
  return checked(entries);
}

type Entry = { name: unknown; version?: unknown; description?: unknown };

function checked(entries: readonly Entry[]): ExtensionList {
  const byName = new Map<string, Extension>();
  let dropped = 0;
  for (const { name, version, description } of entries) {
    const known = typeof name === 'string' ? name.trim() : '';
    if (!NAME.test(known) || (byName.size >= MAX_EXTENSIONS && !byName.has(known))) {
      dropped += 1;
      continue;
    }
    if (byName.has(known)) continue;
    byName.set(known, { name: known, version: versionOf(version), description: descriptionOf(description) });
  }
  const extensions = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const problem = dropped === 0 ? null : extensions.length === 0 ? 'unreadable' : 'incomplete';
  return { extensions, problem };
}

function versionOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return VERSION.test(text) ? text : null;
}

function descriptionOf(value: unknown): string | null {
  return typeof value === 'string' ? cleanText(value, 500) || null : null;
}

function jsonEntries(text: string): Entry[] | null {
  if (!/^[[{]/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map((item) => (isRecord(item) ? (item as Entry) : nameAndVersion(item)));
    return Object.entries(value as object).map(([name, item]) =>
      isRecord(item) ? { ...item, name } : { name, version: item },
    );
  } catch {
    return [{ name: null }];
  }
}

/** Only what decodes to printable text that reads as a whole counts: `postgres` is valid base64 too. */
function base64Entries(text: string): Entry[] | null {
  if (text.length < 4 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null;
  const decoded = base64Text(text);
  if (decoded === null) return null;
  const entries = jsonEntries(decoded) ?? commaEntries(decoded);
  return checked(entries).problem === null ? entries : null;
}

function base64Text(text: string): string | null {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return null;
  }
}

function commaEntries(text: string): Entry[] {
  return text
    .split(/[,;\n]/)
    .filter((item) => item.trim() !== '')
    .map(nameAndVersion);
}

function nameAndVersion(item: unknown): Entry {
  if (typeof item !== 'string') return { name: null };
  const [, name = item, version] = /^([^=:@]*)[=:@](.*)$/.exec(item) ?? [];
  return { name, version };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
