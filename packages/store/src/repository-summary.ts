/** What a repository's row says about its tags, so that lists of repositories never count tags. */
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { modelKeysOf, summariseModels } from './model-summary.ts';
import { countProfiles } from './tag-profiles.ts';

/**
 * Recomputes the summaries of some repositories, and of the models in them, inside the caller's transaction.
 *
 * The newest tag is the highest exact release, else the highest pre-release, else floating, else text: the order of the
 * library's newestTag, whose sort keys begin with 2 for exact versions.
 */
export async function summarise(trx: Db, repositoryIds: readonly string[]): Promise<void> {
  await countProfiles(trx, repositoryIds);
  await sql`
    update repositories r set
      tag_count = coalesce(s.tags, 0), missing_count = coalesce(s.missing, 0), findings = coalesce(s.findings, 0),
      postgres_count = coalesce(s.postgres, 0), model_count = coalesce(s.models, 0),
      engines = coalesce(s.engines, '{}'), majors = coalesce(s.majors, '{}'),
      counted = false, kind = coalesce(r.declared_kind, s.kind, r.kind), newest_tag = n.name, newest_tag_at = n.effective_at
    from repositories self
    left join lateral (
      select count(*)::int as tags, (count(*) filter (where t.presence = 'missing'))::int as missing,
        sum(t.findings)::int as findings, (count(*) filter (where t.kind = 'postgres'))::int as postgres,
        (count(*) filter (where t.kind = 'model'))::int as models, mode() within group (order by t.kind) as kind,
        array_agg(distinct t.engine) filter (where t.engine is not null) as engines,
        array_agg(distinct t.major) filter (where t.major is not null and not t.floating) as majors
      from tags t where t.repository_id = self.id and t.presence <> 'retired'
    ) s on true
    left join lateral (
      (select t.name, t.effective_at from tags t
        where t.repository_id = self.id and t.presence <> 'retired' and t.sort_key >= '2'
          and t.version ->> 'prerelease' is null
        order by t.sort_key desc, t.name desc limit 1)
      union all
      (select t.name, t.effective_at from tags t where t.repository_id = self.id and t.presence <> 'retired'
        order by t.sort_key desc, t.name desc limit 1)
      limit 1
    ) n on true
    where r.id = self.id and self.id = any(${repositoryIds}::uuid[])`.execute(trx);
  await summariseModels(trx, await modelKeysOf(trx, repositoryIds));
}
