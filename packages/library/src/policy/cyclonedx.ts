/** What CycloneDX calls a thing by: vulnerabilities name what they affect by references within the document. */

const MOST_COMPONENTS = 100_000;

/**
 * A function that names the packages which an entry of `vulnerabilities` affects, by their package URLs. Empty: the image as a whole, or the
 * document does not say.
 */
export function packagesByRef(document: object): (entry: unknown) => readonly string[] {
  const { components, metadata } = document as { components?: unknown; metadata?: { component?: Component } | null };
  const purls = new Map<string, string>();
  for (const each of list(components).slice(0, MOST_COMPONENTS) as (Component | null)[]) {
    if (typeof each?.['bom-ref'] === 'string' && typeof each.purl === 'string') purls.set(each['bom-ref'], each.purl);
  }
  const whole = metadata?.component?.['bom-ref'];
  return (entry) => {
    const refs = list((entry as { affects?: unknown } | null)?.affects).flatMap((each) => {
      const { ref } = (each ?? {}) as { ref?: unknown };
      return typeof ref === 'string' ? [ref] : [];
    });
    if (refs.some((ref) => ref === whole)) return [];
    return refs.map((ref) => purls.get(ref) ?? ref);
  };
}

interface Component {
  readonly 'bom-ref'?: unknown;
  readonly purl?: unknown;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
