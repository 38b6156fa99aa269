/**
 * The statement inside of a sigstore bundle, or of the bare envelope that cosign 2 attaches. Whether its signature is good is not asked
 * here: only what was verified is read.
 */

/** What the in-toto statement of a bundle or DSSE envelope states; null: there is none, or it cannot be read. */
export function predicateOf(document: string): unknown {
  try {
    const read = JSON.parse(document) as Envelope & { dsseEnvelope?: Envelope };
    const { payload } = read.dsseEnvelope ?? read;
    if (typeof payload !== 'string') return null;
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const statement = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { predicate?: unknown };
    return statement.predicate ?? null;
  } catch {
    return null;
  }
}

interface Envelope {
  readonly payload?: unknown;
}
