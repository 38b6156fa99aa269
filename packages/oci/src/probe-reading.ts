/** What of a registry can be read, once it lets somebody in. */
import { asRegistryError, failedCheck, type ProbeCheck, type ProbeOptions, skipped } from './probe-check.ts';
import type { Registry } from './registry.ts';

export async function checkDialect(registry: Registry, options: ProbeOptions): Promise<ProbeCheck> {
  const id = 'dialect';
  try {
    const { product, detectedBy } = await registry.dialect(options.signal);
    const how = detectedBy === null ? 'as its provider says' : `by ${detectedBy}`;
    return { id, state: 'ok', message: `It is read as ${product}.`, evidence: `recognised ${how}` };
  } catch (error) {
    return { ...failedCheck(id, asRegistryError(error)), state: 'warning' };
  }
}

export async function checkCatalog(
  registry: Registry,
  options: ProbeOptions,
): Promise<{ check: ProbeCheck; first: string | null }> {
  const id = 'catalog';
  try {
    const names = await firstPage(registry.listRepositories({ signal: options.signal }));
    if (names.length > 0)
      return {
        check: {
          id,
          state: 'ok',
          message: 'The repositories can be listed.',
          evidence: `${names.length} on the first page`,
        },
        first: names[0]!,
      };
    const message = 'The registry lists no repositories: it is empty, or this account may see none.';
    return {
      check: { id, state: 'warning', message, cure: 'Name the repositories in a rule or in the agent’s file.' },
      first: null,
    };
  } catch (error) {
    // Nothing is lost without a catalog: named repositories are read all the same.
    return { check: { ...failedCheck(id, asRegistryError(error)), state: 'warning' }, first: null };
  }
}

export async function checkTags(
  registry: Registry,
  repository: string | null,
  options: ProbeOptions,
): Promise<{ check: ProbeCheck; first: string | null }> {
  const id = 'tags';
  if (repository === null) return { check: skipped(id, 'No repository is known to try.'), first: null };
  try {
    const tags = await firstPage(registry.listTags(repository, { signal: options.signal }));
    const first = tags.find((tag) => !tag.startsWith('sha256-')) ?? tags[0] ?? null;
    const evidence = `${tags.length} on the first page of ${repository}`;
    if (first === null)
      return { check: { id, state: 'warning', message: `${repository} has no tags.`, evidence }, first };
    return { check: { id, state: 'ok', message: `The tags of ${repository} can be listed.`, evidence }, first };
  } catch (error) {
    const check = failedCheck(id, asRegistryError(error));
    // A repository that only the catalog named may have lost its last tag; that is no fault of the connection.
    return {
      check:
        options.repository === undefined && check.code === 'repository-not-found'
          ? { ...check, state: 'warning' }
          : check,
      first: null,
    };
  }
}

export async function checkBulk(
  registry: Registry,
  repository: string | null,
  options: ProbeOptions,
): Promise<ProbeCheck> {
  const id = 'bulk';
  if (repository === null) return skipped(id, 'No tag is known to try.');
  try {
    const before = await registry.dialect(options.signal);
    // A product that tells names only is not asked for more.
    const asks = before.isBulk || before.bulkRefusal !== null;
    const page = asks ? await firstPage(registry.describeTags(repository, { signal: options.signal })) : [];
    const { product, bulkRefusal } = await registry.dialect(options.signal);
    const count = page.filter((tag) => tag.digest !== null).length;
    if (count > 0) {
      const evidence = `${count} of ${page.length} tags on the first page of ${repository} came with their digest`;
      return { id, state: 'ok', message: 'Lists come with digests, so that unchanged tags cost no request.', evidence };
    }
    const message = 'Lists come without digests, so every tag that may move is asked for by a HEAD.';
    if (bulkRefusal === null) return skipped(id, `${message} ${product} tells no more.`);
    return { ...failedCheck(id, bulkRefusal), state: 'warning', message };
  } catch (error) {
    return { ...failedCheck(id, asRegistryError(error)), state: 'warning' };
  }
}

export async function checkManifest(
  registry: Registry,
  repository: string | null,
  tag: string | null,
  options: ProbeOptions,
): Promise<{ check: ProbeCheck; digest: string | null }> {
  const id = 'manifest';
  if (repository === null || tag === null) return { check: skipped(id, 'No tag is known to try.'), digest: null };
  try {
    const { digest } = await registry.getManifest(repository, tag, options.signal);
    const message = `The manifest of ${repository}:${tag} can be read and its digest is right.`;
    return { check: { id, state: 'ok', message, evidence: digest }, digest };
  } catch (error) {
    const check = failedCheck(id, asRegistryError(error));
    // One bad image stays one: it says nothing against the registry.
    const isOne = ['manifest-invalid', 'manifest-ambiguous', 'manifest-not-found', 'policy-blocked'];
    return { check: isOne.includes(check.code ?? '') ? { ...check, state: 'warning' } : check, digest: null };
  }
}

export async function checkReferrers(
  registry: Registry,
  repository: string | null,
  digest: string | null,
  options: ProbeOptions,
): Promise<ProbeCheck> {
  const id = 'referrers';
  if (repository === null || digest === null) return skipped(id, 'No image is known to try.');
  try {
    const found = await registry.listReferrers(repository, digest, options.signal);
    if (found === null) {
      return skipped(id, 'The registry does not list what hangs on an image; tags that stand in for it are read.');
    }
    return { id, state: 'ok', message: 'Signatures, SBOMs and attestations can be listed.' };
  } catch (error) {
    return { ...failedCheck(id, asRegistryError(error)), state: 'warning' };
  }
}

export function checkQuota(registry: Registry): ProbeCheck {
  const { quota } = registry;
  if (quota === null) return skipped('quota', 'The registry tells no limit.');
  const { remaining, limit, windowSeconds } = quota;
  const window = windowSeconds === null ? '' : ` in ${Math.round(windowSeconds / 60)} minutes`;
  const evidence = `${remaining}${limit === null ? '' : ` of ${limit}`}${window}`;
  if (remaining > (limit ?? 0) / 10) {
    return { id: 'quota', state: 'ok', message: 'The registry’s own limit is not near.', evidence };
  }
  return {
    id: 'quota',
    state: 'warning',
    message: remaining === 0 ? 'The registry’s own limit is used up.' : 'The registry’s own limit is nearly used up.',
    evidence,
    cause: 'Others with this account or address ask it too, or the limit is low.',
    cure: 'Sign in for a higher limit, read through a mirror, or set a longer interval or a lower budget.',
    code: 'rate-limited',
  };
}

async function firstPage<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  for await (const page of pages) return page;
  return [];
}
