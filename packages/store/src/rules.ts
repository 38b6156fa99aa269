/** Repository Rules of both sources. */
import { randomUUID } from 'node:crypto';
import { clausesOf, type Kind, RULE_CLAUSES, type Rule, type RuleClauses } from '@pharos/contract';
import { activityDraft, type CompiledRule, compileRule, takesByName } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { tell } from './activity.ts';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso, json } from './database.ts';
import { StoreError } from './errors.ts';
import { releaseUngoverned } from './release.ts';
import type { Rules } from './rule-port.ts';

interface RuleRow {
  id: string;
  name: string;
  enabled: boolean;
  registry_id: string | null;
  location_id: string | null;
  kind: Kind | null;
  description: string;
  repositories: Rule['repositories'];
  tags: Rule['tags'];
  clauses: RuleClauses;
  source: Rule['source'];
  created_at: Date;
  updated_at: Date;
  repository_count: number;
  tag_count: number;
  requests: number;
}

const COLUMNS: RawBuilder<RuleRow> = sql`
  u.id, u.name, u.enabled, u.registry_id, u.location_id, u.kind, u.description, u.repositories, u.tags, u.clauses,
  u.source,
  u.created_at, u.updated_at, coalesce(held.repositories, 0) as repository_count, coalesce(held.tags, 0) as tag_count,
  (select coalesce(sum(q.requests), 0)::bigint from rule_requests q
    where q.rule_id = u.id and q.hour > now() - interval '24 hours') as requests`;

const HELD = sql`left join lateral (
    select count(*) as repositories, sum(r.tag_count)::bigint as tags
    from rule_repositories l join repositories r on r.id = l.repository_id
    where l.rule_id = u.id and not r.released
  ) held on true`;

const BY_NAME: Order<RuleRow> = {
  name: 'rules',
  descending: false,
  keys: [
    { column: sql`u.name`, type: 'text', read: (row) => row.name },
    { column: sql`u.id`, type: 'id', read: (row) => row.id },
  ],
};

export function rulesOf(db: Db): Rules {
  return {
    list: async ({ limit, cursor, q, registryId }) => {
      const filter: RawBuilder<unknown>[] = [];
      if (q) filter.push(sql`(u.name ilike ${containing(q)} or u.description ilike ${containing(q)})`);
      if (registryId !== undefined) filter.push(appliesTo(registryId));
      const where = allOf(cursor === undefined ? filter : [...filter, after(BY_NAME, cursor)]);
      const found = await sql<RuleRow>`select ${COLUMNS} from rules u ${HELD}
        where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map(ruleOf), next, ...(await countUpTo(db, sql`from rules u where ${allOf(filter)}`)) };
    },

    get: (id) => ruleById(db, id),

    create: (spec, now) =>
      db.transaction().execute(async (trx) => {
        const id = randomUUID();
        noteAudit({ subject: id });
        await sql`insert into rules (id, name, enabled, registry_id, kind, description, repositories, tags, clauses, source,
          created_at, updated_at)
        values (${id}, ${spec.name}, ${spec.enabled}, ${spec.registryId}, ${spec.kind}, ${spec.description},
          ${json(spec.repositories)}, ${json(spec.tags)}, ${json(clausesOf(spec))}, 'ui', ${iso(now)}, ${iso(now)})`.execute(
          trx,
        );
        await tellRule(trx, 'rule.created', { ...spec, id }, now);
        return (await ruleById(trx, id))!;
      }),

    update: (id, patch, now) =>
      db.transaction().execute(async (trx) => {
        if (!(await isWritable(trx, id))) return null;
        const settings = [sql`updated_at = ${iso(now)}`];
        if (patch.name !== undefined) settings.push(sql`name = ${patch.name}`);
        if (patch.enabled !== undefined) settings.push(sql`enabled = ${patch.enabled}`);
        if (patch.registryId !== undefined) settings.push(sql`registry_id = ${patch.registryId}`);
        if (patch.kind !== undefined) settings.push(sql`kind = ${patch.kind}`);
        if (patch.description !== undefined) settings.push(sql`description = ${patch.description}`);
        if (patch.repositories !== undefined) settings.push(sql`repositories = ${json(patch.repositories)}`);
        if (patch.tags !== undefined) settings.push(sql`tags = ${json(patch.tags)}`);
        const said = RULE_CLAUSES.filter((key) => patch[key] !== undefined);
        if (said.length > 0) {
          settings.push(sql`clauses = (clauses - ${[...said]}::text[]) || ${json(clausesOf(patch))}`);
        }
        await sql`update rules set ${sql.join(settings)} where id = ${id}`.execute(trx);
        await releaseUngoverned(trx, now);
        const rule = await ruleById(trx, id);
        if (rule !== null) await tellRule(trx, 'rule.changed', rule, now);
        return rule;
      }),

    remove: (id) =>
      db.transaction().execute(async (trx) => {
        if (!(await isWritable(trx, id))) return false;
        await tellRule(trx, 'rule.removed', (await ruleById(trx, id))!, new Date());
        await sql`delete from rules where id = ${id}`.execute(trx);
        await releaseUngoverned(trx, new Date());
        return true;
      }),

    ofLocation: async (locationId) => {
      const found = await sql<RuleRow>`select ${COLUMNS} from rules u ${HELD}
        where u.enabled and u.source = 'ui' and (u.registry_id is null
          or exists (select from registries g where g.id = u.registry_id and g.location_id = ${locationId}))
        order by u.position`.execute(db);
      return found.rows.map(ruleOf);
    },

    ofRegistry: (registryId) => rulesOfRegistry(db, registryId),
  };
}

/** Enabled rules of both sources that have a say in a registry, in the order in which they were made. */
export async function rulesOfRegistry(db: Db, registryId: string): Promise<Rule[]> {
  const found = await sql<RuleRow>`select ${COLUMNS} from rules u ${HELD}
    where u.enabled and ${appliesTo(registryId)} order by u.position`.execute(db);
  return found.rows.map(ruleOf);
}

/** These rules, ready to run. */
export async function compiledRules(db: Db, ids: readonly string[]): Promise<CompiledRule[]> {
  const found = await sql<RuleRow>`select ${COLUMNS} from rules u ${HELD} where u.id = any(${[...ids]}::uuid[])
      order by u.position`.execute(db);
  return compilable(found.rows.map(ruleOf));
}

/** Stored rules made ready to run; one that cannot be run is left out. */
export function compilable(rules: readonly Rule[]): CompiledRule[] {
  return rules.flatMap((rule) => {
    try {
      return compileRule(rule);
    } catch {
      // A pattern that an older version accepted: the rules' own page says what is wrong with it.
      return [];
    }
  });
}

/** Whether one of these rules takes a tag of the repository, by its name. */
export async function keepsOf(db: Db, repository: string, ids: readonly string[]): Promise<(tag: string) => boolean> {
  const rules = await compiledRules(db, ids);
  return (tag) => rules.some((rule) => takesByName(rule, repository, tag));
}

/** A rule of a file without a registry is for every registry of the file's location. */
function appliesTo(registryId: string): RawBuilder<unknown> {
  return sql`(u.registry_id = ${registryId} or (u.registry_id is null and (u.location_id is null
    or u.location_id = (select g.location_id from registries g where g.id = ${registryId}))))`;
}

async function isWritable(trx: Db, id: string): Promise<boolean> {
  const row = await first(sql<RuleRow>`select u.* from rules u where u.id = ${id} for update`, trx);
  if (row?.source !== 'file') return row !== null;
  throw new StoreError(
    'read-only-source',
    `The rule "${row.name}" comes from an agent's file.`,
    'Change it in beacon_agent.yaml; the agent sends it again.',
  );
}

const RULE_WORDS = {
  'rule.created': 'was made',
  'rule.changed': 'was changed',
  'rule.removed': 'was deleted',
} as const;

async function tellRule(
  trx: Db,
  type: keyof typeof RULE_WORDS,
  rule: Pick<Rule, 'id' | 'name' | 'registryId'>,
  now: Date,
): Promise<void> {
  const { id, name, registryId } = rule;
  const draft = activityDraft(type, `The rule "${name}" ${RULE_WORDS[type]}`, { registryId, subjectId: id });
  await tell(trx, [draft], now);
}

async function ruleById(db: Db, id: string): Promise<Rule | null> {
  const row = await first(sql<RuleRow>`select ${COLUMNS} from rules u ${HELD} where u.id = ${id}`, db);
  return row && ruleOf(row);
}

function ruleOf(row: RuleRow): Rule {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled,
    registryId: row.registry_id,
    kind: row.kind,
    description: row.description,
    repositories: row.repositories,
    tags: row.tags,
    ...row.clauses,
    source: row.source,
    locationId: row.location_id,
    repositoryCount: row.repository_count,
    tagCount: row.tag_count,
    requests24h: row.requests,
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  };
}
