/** Which repositories of a registry the rules take. */
import { type CompiledRule, decideRepository, needsCatalog, repositoryLiterals } from '@pharos/library';
import { RegistryError } from '@pharos/oci';
import type { RegistryReader } from './registry-reader.ts';

/** Most repositories of a catalog, as in the contract. */
export const MAX_REPOSITORIES = 200_000;

/** Repositories that rules take, and what the catalog said. */
export interface Selection {
  repositories: string[];
  /** Null: not read, or not offered. */
  catalog: string[] | null;
  error: RegistryError | null;
}

/** Finds the repositories: named ones never depend on the catalog, which is read only when a rule needs it. */
export async function selectRepositories(
  reader: RegistryReader,
  rules: readonly CompiledRule[],
  signal: AbortSignal,
): Promise<Selection> {
  const names = new Set(rules.flatMap((rule) => repositoryLiterals(rule.spec)));
  if (!rules.some((rule) => needsCatalog(rule.spec))) return { repositories: [...names], catalog: null, error: null };
  let catalog: string[] | null = null;
  let error: RegistryError | null = null;
  try {
    const list = await reader.lane('', signal).repositories(MAX_REPOSITORIES);
    catalog = list.names;
    error = list.error;
  } catch (failure) {
    if (!(failure instanceof RegistryError) || signal.aborted) throw failure;
    error = failure;
  }
  for (const name of catalog ?? []) if (rules.some((rule) => decideRepository(rule, name).included)) names.add(name);
  return { repositories: [...names], catalog, error };
}
