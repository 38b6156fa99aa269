/** What people add to a generated library: HCP tags on images and repositories, and decisions about images. */
import { sql } from 'kysely';
import type { Db } from '../../packages/store/src/database.ts';
import { NOW } from './generate.ts';

const AT = sql`${NOW.toISOString()}::timestamptz`;

/** Name, images, repositories. One on the largest repository too: a fifth of all tags. */
const HCP_TAGS: readonly (readonly [string, number, number])[] = [
  ['few', 300, 5],
  ['many', 20_000, 100],
  ['images', 3_000, 0],
  ['repositories', 0, 400],
];

/** State and number of images, in the order of their digests, which is none. */
const DECISIONS: readonly (readonly [string, number])[] = [
  ['approved', 60_000],
  ['deprecated', 2_000],
  ['revoked', 500],
];

/** @param largest the id of the repository with a fifth of all tags, which carries `many` */
export async function peopleAdd(db: Db, largest: string): Promise<void> {
  for (const [at, [name, images, repositories]] of HCP_TAGS.entries()) {
    const id = `00000000-0000-4000-8000-0000000000a${at}`;
    await sql`insert into hcp_tags (id, name, color, created_by, created_at, updated_by, updated_at)
      values (${id}, ${name}, 'blue', 'bench', ${AT}, 'bench', ${AT})`.execute(db);
    await sql`insert into hcp_tag_images (digest, hcp_tag_id, created_by, created_at)
      select digest, ${id}, 'bench', ${AT} from images order by digest desc limit ${images}`.execute(db);
    await sql`insert into hcp_tag_repositories (repository_id, hcp_tag_id, created_by, created_at)
      select id, ${id}, 'bench', ${AT} from repositories where id <> ${largest} order by md5(name) limit ${repositories}`.execute(
      db,
    );
    if (name !== 'many') continue;
    await sql`insert into hcp_tag_repositories (repository_id, hcp_tag_id, created_by, created_at)
      values (${largest}, ${id}, 'bench', ${AT})`.execute(db);
  }
  let decided = 0;
  for (const [state, images] of DECISIONS) {
    await sql`with chosen as (select digest from images order by digest limit ${images} offset ${decided}),
      made as (insert into decisions (digest, state, previous_state, reason, actor, actor_kind, at)
        select digest, ${state}, 'pending', 'bench', 'bench', 'person', ${AT} from chosen returning id, digest)
      insert into image_states (digest, state, decision_id, decided_at) select digest, ${state}, id, ${AT} from made`.execute(
      db,
    );
    decided += images;
  }
  for (const table of ['hcp_tag_images', 'hcp_tag_repositories', 'image_states', 'decisions', 'decided_tags']) {
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db);
  }
}
