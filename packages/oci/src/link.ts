import { RegistryError } from './errors.ts';

/** One entry of a Link header: its target as written, and its relation types in lower case. */
export interface Link {
  target: string;
  rel: string[];
}

const ENTRY = /^\s*<([^<>]*)>/;
const PARAMETER = /^\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*)))?/;

/** Reads Link header values (RFC 8288 §3): several links, quoted or bare parameters. Reading ends at the first thing that is no link. */
export function parseLinks(header: string | readonly string[]): Link[] {
  const links: Link[] = [];
  for (const value of typeof header === 'string' ? [header] : header) {
    let rest = value;
    for (;;) {
      const entry = ENTRY.exec(rest);
      if (entry === null) break;
      rest = rest.slice(entry[0].length);
      let rel: string[] | null = null;
      for (;;) {
        const parameter = PARAMETER.exec(rest);
        if (parameter === null) break;
        rest = rest.slice(parameter[0].length);
        // RFC 8288 §3.3: only the first rel counts.
        if (parameter[1]?.toLowerCase() === 'rel')
          rel ??= (parameter[2] ?? parameter[3] ?? '').toLowerCase().split(/\s+/);
      }
      links.push({ target: entry[1] ?? '', rel: rel ?? [] });
      const comma = /^[\s;]*,/.exec(rest);
      if (comma === null) break;
      rest = rest.slice(comma[0].length);
    }
  }
  return links;
}

/**
 * The path and query of the next page, or null at the end. The target is resolved against the address of the page
 * that named it, and must stay on that origin and under `under` (reliability T: Link-header SSRF, ggcr #2332).
 * @throws RegistryError `link-refused`
 */
export function nextPage(
  header: string | readonly string[] | undefined,
  pageUrl: string,
  under = '/v2/',
): string | null {
  if (header === undefined) return null;
  const next = parseLinks(header).find((link) => link.rel.includes('next'));
  if (next === undefined) return null;
  const page = new URL(pageUrl);
  const url = URL.parse(next.target, pageUrl);
  const why =
    url === null
      ? 'is not an address'
      : url.origin !== page.origin || url.username !== '' || url.password !== ''
        ? 'leads to another server'
        : !url.pathname.startsWith(under)
          ? 'leads out of the registry API'
          : null;
  if (why !== null || url === null) {
    throw new RegistryError({
      code: 'link-refused',
      message: `The link to the next page ${why}; it was not followed.`,
      url: pageUrl,
    });
  }
  return url.pathname + url.search;
}
