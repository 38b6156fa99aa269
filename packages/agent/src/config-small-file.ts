/** Certificates and secrets that stand in files beside the agent's file, or in it. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** Tells a problem; the caller knows where in the file. */
export type Refuse = (code: string, message: string, hint: string) => void;

/** The text of a small file; null when it cannot be read, which is told. @param directory folder that relative names start from */
export function readSmallFile(
  path: string,
  directory: string,
  limit: number,
  code: string,
  refuse: Refuse,
): string | null {
  const full = resolve(directory, path.startsWith('~/') ? homedir() + path.slice(1) : path);
  try {
    const { size } = statSync(full);
    if (size <= limit) return readFileSync(full, 'utf8');
    refuse(code, `The file named here is larger than ${limit} bytes.`, 'Check the path.');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    refuse(code, `The file named here cannot be read (${reason}).`, 'Check the path and its permissions.');
  }
  return null;
}

/** Certificates as PEM text, from text or a file; `''` for none. */
export function readCertificates(text: string, directory: string, refuse: Refuse): string {
  if (text.trim() === '') return '';
  const pem = text.includes('-----BEGIN')
    ? text
    : readSmallFile(text.trim(), directory, 200_000, 'ca-certs-unreadable', refuse);
  if (pem === null) return '';
  if (!/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem)) {
    refuse(
      'ca-certs-invalid',
      'There is no certificate in PEM form here.',
      'Give PEM text (-----BEGIN CERTIFICATE-----) or the path of such a file.',
    );
    return '';
  }
  return pem;
}
