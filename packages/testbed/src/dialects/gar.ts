import { json, ociError } from '../answer.ts';
import type { Reply } from '../list-page.ts';
import type { Ask, Dialect } from './dialect.ts';
import { digestRows, imageFacts } from './rows.ts';

/** A stand-in for Google Artifact Registry and for what is left of Container Registry. */
export const gar: Dialect = {
  line: 'Google Artifact Registry: tags/list in one page with `manifest` and `child`, numbers as strings',
  hasReferrers: true,
  username: 'oauth2accesstoken',
  realm: {
    path: '/v2/token',
    service: '{host}',
    accepts: (username) => ['oauth2accesstoken', '_json_key', '_json_key_base64'].includes(username),
  },
  tags,
};

/** Everything at once, whatever `n` says: the tags, each manifest with its tags, and the repositories below. */
function tags({ call, content, repo }: Ask): Reply {
  const names = content.tags(repo);
  if (!names) return ociError(404, 'NAME_UNKNOWN', `Repository "${call.repo}" not found`);
  const manifest: Record<string, object> = {};
  for (const { digest, stored, tags: tag, pushed } of digestRows(content, repo)) {
    const { size = 0, created } = imageFacts(content, repo, stored);
    manifest[digest] = {
      imageSizeBytes: String(size),
      layerId: '',
      mediaType: stored.mediaType,
      tag,
      // Reproducible builds and indexes have no time of their own.
      timeCreatedMs: String(created === undefined ? 0 : Date.parse(created)),
      timeUploadedMs: String(pushed.getTime()),
    };
  }
  const child = content
    .repositories()
    .filter((name) => name.startsWith(`${repo}/`))
    .map((name) => name.slice(repo.length + 1).split('/')[0] ?? '');
  return {
    style: 'link',
    here: call.url.pathname + call.url.search,
    next: undefined,
    rows: names,
    render: (rows) => json({ child: [...new Set(child)], manifest, name: call.repo, tags: rows }),
    invent: (tag) => tag,
  };
}
