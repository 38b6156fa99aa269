/** One image with all that an approver looks at. */
import type { ApprovalComment, ApprovalReview, ApprovalWhy, ImageTag } from '@pharos/contract';
import { type PeopleRule, peopleNeeded } from '@pharos/library';
import { sql } from 'kysely';
import { cardsOf, type RequestRow, requestOf } from './approval-cards.ts';
import { type Db, iso } from './database.ts';
import { standsOf } from './decision-checks.ts';

const MOST_TAGS = 100;
const MOST_REQUESTS = 100;
const MOST_COMMENTS = 200;

/** null: nothing points to such an image. */
export async function reviewOf(db: Db, digest: string, now: Date): Promise<Omit<ApprovalReview, 'refusal'> | null> {
  const card = (await cardsOf(db, [digest], now)).get(digest);
  if (card === undefined) return null;
  const tags = await sql<ImageTag>`
    select t.repository_id as "repositoryId", r.name as repository, r.registry_id as "registryId", g.name as registry,
      g.url as host, t.name, g.location_id as "locationId"
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where t.digest = ${digest} and t.presence <> 'retired' order by r.name, t.sort_key desc, t.name
    limit ${MOST_TAGS}`.execute(db);
  const requests = await sql<RequestRow>`select * from approval_requests where digest = ${digest}
    order by id desc limit ${MOST_REQUESTS}`.execute(db);
  const comments = await sql<Omit<ApprovalComment, 'at'> & { at: Date }>`select * from (
      select id, author, text, at from approval_comments where digest = ${digest} order by id desc limit ${MOST_COMMENTS}) c
    order by id`.execute(db);
  const rules = await sql<PeopleRule>`select pattern, people from approval_rules`.execute(db);
  const stands = await standsOf(db, digest);
  return {
    ...card,
    why: whyOf(card),
    tags: tags.rows,
    requests: requests.rows.map(requestOf),
    comments: comments.rows.map((row) => ({ ...row, at: iso(row.at) })),
    people: peopleNeeded(
      rules.rows,
      stands.map(({ repository }) => repository),
    ),
  };
}

function whyOf({
  requests,
  state,
  predecessor,
}: Pick<ApprovalReview, 'requests' | 'state' | 'predecessor'>): ApprovalWhy | null {
  if (requests.length > 0) return 'requested';
  if (state !== 'pending') return null;
  return predecessor?.isOlder ? 'newer' : 'waiting';
}
