/** Secrets come from stdin or from a named variable: command lines are visible to others and stay in histories. */
import { CliError } from './failure.ts';
import type { Io } from './output.ts';

const MAX_BYTES = 100_000;

export interface SecretOptions {
  stdin?: boolean | undefined;
  /** Name of an environment variable. */
  env?: string | undefined;
}

/**
 * Reads a secret; null when none was offered. One line break at its end is dropped.
 *
 * @throws CliError `secret-missing`, `secret-too-long`.
 */
export async function readSecret(io: Io, { stdin, env }: SecretOptions, what: string): Promise<string | null> {
  if (env !== undefined) {
    const value = io.env[env];
    if (value) return value;
    throw new CliError('secret-missing', `The variable ${env} is not set.`, `Set ${env} to the ${what}.`);
  }
  if (!stdin) return null;
  const value = (await readAll(io)).replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw new CliError('secret-missing', `No ${what} came on stdin.`, 'Pipe it in, e.g. with "… < file".');
}

/** All of stdin as text. */
export async function readAll(io: Io, limit = MAX_BYTES): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of io.stdin) {
    const chunk = Buffer.from(part as Uint8Array);
    bytes += chunk.length;
    if (bytes > limit) {
      throw new CliError('input-too-long', `More than ${limit} bytes came on stdin.`, 'Is this the right file?');
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
