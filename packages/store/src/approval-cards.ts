/** Images of the queue as approvers see them at a glance: a few questions for a page, not for each image. */
import type { ApprovalItem, ApprovalRequest, Platform } from '@pharos/contract';
import { mayHoldSbom, summariseVerification } from '@pharos/library';
import { sql } from 'kysely';
import { LINE_OF_TAG, newestApproved } from './approval-newer.ts';
import { type Db, iso } from './database.ts';
import { shown as evidenceOfSubjects } from './evidence.ts';
import { referrersOf } from './referrers.ts';
import { TAG_COLUMNS, type TagRow, tagOf } from './tag-row.ts';

export type Card = Omit<ApprovalItem, 'why'>;

interface CardRow extends TagRow {
  places: number;
  shown_platforms: Platform[] | null;
  is_listed: boolean | null;
  predecessor: Card['predecessor'];
  assignee: string | null;
  comments: number;
}

export interface RequestRow {
  id: number;
  digest: string;
  requested_by: string;
  reason: string;
  at: Date;
  state: ApprovalRequest['state'];
}

const PREDECESSOR = sql`jsonb_build_object('digest', b.digest, 'name', b.name, 'isOlder', b.sort_key < t.sort_key)`;

/** By digest; images that stand nowhere have none. */
export async function cardsOf(db: Db, digests: readonly string[], now: Date): Promise<Map<string, Card>> {
  if (digests.length === 0) return new Map();
  // First which tag stands for each image, then everything else of these tags alone.
  const found = await sql<CardRow>`
    with page as materialized (
      select h.* from unnest(${[...digests]}::text[]) as d(digest)
      cross join lateral (
        select f.repository_id, f.name from tags f where f.digest = d.digest collate "C" and f.presence <> 'retired'
        order by f.presence desc, f.sort_key desc, f.repository_id, f.name limit 1) h)
    select ${TAG_COLUMNS}, (select count(*)::int from tags c where c.digest = t.digest and c.presence <> 'retired') as places,
      (select i.observation -> 'platforms' from images i where i.digest = t.digest) as shown_platforms,
      (select i.packages is not null from images i where i.digest = t.digest) as is_listed,
      (${newestApproved(LINE_OF_TAG, PREDECESSOR, now, sql`b.digest <> t.digest`)}) as predecessor,
      (select u.name from approval_assignees a join public.users u on u.id = a.user_id where a.digest = t.digest) as assignee,
      (select count(*)::int from approval_comments c where c.digest = t.digest) as comments
    from page h join tags t on t.repository_id = h.repository_id and t.name = h.name
    join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id`.execute(db);
  const subjects = found.rows.flatMap((row) => [row.digest, ...(row.shown_platforms ?? []).map((one) => one.digest)]);
  const evidence = await evidenceOfSubjects(db, [...new Set(subjects)], undefined, 50 * digests.length + 200);
  const referrers = await referrersOf(db, [...new Set(subjects)]);
  const requests = await sql<RequestRow>`select * from approval_requests
    where state = 'open' and digest = any(${[...digests]}::text[]) order by id`.execute(db);
  const open = Map.groupBy(requests.rows, (row) => row.digest);
  return new Map(
    found.rows.map((row) => {
      const platforms = row.shown_platforms ?? [];
      const own = new Set([row.digest, ...platforms.map((one) => one.digest)]);
      const hangs = [
        ...referrers.filter(({ subject }) => subject !== null && own.has(subject)),
        ...row.attached.filter((type) => type === null).map(() => BY_TAG),
      ];
      const verification = summariseVerification({
        digest: row.digest,
        platforms,
        evidence: evidence.filter(({ subject }) => own.has(subject)),
        referrers: hangs,
        now,
      });
      const tag = tagOf(row, now);
      const card: Card = {
        digest: row.digest,
        state: tag.state,
        tag,
        places: row.places,
        verification,
        sbom: row.is_listed === true ? 'read' : hangs.some(mayHoldSbom) ? 'attached' : 'none',
        predecessor: row.predecessor,
        requests: (open.get(row.digest) ?? []).map(requestOf),
        assignee: row.assignee,
        comments: row.comments,
      };
      return [row.digest, card] as const;
    }),
  );
}

/** A signature that only its tag tells of (`sha256-….sig`). */
const BY_TAG = { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', subject: null };

export function requestOf({ id, requested_by, reason, at, state }: RequestRow): ApprovalRequest {
  return { id, requestedBy: requested_by, reason, at: iso(at), state };
}
