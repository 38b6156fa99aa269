import { literalClass, type Reach } from './egress.ts';
import { RegistryError } from './errors.ts';

/** What the rules about foreign addresses need to know of the registry that names them. */
export interface Home {
  /** scheme://host[:port] of the registry. */
  origin: string;
  /** Whether the registry stands on a loopback or private address, as its own connections have shown. */
  inside: boolean;
  /** Hosts (host or host:port) that the operator allows as token hosts. */
  tokenHosts: readonly string[];
}

/** Token hosts of well-known registries that do not share their domain. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  'nvcr.io': ['authn.nvidia.com'],
  'registry-1.docker.io': ['auth.docker.io'],
  'registry.gitlab.com': ['gitlab.com'],
};

/** Domains under which strangers are neighbours, so that sharing one proves nothing. */
const SHARED =
  /(?:^|\.)(?:azurecr\.(?:io|cn|us)|jfrog\.io|amazonaws\.com(?:\.cn)?|on\.aws|cloudfront\.net|azure(?:edge|websites)\.net|cloudapp\.net|windows\.net|azure\.com|pkg\.dev|gcr\.io|run\.app|appspot\.com|googleapis\.com|githubusercontent\.com|github\.io|gitlab\.io|ocir\.io|oraclecloud\.com|herokuapp\.com|vercel\.app|netlify\.app|pages\.dev|workers\.dev|fly\.dev|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|duckdns\.org|nip\.io|sslip\.io|xip\.io|scw\.cloud|ondigitalocean\.app|quay\.io|local)$/;

/**
 * Whether a token may be asked for at this realm with the registry's credentials, and which addresses the request may
 * reach. The realm comes out of the registry's answer: a hostile one would have the password sent to itself, or the
 * agent call a service inside (the class of CVE-2026-48978).
 * @throws RegistryError `token-realm-refused`
 */
export function checkRealm(realm: string, home: Home): { url: URL; reach: Reach } {
  const url = URL.parse(realm);
  if (url === null) throw refused('is not an absolute address', null);
  if (url.username !== '' || url.password !== '') throw refused('holds a user name', url);
  const registry = new URL(home.origin);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.protocol === 'http:')) {
    throw refused('is not protected by https', url);
  }
  url.hash = '';
  const literal = literalClass(url.hostname);
  if (literal === 'forbidden') throw refused('is an address that is never dialled', url);
  if (url.hostname === registry.hostname || isAllowed(url, home.tokenHosts)) return { url, reach: 'any' };
  // A number says nothing of who answers there; names inside are at least given by whoever runs the network.
  if (literal === 'loopback' || literal === 'private') throw refused('is another address inside the network', url);
  if (literal === null && isRelated(url.hostname, registry.hostname))
    return { url, reach: home.inside ? 'any' : 'public' };
  // A registry inside may name another host inside, never one outside.
  if (home.inside && literal !== 'public') return { url, reach: 'inside' };
  throw refused('is on a host that has nothing to do with the registry', url);
}

/**
 * Which addresses a redirect of the registry may reach. Credentials are never sent along to another origin.
 * @throws RegistryError `redirect-refused`
 */
export function checkRedirect(location: string, from: string, home: Home): { url: URL; reach: Reach } {
  const refusal = (why: string) =>
    new RegistryError({
      code: 'redirect-refused',
      message: `The registry redirects to an address that ${why}; it was not followed.`,
      url: from,
    });
  const url = URL.parse(location, from);
  if (url === null) throw refusal('cannot be read');
  if (url.username !== '' || url.password !== '') throw refusal('holds a user name');
  const registry = new URL(home.origin);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.protocol === 'http:'))
    throw refusal('is not protected by https');
  const literal = literalClass(url.hostname);
  if (literal === 'forbidden') throw refusal('is never dialled');
  const reach = url.hostname === registry.hostname || home.inside ? 'any' : 'public';
  if (reach === 'public' && literal !== null && literal !== 'public') throw refusal('is inside the network');
  url.hash = '';
  return { url, reach };
}

function isAllowed(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((host) => host.toLowerCase() === url.host || host.toLowerCase() === url.hostname);
}

function isRelated(host: string, registry: string): boolean {
  if (PAIRS[registry]?.includes(host)) return true;
  const domain = registrableDomain(registry);
  return domain !== null && domain === registrableDomain(host);
}

/** The last two labels, or three under a country's second level (co.uk); null where sharing them would prove nothing. */
function registrableDomain(host: string): string | null {
  if (SHARED.test(host) || literalClass(host) !== null) return null;
  const labels = host.split('.');
  const country = /^(?:co|com|org|net|gov|ac|edu|or|ne|go)$/.test(labels.at(-2) ?? '') && labels.at(-1)?.length === 2;
  const needed = country ? 3 : 2;
  return labels.length < needed ? null : labels.slice(-needed).join('.');
}

function refused(why: string, url: URL | null): RegistryError {
  const host = url === null ? '' : ` (${url.host})`;
  return new RegistryError({
    code: 'token-realm-refused',
    message: `The registry asks to fetch a token at an address that ${why}${host}. No credentials were sent there.`,
    evidence: url?.host,
  });
}
