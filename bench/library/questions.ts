/** What is asked: classes of questions with several variants each, and the same in plain SQL where it can be said by hand. */
import { RepositoryQuery, TagFacetsQuery, TagQuery } from '@pharos/contract';
import type { Store } from '@pharos/store';
import { type RawBuilder, sql } from 'kysely';
import { NOW } from './generate.ts';

export interface Question {
  /** Key below `library.`. */
  readonly name: string;
  readonly asks: readonly Ask[];
}

export interface Ask {
  readonly text: string;
  ask(store: Store): Promise<unknown>;
  /** The page alone, as somebody who knows the tables would write it. */
  readonly plain: RawBuilder<unknown> | null;
}

const ALIVE = sql`t.presence <> 'retired'`;

type Sort = TagQuery['sort'];

const COLUMN: Record<string, RawBuilder<unknown>> = {
  version: sql`t.sort_key`,
  created: sql`t.effective_at`,
  pushed: sql`coalesce(t.pushed_at, timestamptz '1970-01-01 00:00:00+00')`,
  seen: sql`t.first_seen_at`,
  name: sql`t.name`,
};

function page(where: RawBuilder<unknown>, sort: Sort): RawBuilder<unknown> {
  const column = COLUMN[sort.replace('-', '')]!;
  const direction = sort.startsWith('-') ? sql`desc` : sql`asc`;
  return sql`select t.*, r.name as repository, g.name as registry from tags t join repositories r on r.id = t.repository_id
    join registries g on g.id = r.registry_id where ${where} and ${ALIVE} order by ${column} ${direction} limit 51`;
}

function tags(q: string, sort: Sort, where: RawBuilder<unknown> | null): Ask {
  const query = TagQuery.parse({ q, sort });
  return {
    text: `${q} ${sort}`,
    ask: (store) => store.tags.list(query, NOW),
    plain: where === null ? null : page(where, sort),
  };
}

function inRepository(id: string, q: string, sort: Sort, where: RawBuilder<unknown>): Ask {
  const query = { q, sort, limit: 50, presence: 'present' as const };
  return {
    text: `in the largest: ${q} ${sort}`,
    ask: (store) => store.tags.ofRepository(id, query, NOW),
    plain: page(sql`t.repository_id = ${id} and ${where}`, sort),
  };
}

function facets(q: string, plain: RawBuilder<unknown> | null): Ask {
  const query = TagFacetsQuery.parse({ q });
  return { text: q, ask: (store) => store.tags.facets(query, NOW), plain };
}

const carries = (name: string) => sql`(t.digest in (
    select x.digest from hcp_tag_images x join hcp_tags h on h.id = x.hcp_tag_id where h.name = ${name})
  or t.repository_id in (
    select x.repository_id from hcp_tag_repositories x join hcp_tags h on h.id = x.hcp_tag_id where h.name = ${name}))`;
const decided = (state: string) => sql`t.digest in (select s.digest from image_states s where s.state = ${state})`;

const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString();
const SORTS: readonly Sort[] = [
  '-seen',
  '-version',
  '-created',
  '-pushed',
  'name',
  'seen',
  'version',
  'created',
  'pushed',
  '-name',
];
const SOME: readonly Sort[] = ['-seen', '-version', '-created', 'name'];

const by = (sorts: readonly Sort[], asked: readonly (readonly [string, RawBuilder<unknown> | null])[]): Ask[] =>
  sorts.flatMap((sort) => asked.map(([q, where]) => tags(q, sort, where)));

/** `largest`: the id of the repository with a fifth of all tags; `digest`: one that exists. */
export function questions(largest: string, digest: string): Question[] {
  const repositories = (q: string, sort = 'name'): Ask => ({
    text: `${q} ${sort}`,
    ask: (store) => store.repositories.list(RepositoryQuery.parse({ q, sort }), { now: NOW }),
    plain: null,
  });
  return [
    { name: 'list', asks: by(SORTS, [['', sql`true`]]) },
    {
      name: 'filter.one',
      asks: by(SORTS, [
        ['engine:epas', sql`t.engine = 'epas'`],
        ['kind:model', sql`t.kind = 'model'`],
        ['platform:linux/s390x', sql`'linux/s390x' = any(t.platforms)`],
        ['extension:postgis', sql`'postgis' = any(t.extension_names)`],
        ['location:lab', sql`g.location_id = 'lab'`],
        ['signed:yes', sql`t.signed`],
        ['signed:verified', sql`t.profile_id in (select id from tag_profiles where verified)`],
      ]),
    },
    {
      name: 'filter.several',
      asks: by(SORTS, [
        [
          'engine:epas major:17 extension:vector platform:linux/arm64',
          sql`t.engine = 'epas' and t.major = 17 and 'vector' = any(t.extension_names) and 'linux/arm64' = any(t.platforms)`,
        ],
        // The oldest line: its tags are last in every order by time.
        ['engine:pge major:11', sql`t.engine = 'pge' and t.major = 11`],
        [
          'major:>=16 -flavour:full registry:vendor',
          sql`t.major >= 16 and t.flavour is distinct from 'full' and g.name = 'vendor'`,
        ],
        ['kind:postgres major:19', sql`t.kind = 'postgres' and t.major = 19`],
      ]),
    },
    {
      name: 'filter.repository',
      asks: [
        ...SORTS.flatMap((sort) => [
          inRepository(largest, '', sort, sql`true`),
          inRepository(largest, 'major:11', sort, sql`t.major = 11`),
          inRepository(
            largest,
            'major:17 extension:postgis platform:arm64',
            sort,
            sql`t.major = 17 and 'postgis' = any(t.extension_names)`,
          ),
        ]),
        ...by(SOME, [
          ['repository:payments/*', sql`r.name like 'payments/%'`],
          [
            'repository:*-17,*-18 kind:postgres',
            sql`(r.name like '%-17' or r.name like '%-18') and t.kind = 'postgres'`,
          ],
        ]),
      ],
    },
    {
      name: 'filter.people',
      asks: by(SOME, [
        ...['few', 'many', 'images', 'repositories'].map((name) => [`hcp:${name}`, carries(name)] as const),
        ['hcp:few,images engine:epas', sql`(${carries('few')} or ${carries('images')}) and t.engine = 'epas'`],
        ['-hcp:many', sql`not (${carries('many')})`],
        ['state:approved', decided('approved')],
        ['state:revoked', decided('revoked')],
        ['state:pending', sql`not exists (select from image_states s where s.digest = t.digest)`],
        ['state:approved engine:epas major:>=16', sql`${decided('approved')} and t.engine = 'epas' and t.major >= 16`],
      ]),
    },
    {
      name: 'filter.range',
      asks: by(SOME, [
        ['age:<7d', sql`t.effective_at > ${daysAgo(7)}`],
        ['age:>3y engine:epas', sql`t.effective_at < ${daysAgo(1095)} and t.engine = 'epas'`],
        ['version:17.4', sql`t.major = 17 and t.version ->> 'minor' = '4'`],
        ['version:>=16.5 engine:epas', sql`t.engine = 'epas' and t.sort_key >= '20216015'`],
        ['size:>10GiB', sql`t.size > 10737418240`],
        ['created:2026-03', sql`t.effective_at >= '2026-03-01' and t.effective_at < '2026-04-01'`],
        ['presence:missing', sql`t.presence = 'missing'`],
      ]),
    },
    {
      name: 'search.word',
      asks: by(SOME, [
        ['full', sql`t.name ilike '%full%'`],
        ['alpine', sql`t.name ilike '%alpine%'`],
        ['17.4-26', sql`t.name ilike '%17.4-26%'`],
        ['zzz', sql`t.name ilike '%zzz%'`],
        ['trixie engine:epas major:18', sql`t.name ilike '%trixie%' and t.engine = 'epas' and t.major = 18`],
        ['tag:latest', sql`t.name = 'latest'`],
        ['tag:17.*', sql`t.name like '17.%'`],
      ]),
    },
    {
      name: 'search.shortWord',
      asks: by(SOME, [
        ['17', sql`t.name ilike '%17%'`],
        ['al', sql`t.name ilike '%al%'`],
        ['la', sql`t.name ilike '%la%'`],
        ['zq', sql`t.name ilike '%zq%'`],
      ]),
    },
    {
      name: 'search.digest',
      asks: by(SOME, [
        [digest.slice(0, 20), sql`t.digest like ${`${digest.slice(0, 20)}%`}`],
        [digest.slice(7, 16), sql`t.digest like ${`${digest.slice(0, 16)}%`}`],
      ]),
    },
    {
      name: 'search.label',
      asks: by(SOME, [
        [
          `label:org.opencontainers.image.revision=${digest.slice(7, 47)}`,
          sql`t.digest in (select digest from images where observation -> 'labels' @> ${JSON.stringify({ 'org.opencontainers.image.revision': digest.slice(7, 47) })}::jsonb)`,
        ],
        [
          'label:vendor=EDB',
          sql`exists (select from images i where i.digest = t.digest and i.observation -> 'labels' ->> 'vendor' = 'EDB')`,
        ],
      ]),
    },
    {
      name: 'facets',
      asks: [
        facets('', sql`select engine, count(*) from tags t where ${ALIVE} group by 1`),
        facets(
          'engine:epas major:17',
          sql`select engine, count(*) from tags t where t.major = 17 and ${ALIVE} group by 1`,
        ),
        facets('kind:postgres extension:vector platform:arm64', null),
        facets('repository:payments/*', null),
        facets('age:<30d', null),
        facets('full', sql`select engine, count(*) from tags t where t.name ilike '%full%' and ${ALIVE} group by 1`),
        facets('trixie engine:epas', null),
        facets('zzz', null),
        facets('hcp:few', null),
        facets('state:approved full', null),
        facets('state:approved age:<30d', null),
      ],
    },
    {
      name: 'repositories',
      asks: [
        ...['name', '-updated', '-tags', 'kind', 'description'].map((sort) => repositories('', sort)),
        repositories('postgres'),
        repositories('extension:vector platform:arm64', '-tags'),
        repositories('engine:epas -major:11', '-updated'),
        repositories('registry:vendor kind:model'),
        ...['state:approved', '-state:approved', 'state:pending', 'hcp:many'].map((q) => repositories(q)),
      ],
    },
    {
      name: 'completions',
      asks: ['', 'en', 'engine:', 'extension:v', 'pgvector', 'repository:pay', 'engine:epas flav'].map((q) => ({
        text: q,
        ask: (store: Store) => store.tags.completions({ q, of: 'tags' }),
        plain: null,
      })),
    },
  ];
}
