/** Sorts what a sender tells into what the library can act on, and the rest with the reason why not. */
import { createHash } from 'node:crypto';
import { RECEIVER_KINDS, RepositoryName, TagName } from '@pharos/contract';
import type { NewDelivery, ReceiverTarget, Store } from '@pharos/store';
import type { ReplayGuard } from './replay.ts';
import { type Incoming, type Notice, nothing, type Reading } from './source.ts';
import { SOURCES } from './sources.ts';

const DAY_MS = 24 * 60 * 60_000;
const SAME_BODY_MS = 5 * 60_000;
/** Rows that one request may write; what is beyond is found by the next scan. */
const MAX_ROWS = 50;
const MAX_TEXT = 255;

/** Reads a body whose sender is proved. What cannot be read is something that happened, too: the sender gets no error for it. */
export function readBody(target: ReceiverTarget, incoming: Incoming): Reading {
  let document: unknown;
  try {
    document = JSON.parse(incoming.body.toString('utf8'));
  } catch {
    return { notices: [nothing('unknown', 'The body is not JSON.')] };
  }
  const reading = SOURCES[target.source].read(document, incoming, target.registryUrl);
  if (reading !== null) return reading;
  const { name } = RECEIVER_KINDS[target.source];
  return { notices: [nothing('unknown', `The body does not have the form that ${name} sends.`)] };
}

/** Marks what came before. Answers the keys that were claimed, to be released when storing fails. */
export function withoutReplays(
  guard: ReplayGuard,
  target: ReceiverTarget,
  { notices, body }: { notices: readonly Notice[]; body: Buffer },
): { notices: Notice[]; claimed: string[] } {
  const sameBody = `${target.id} body ${createHash('sha256').update(body).digest('base64')}`;
  const { saysTheSameTwice } = SOURCES[target.source];
  // Several notices of one request may share an id: the request claims it, not each of them.
  const isFirst = new Map<string, boolean>();
  const sorted = notices.map((notice) => {
    if (notice.id === null && saysTheSameTwice) return notice;
    const key = notice.id === null ? sameBody : `${target.id} id ${notice.id}`;
    if (!isFirst.has(key)) isFirst.set(key, guard.claim(key, notice.id === null ? SAME_BODY_MS : DAY_MS));
    return notice.ignored === null && !isFirst.get(key)
      ? { ...notice, ignored: 'It came before and was taken then.' }
      : notice;
  });
  return { notices: sorted, claimed: [...isFirst].filter(([, first]) => first).map(([key]) => key) };
}

/** Matches notices with repositories of the registry and groups them: one row for each repository or reason. */
export async function toDeliveries(
  store: Pick<Store, 'repositories'>,
  target: ReceiverTarget,
  notices: readonly Notice[],
): Promise<NewDelivery[]> {
  const rows = new Map<string, NewDelivery>();
  const known = new Map<string, { id: string; name: string } | null>();
  let left = 0;
  for (const notice of notices) {
    const names = namesHere(notice.names, target.registryUrl);
    const isTag = notice.tag !== null && TagName.safeParse(notice.tag).success;
    let ignored = notice.ignored;
    if (ignored === null && !isTag) ignored = 'It names no tag that a registry can hold.';
    let found: { id: string; name: string } | null = null;
    if (ignored === null) {
      const asked = names.join('\n');
      if (!known.has(asked) && known.size >= MAX_ROWS) {
        left += 1;
        continue;
      }
      if (!known.has(asked)) known.set(asked, await store.repositories.byName(target.registryId, names));
      found = known.get(asked) ?? null;
      if (found === null) ignored = 'It is not a repository of this library.';
    }
    const repository = found?.name ?? notice.names[0]?.slice(0, MAX_TEXT) ?? null;
    const key = found ? `queued ${found.id}` : `ignored ${repository} ${ignored}`;
    const row = rows.get(key);
    const tags = notice.tag === null ? [] : [notice.tag.slice(0, MAX_TEXT)];
    if (row) rows.set(key, { ...row, tags: [...new Set([...row.tags, ...tags])] });
    else if (rows.size >= MAX_ROWS) left += 1;
    else {
      rows.set(key, {
        event: notice.event.slice(0, MAX_TEXT),
        repository,
        repositoryId: found?.id ?? null,
        tags,
        outcome: ignored === null ? 'queued' : 'ignored',
        message: ignored ?? 'It waits to be read.',
      });
    }
  }
  const deliveries = [...rows.values()];
  if (left > 0) deliveries.push(tooMany(left));
  return deliveries;
}

function tooMany(left: number): NewDelivery {
  const message = `${left} more things in one notification; the next scan finds what they mean.`;
  return { event: 'more', repository: null, repositoryId: null, tags: [], outcome: 'ignored', message };
}

/** Names that a repository of the registry could have: senders name it with the registry's path before it, or without. */
function namesHere(names: readonly string[], registryUrl: string): string[] {
  const prefix = registryUrl.split('/').slice(1).join('/');
  const here = names.flatMap((name) =>
    prefix !== '' && name.startsWith(`${prefix}/`) ? [name.slice(prefix.length + 1), name] : [name],
  );
  return [...new Set(here)].filter((name) => RepositoryName.safeParse(name).success);
}
