import type { Extension } from '@pharos/contract';

/** Extensions whose name or description holds the text, by name. */
export function filterExtensions(extensions: readonly Extension[], q: string | undefined): Extension[] {
  const wanted = (q ?? '').trim().toLowerCase();
  return extensions
    .filter(({ name, description }) => `${name}\n${description ?? ''}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}
