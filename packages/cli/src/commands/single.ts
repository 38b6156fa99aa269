/** The one thing that a name names. */
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';

/** @throws CliError `not-found`, `name-ambiguous` */
export function single<T extends { id: string }>(found: readonly T[], name: string, listing: string): T {
  const [first, second] = found;
  if (first === undefined)
    throw new CliError('not-found', `Nothing is named "${name}".`, `See "${listing}".`, { exitCode: EXIT.notFound });
  if (second === undefined) return first;
  const ids = found.map(({ id }) => id).join(', ');
  throw new CliError('name-ambiguous', `"${name}" names several: ${ids}.`, 'Give the id.');
}
