/**
 * The keys that secrets rest under: one that seals, and older ones that still open. Where they come from is the same for all
 * of them: a variable, a program (the way to a key management service), or the file `pharos.key` in the data directory, which alone
 * Pharos may change itself.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncFolder } from '@pharos/store';
import { decodeKey, KEY_BYTES, keyFile, unusable } from './key.ts';

/** One key of 32 bytes; the id is made of it and tells nothing about it. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Keyring {
  readonly source: 'environment' | 'command' | 'file';
  /** The key that seals. */
  current(): SealingKey;
  /** All of them, the one that seals first. */
  all(): readonly SealingKey[];
  find(id: string): SealingKey | null;
  /** null where the keys are not Pharos' own to change. */
  readonly change: KeyChange | null;
}

export interface KeyChange {
  /** A new key seals from now on; the others still open. */
  rotate(): Promise<void>;
  /** Drops older keys but these. */
  keepOnly(ids: ReadonlySet<string>): Promise<void>;
}

export interface KeyringOptions {
  readonly dataDir: string;
  /** Keys as text, the one that seals first, separated by blanks, commas or lines. */
  readonly keys?: string | null | undefined;
  /** A program that prints them; run without a shell and without arguments. */
  readonly command?: string | null | undefined;
}

const COMMAND_MS = 30_000;
const MOST_KEYS = 20;

/** @throws ServerError `key-unusable` */
export async function openKeyring({ dataDir, keys, command }: KeyringOptions): Promise<Keyring> {
  if (keys) return fixed('environment', readKeys(keys, 'PHAROS_ENCRYPTION_KEY'));
  if (command) return fixed('command', readKeys(await ask(command), `What ${command} printed`));
  return fileRing(await keyFile(dataDir));
}

/** A ring that never changes, of one key. */
export function keyringOf(key: Buffer): Keyring {
  return fixed('environment', [named(key)]);
}

function fixed(source: 'environment' | 'command', keys: readonly SealingKey[]): Keyring {
  return { ...reading(source, () => keys), change: null };
}

function reading(source: Keyring['source'], keys: () => readonly SealingKey[]) {
  return {
    source,
    current: () => keys()[0]!,
    all: keys,
    find: (id: string) => keys().find((key) => key.id === id) ?? null,
  };
}

/** Another replica may have changed the file: it is looked at each time, and read again when it is another one. */
function fileRing(path: string): Keyring {
  let seen = '';
  let keys: readonly SealingKey[] = [];
  const current = () => {
    const { mtimeMs, ino, size } = statSync(path);
    const stamp = `${ino}/${mtimeMs}/${size}`;
    if (stamp !== seen) {
      keys = readKeys(readFileSync(path, 'utf8'), path);
      seen = stamp;
    }
    return keys;
  };
  current();
  const write = async (next: readonly SealingKey[]) => {
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      const text = next.map(({ bytes }) => `${bytes.toString('base64')}\n`).join('');
      await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
      await rename(draft, path);
      await syncFolder(dirname(path));
    } finally {
      await rm(draft, { force: true });
    }
  };
  return {
    ...reading('file', current),
    change: {
      rotate: () => write([named(randomBytes(KEY_BYTES)), ...current()].slice(0, MOST_KEYS)),
      keepOnly: (ids) => write(current().filter((key, index) => index === 0 || ids.has(key.id))),
    },
  };
}

function readKeys(text: string, from: string): SealingKey[] {
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0 || words.length > MOST_KEYS) {
    throw unusable(`${from} holds ${words.length} keys.`, `Give one key, or up to ${MOST_KEYS} with the newest first.`);
  }
  return words.map((word) => named(decodeKey(word, from)));
}

function named(bytes: Buffer): SealingKey {
  const id = createHash('sha256').update('pharos/key-id/v1\n').update(bytes).digest('hex').slice(0, 12);
  return { id, bytes };
}

async function ask(command: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, [], { timeout: COMMAND_MS, maxBuffer: 64 * 1024 });
    return stdout;
  } catch (error) {
    // What it printed may be a key: only how it ended is told.
    const { code } = error as { code?: unknown };
    throw unusable(
      `The program ${command} that prints the encryption key failed (${String(code ?? 'no answer in 30 s')}).`,
      'Run it by hand as the user of Pharos: it must print the key, newest first, and end with 0.',
    );
  }
}
