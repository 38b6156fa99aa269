/** What a tag pointed to at a time, from the stays of its digests. */
import type { TagAt } from '@pharos/contract';

/** A digest and the scans that saw the tag point to it first and last. Times: RFC 3339, UTC, milliseconds. */
export interface TagStay {
  readonly digest: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}

/** `stay`: the last one begun until then; null for `not-yet`. */
export interface TagThen {
  readonly answer: TagAt['answer'];
  readonly message: string;
}

/**
 * Says what is known of `time`. `stay` is the last stay begun at or before it, `next` the one after that; `isThere`: the tag
 * is present now. Between the last scan that saw a digest and the first that saw the next one the tag moved, nobody knows
 * when exactly; the library says so.
 */
export function tagThen(time: string, stay: TagStay | null, next: TagStay | null, isThere: boolean): TagThen {
  if (stay === null) {
    const since = next === null ? '' : ` It was first seen on ${minute(next.firstSeenAt)}.`;
    return { answer: 'not-yet', message: `The library had not seen the tag by then.${since}` };
  }
  if (time <= stay.lastSeenAt) {
    return { answer: 'known', message: 'Scans before and after that time saw the tag point to this digest.' };
  }
  if (next !== null) {
    return {
      answer: 'between',
      message: `The tag moved between ${minute(stay.lastSeenAt)} and ${minute(next.firstSeenAt)}; at that time it pointed to one of the two digests.`,
    };
  }
  if (isThere)
    return {
      answer: 'known',
      message: `The last scan, on ${minute(stay.lastSeenAt)}, saw the tag point to this digest.`,
    };
  return {
    answer: 'gone',
    message: `The tag was last seen on ${minute(stay.lastSeenAt)}; this is the digest it pointed to then.`,
  };
}

/** A time in a sentence. */
function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

/** A day alone means its end, so that "on 3 March" takes in what happened on that day; answers RFC 3339 in UTC. */
export function momentOf(time: string): string {
  return new Date(/^\d{4}-\d{2}-\d{2}$/.test(time) ? `${time}T23:59:59.999Z` : time).toISOString();
}
