/** The texts of files that somebody names on the command line. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError } from './failure.ts';
import type { Io } from './output.ts';
import { readAll } from './secret-input.ts';

const MAX_BYTES = 2_000_000;
const MAX_FILES = 1000;

/**
 * Reads files, directories (their .yaml, .yml and .json files, by name) or `-` for stdin.
 * @throws CliError `file-not-found`, `file-too-large`, `apply-directory-unusable`
 */
export async function readTexts(paths: readonly string[], io: Io): Promise<{ file: string; text: string }[]> {
  const texts: { file: string; text: string }[] = [];
  for (const path of paths) {
    if (path === '-') texts.push({ file: 'stdin', text: await readAll(io, MAX_BYTES) });
    else
      for (const file of filesOf(resolve(io.cwd, path), path))
        texts.push({ file, text: readSmall(resolve(io.cwd, file)) });
  }
  return texts;
}

function filesOf(full: string, shown: string): string[] {
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) throw new CliError('file-not-found', `There is no file or directory ${full}.`, 'Check the path.');
  if (!stat.isDirectory()) return [shown];
  const names = readdirSync(full).filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith('.'));
  if (names.length > 0 && names.length <= MAX_FILES) return names.sort().map((name) => join(shown, name));
  const found = names.length === 0 ? 'no .yaml, .yml or .json file' : `more than ${MAX_FILES} files`;
  throw new CliError('apply-directory-unusable', `${full} holds ${found}.`, 'Name the files, or another directory.');
}

function readSmall(path: string): string {
  if (statSync(path).size <= MAX_BYTES) return readFileSync(path, 'utf8');
  throw new CliError('file-too-large', `${path} is larger than ${MAX_BYTES} bytes.`, 'Is this the right file?');
}
