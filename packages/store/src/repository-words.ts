/** What people write about a repository: its description and its README. A rule's description stands in for a missing one. */
import type { RepositoryDetail, RepositoryPatch } from '@pharos/contract';
import { activityDraft } from '@pharos/library';
import { sql } from 'kysely';
import { tell } from './activity.ts';
import { type Db, first, iso } from './database.ts';
import { StoreError } from './errors.ts';
import type { By } from './hcp-tag-changes.ts';

interface WordsRow {
  name: string;
  registry_id: string;
  registry: string;
  readme_revision: number;
  readme_by: string | null;
  readme_at: Date | null;
  description_revision: number;
  description_by: string | null;
  description_at: Date | null;
}

/**
 * Writes what the patch holds. False: no such repository. Throws `conflict` when somebody wrote after the revision that
 * the patch names; nothing is changed then.
 */
export function writeWords(db: Db, id: string, patch: RepositoryPatch, by: By): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const row = await first(
      sql<WordsRow>`select r.name, r.registry_id, g.name as registry, r.readme_revision, r.readme_by, r.readme_at,
          r.description_revision, r.description_by, r.description_at
        from repositories r join registries g on g.id = r.registry_id where r.id = ${id} for no key update of r`,
      trx,
    );
    if (row === null) return false;
    if (patch.readme !== undefined) {
      refuseOlder('README', patch.readmeRevision, row.readme_revision, row.readme_by, row.readme_at);
      await sql`update repositories set readme = ${patch.readme}, readme_revision = readme_revision + 1,
        readme_by = ${by.name}, readme_at = ${iso(by.now)} where id = ${id}`.execute(trx);
      const { name, registry_id, registry } = row;
      const words = `The README of ${name} was ${patch.readme === null ? 'removed' : 'changed'}`;
      const place = { registryId: registry_id, registry, repositoryId: id, repository: name };
      await tell(trx, [activityDraft('repository.readme-changed', words, place)], by.now);
    }
    if (patch.description !== undefined) {
      const { description } = patch;
      refuseOlder(
        'description',
        patch.descriptionRevision,
        row.description_revision,
        row.description_by,
        row.description_at,
      );
      await sql`update repositories set own_description = ${description},
        description = coalesce(${description}::text, rule_description),
        description_revision = description_revision + 1, description_by = ${by.name}, description_at = ${iso(by.now)}
        where id = ${id}`.execute(trx);
    }
    return true;
  });
}

function refuseOlder(what: string, seen: number | undefined, now: number, by: string | null, at: Date | null): void {
  if (seen === undefined || seen === now) return;
  throw new StoreError(
    'conflict',
    `The ${what} was changed by ${by ?? 'somebody'}${at === null ? '' : ` at ${iso(at)}`}, after you began.`,
    'Nothing was overwritten. Load the newest text, put both together, and save again.',
  );
}

const README_KEY = 'org.opencontainers.image.description';
const DOCUMENTATION_KEY = 'org.opencontainers.image.documentation';
const LONGEST_TEXT = 100_000;

/**
 * What the newest image says about itself (OCI image-spec, annotations.md): text to show where nobody wrote a README, and
 * an address, which nothing here fetches. Annotations come before labels.
 */
export async function statedReadme(db: Db, repositoryId: string): Promise<RepositoryDetail['statedReadme']> {
  const row = await first(
    sql<{ name: string; annotations: Record<string, string>; labels: Record<string, string> }>`
      select t.name, i.observation -> 'annotations' as annotations, i.observation -> 'labels' as labels
      from repositories r join tags t on t.repository_id = r.id and t.name = r.newest_tag
      join images i on i.digest = t.digest where r.id = ${repositoryId}`,
    db,
  );
  if (row === null) return null;
  const own = (pairs: Record<string, string>, key: string) => (Object.hasOwn(pairs, key) ? (pairs[key] ?? '') : '');
  const fromAnnotation = own(row.annotations, README_KEY).trim();
  const text = fromAnnotation || own(row.labels, README_KEY).trim();
  const address = own(row.annotations, DOCUMENTATION_KEY) || own(row.labels, DOCUMENTATION_KEY);
  const documentation = address.length <= 2000 && /^https?:\/\//i.test(address) && URL.canParse(address);
  if (text === '' && !documentation) return null;
  return {
    text: text === '' ? null : text.slice(0, LONGEST_TEXT),
    source: fromAnnotation === '' ? 'label' : 'annotation',
    key: README_KEY,
    tag: row.name,
    documentation: documentation ? address : null,
  };
}
