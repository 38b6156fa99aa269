/** The address of an OCI layout: `oci-layout:/path/to/folder`, `oci-layout:/path/to/archive.tar`. */
import { isAbsolute, resolve } from 'node:path';
import { RegistryError } from '../errors.ts';

/** The provider (of the contract) whose registries are files. */
export const LAYOUT_PROVIDER = 'oci-layout';

/** `url` is the scheme with the absolute path, and stands for host and origin as well: nothing is dialled. */
export interface LayoutAddress {
  url: string;
  path: string;
}

const SCHEME = /^oci-layout:/i;

/** Whether the address names files and no host. */
export function isLayoutUrl(text: string): boolean {
  return SCHEME.test(text.trim());
}

/** Whether this description names files, by its address or by its provider. Only an agent's own file may do so. */
export function namesFiles({ url, provider }: { url: string; provider: string }): boolean {
  return provider === LAYOUT_PROVIDER || isLayoutUrl(url);
}

/**
 * Reads the address, with or without its scheme. A relative path starts at `directory`; without one it is refused,
 * because the folder that a process happens to run in is nobody's choice.
 * @throws RegistryError `registry-url-invalid`
 */
export function parseLayoutUrl(text: string, directory: string | null = null): LayoutAddress {
  const written = text.trim().replace(SCHEME, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (written === '' || /[\u0000-\u001f\u007f]/.test(written)) throw invalid('names no file');
  if (directory === null && !isAbsolute(written)) throw invalid('has a relative path');
  const path = resolve(directory ?? '/', written);
  if (path === '/') throw invalid('names the whole disk');
  return { url: `${LAYOUT_PROVIDER}:${path}`, path };
}

function invalid(why: string): RegistryError {
  return new RegistryError({
    code: 'registry-url-invalid',
    message: `The address of the OCI layout ${why}.`,
    hint: 'Write oci-layout:/path/to/folder or oci-layout:/path/to/archive.tar.',
  });
}
