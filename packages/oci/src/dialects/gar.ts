/** Google Artifact Registry and the older GCR: their `tags/list` tells every digest with its tags and times in one answer. */
import type { TagDetail } from '../abilities.ts';
import { linkedPages, recordOf, registryJson, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Dialect } from './dialect.ts';

/** Artifact Registry gives about 1,000 unless asked for more; GCR ignores `n` (go-containerregistry#1643, #897). */
const PAGE = 10_000;
const DEEPEST = 6;

export const gar: Dialect = {
  provider: 'gar',
  product: 'Google Artifact Registry',
  pageSize: { tags: PAGE },
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const scope = { repository: full, text: `repository:${full}:pull` };
    const path = `/v2/${full}/tags/list?n=${PAGE}`;
    for await (const json of linkedPages(session, { path, scope, under: '/v2/', signal }, subject)) {
      const { manifest, tags } = recordOf(json);
      // What shows the extension is the map itself, not the host.
      if (typeof manifest !== 'object' || manifest === null) throw standard(subject);
      yield detailsOf(recordOf(manifest), Array.isArray(tags) ? tags : []);
    }
  },
  /** Walks down from the prefix of the address by the names that each level calls its children. */
  async *listRepositories(session, { signal }) {
    const { prefix } = session.address;
    if (prefix === '') throw standard('the list of repositories');
    const open = [prefix];
    let found = 0;
    while (open.length > 0) {
      const full = open.shift()!;
      const scope = { repository: full, text: `repository:${full}:pull` };
      const { json } = await registryJson(session, { path: `/v2/${full}/tags/list?n=1`, scope, signal }, full);
      const { child, tags, manifest } = recordOf(json);
      const hasImages = (Array.isArray(tags) && tags.length > 0) || Object.keys(recordOf(manifest)).length > 0;
      if (hasImages && full !== prefix) yield [full];
      for (const name of Array.isArray(child) ? child : []) {
        const below = `${full}/${String(name)}`;
        if (isRepositoryName(below) && below.split('/').length - prefix.split('/').length <= DEEPEST) open.push(below);
      }
      found += 1;
      if (found > session.limits.maxRepositories) return;
    }
  },
  advise({ id, code }) {
    if (id === 'catalog') {
      return {
        cause: 'Artifact Registry lists repositories only below a project, and only to who may read it.',
        cure: 'Write the address with its project and repository (region-docker.pkg.dev/project/repository), and grant roles/artifactregistry.reader and roles/browser; or name the repositories in a rule.',
      };
    }
    if (id === 'tags' || id === 'manifest' || id === 'bulk' || (id === 'sign-in' && code === 'forbidden')) {
      return {
        cause: 'This account may not read the repository.',
        cure: 'Grant the service account roles/artifactregistry.reader on the repository or project (GCR: roles/storage.objectViewer on its bucket).',
      };
    }
    if (id !== 'sign-in') return null;
    return {
      cause:
        'Google does not accept this key or token: it is wrong, was deleted, or an access token is older than an hour.',
      cure: 'Use authentication of the type gcp (workload identity or a service account key), or the user _json_key with the key’s JSON as the password.',
    };
  },
};

function detailsOf(manifest: Readonly<Record<string, unknown>>, tags: readonly unknown[]): TagDetail[] {
  const details = new Map<string, TagDetail>();
  for (const [digest, value] of Object.entries(manifest)) {
    const row = recordOf(value);
    if (!isDigest(digest) || !Array.isArray(row.tag)) continue;
    // Numbers come as text; the time of upload, because reproducible builds are of 1970 or 1980.
    const pushedAt = timeOf(Number(row.timeUploadedMs)) ?? timeOf(Number(row.timeCreatedMs));
    for (const name of row.tag) if (isTagName(name)) details.set(name, { name, digest, pushedAt, isLocked: null });
  }
  for (const name of tags) {
    if (isTagName(name) && !details.has(name))
      details.set(name, { name, digest: null, pushedAt: null, isLocked: null });
  }
  return [...details.values()];
}

function standard(subject: string): RegistryError {
  return new RegistryError({ code: 'api-unavailable', message: `${subject} is not told with digests here.` });
}
