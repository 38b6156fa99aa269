/** What hangs on the images of a repository: by the referrers API where there is one, by the tags that stand in for it where not. */
import { type ManifestContent, RegistryError } from '@pharos/oci';
import { isNotAsked } from './not-asked.ts';
import type { RepositoryReader } from './repository-reader.ts';
import type { FoundReferrer } from './spool-file.ts';

export interface ReferrerSearch {
  reader: RepositoryReader;
  /** Every tag listed, with those that are no images. */
  names: readonly string[];
  /** Digests of this scan's images. */
  digests: ReadonlySet<string>;
  /** Digest → when it was last asked, seconds since 1970. */
  asked: ReadonlyMap<string, number>;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** What was found, and when each digest was asked in this search. */
export interface ReferrersFound {
  referrers: FoundReferrer[];
  asked: Map<string, number>;
}

/** Signatures come later than images: what was asked is asked again after this long. */
const ASK_AGAIN_S = 24 * 3600;
/** Digests that were asked before and are due again, in one scan: a slow round, not a storm once a day. */
const AGAIN_AT_ONCE = 200;
const WORKERS = 8;
/** The fallback tag of distribution-spec §Referrers tag schema: `sha256-<hex>`, an index of what hangs on that digest. */
const FALLBACK = /^(sha256-[a-f0-9]{64}|sha512-[a-f0-9]{128})$/;

/**
 * Finds them. Costs nothing where nothing can be found: without the API only fallback tags that are listed are read. Faults end the search, not the scan: what was not asked is due next time.
 */
export async function findReferrers(search: ReferrerSearch): Promise<ReferrersFound> {
  const found: ReferrersFound = { referrers: [], asked: new Map() };
  const fallback = new Map(
    search.names.filter((name) => FALLBACK.test(name)).map((tag) => [tag.replace('-', ':'), tag] as const),
  );
  const due = dueOf(search);
  const [first] = due;
  if (first === undefined) return found;
  try {
    const hasApi = await askOne(search, found, first, fallback.get(first));
    const rest = (hasApi ? due : due.filter((digest) => fallback.has(digest))).filter((digest) => digest !== first);
    let done = 0;
    const open = rest.values();
    const worker = async () => {
      for (const digest of open) {
        if (search.signal.aborted) return;
        await askOne(search, found, digest, fallback.get(digest));
        done += 1;
        if (done % 50 === 0) search.onProgress(done, rest.length);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
  } catch (error) {
    if (!(error instanceof RegistryError) || search.signal.aborted) throw error;
  }
  return found;
}

function dueOf({ digests, asked, names }: ReferrerSearch): string[] {
  const oldest = now() - ASK_AGAIN_S;
  const fresh: string[] = [];
  const again: string[] = [];
  const tagged = new Set(names.filter((name) => FALLBACK.test(name)).map((tag) => tag.replace('-', ':')));
  for (const digest of digests) {
    const before = asked.get(digest);
    if (before === undefined) fresh.push(digest);
    else if (before <= oldest) again.push(digest);
  }
  again.sort((a, b) => asked.get(a)! - asked.get(b)!);
  // Those with a fallback tag first: there something is to be found for sure.
  fresh.sort((a, b) => Number(tagged.has(b)) - Number(tagged.has(a)));
  return [...fresh, ...again.slice(0, AGAIN_AT_ONCE)];
}

/** Answers whether the registry has the API. */
async function askOne(
  { reader }: ReferrerSearch,
  found: ReferrersFound,
  subject: string,
  tag: string | undefined,
): Promise<boolean> {
  try {
    // The probe has found out; a scan does not spend a request on it.
    const listed = reader.reader.registry.hasReferrers === true ? await reader.referrers(subject) : null;
    if (listed !== null) {
      for (const { digest, artifactType } of listed) {
        found.referrers.push({ digest, artifactType, source: 'referrers', tag: null, subject });
      }
      found.asked.set(subject, now());
      return true;
    }
    // Without the API there is nothing to ask but the tag, which the next list shows when it comes.
    if (tag === undefined) return false;
    for (const each of ofIndex(await reader.manifest(tag), subject, tag)) found.referrers.push(each);
    found.asked.set(subject, now());
    return false;
  } catch (error) {
    // One that cannot be read stays one; a registry that is away or resting ends the search.
    if (!(error instanceof RegistryError) || isNotAsked(error) || error.transient) throw error;
    found.asked.set(subject, now());
    return true;
  }
}

function ofIndex({ manifest }: ManifestContent, subject: string, tag: string): FoundReferrer[] {
  if (manifest.kind !== 'index') return [];
  return manifest.manifests.slice(0, 500).map(({ digest, mediaType, artifactType }) => ({
    digest,
    artifactType: (artifactType ?? mediaType).slice(0, 255),
    source: 'tag' as const,
    tag,
    subject,
  }));
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
