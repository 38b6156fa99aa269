/** What each product that sends notifications has to say of itself: how it proves that it is it, and where its hints stand. */
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came: nothing of it is believed yet. */
export interface Incoming {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One thing that happened, as its sender tells it. */
export interface Notice {
  /** The sender's id of it, to know a repetition; null: it has none. */
  readonly id: string | null;
  /** The sender's word for it. */
  readonly event: string;
  /** What the repository may be called here, the likeliest name first. */
  readonly names: readonly string[];
  readonly tag: string | null;
  /** Why nothing follows from it; null: something may. */
  readonly ignored: string | null;
}

/** A body read. */
export interface Reading {
  readonly notices: readonly Notice[];
  /** Answer to Azure Event Grid, which asks whether this address wants its events. */
  readonly validationResponse?: string;
}

/** A product. */
export interface Source {
  /** Whether header or signature show that the sender has the secret. Never throws; compares in constant time. */
  proves(incoming: Incoming, secret: string): boolean;
  /** Whether an address that holds the secret is proof enough. */
  readonly takesSecretAddress: boolean;
  /** Two pushes of one tag look alike, to the byte: the second must not be taken for the first sent again. */
  readonly saysTheSameTwice?: true;
  /** Draws the hints from a JSON document. null: it has not the form this product sends. */
  read(document: unknown, incoming: Incoming, registryUrl: string): Reading | null;
}

/** Never proved by header or signature: these senders can send neither. */
export const BY_ADDRESS = { takesSecretAddress: true, proves: () => false } as const;

/** A hint at a tag; without one it leads to nothing, which is no fault of the sender. */
export function hint(
  event: string,
  names: readonly string[],
  tag: string | null | undefined,
  id: string | null = null,
) {
  const isNamed = tag !== null && tag !== undefined && tag !== '' && !isDigest(tag);
  return { id, event, names, tag: isNamed ? tag : null, ignored: isNamed ? null : 'It names no tag.' } satisfies Notice;
}

/** Something that no reading follows from. */
export function nothing(event: string, why: string, id: string | null = null, names: readonly string[] = []): Notice {
  return { id, event, names, tag: null, ignored: why };
}

export const NO_PUSH = 'It is no push.';

export function isDigest(text: string): boolean {
  return /^sha(?:256|512):/.test(text);
}

/** The one value of a header. */
export function header(incoming: Incoming, name: string): string | null {
  const value = incoming.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
