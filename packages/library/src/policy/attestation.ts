/** The statement inside of a sigstore bundle. Whether its signature is good is not asked here: only what was verified is read. */

/** What a bundle's in-toto statement states; null: there is none, or it cannot be read. */
export function predicateOf(bundle: string): unknown {
  try {
    const { dsseEnvelope } = JSON.parse(bundle) as { dsseEnvelope?: { payload?: unknown } };
    if (typeof dsseEnvelope?.payload !== 'string') return null;
    const bytes = Uint8Array.from(atob(dsseEnvelope.payload), (character) => character.charCodeAt(0));
    const statement = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { predicate?: unknown };
    return statement.predicate ?? null;
  } catch {
    return null;
  }
}
