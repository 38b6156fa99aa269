/** Finds out which product a registry is: by its host, by how it asks to sign in, by its headers, and only then by asking. */
import { one } from '../answer-error.ts';
import { recordOf } from '../api.ts';
import { parseChallenges } from '../challenge.ts';
import type { Answer } from '../http.ts';
import type { Session } from '../session.ts';
import { challengeOf } from '../sign-in/sign-in.ts';

export interface Detected {
  provider: string;
  /** What showed it, for people. */
  by: string;
}

/** Hosts of hosted products (registries reference §2). The first that fits wins. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)azurecr\.(?:io|cn|us)$/, 'acr'],
  [/^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/, 'ecr'],
  [/^public\.ecr\.aws$/, 'ecr'],
  [/(?:^|\.)(?:pkg\.dev|gcr\.io)$/, 'gar'],
  [/^registry\.gitlab\.com$/, 'gitlab'],
  [/^quay\.io$/, 'quay'],
  [/^(?:registry-1\.|index\.)?docker\.io$/, 'dockerhub'],
  [/^(?:docker\.pkg\.github\.com|ghcr\.io)$/, 'ghcr'],
  [/^nvcr\.io$/, 'ngc'],
  [/(?:^|\.)jfrog\.io$/, 'artifactory'],
  [/^docker\.enterprisedb\.com$/, 'cloudsmith'],
  [/(?:^|\.)cloudsmith\.(?:io|com)$/, 'cloudsmith'],
  [/^default-route-openshift-image-registry\./, 'openshift'],
  [/^image-registry\.openshift-image-registry\.svc(?:\.cluster\.local)?$/, 'openshift'],
];

/** By the host alone; null when it could be anything. */
export function detectByHost(hostname: string): Detected | null {
  const found = HOSTS.find(([pattern]) => pattern.test(hostname.toLowerCase()));
  return found === undefined ? null : { provider: found[1], by: `the host ${hostname}` };
}

/** By an answer of the registry: its headers, and the token service that its challenge names. */
function detectByAnswer(answer: Answer): Detected | null {
  const { headers } = answer;
  if (headers['x-jfrog-version'] !== undefined || headers['x-artifactory-id'] !== undefined) {
    return { provider: 'artifactory', by: 'the header x-jfrog-version' };
  }
  const server = one(headers.server) ?? '';
  if (/^nexus\//i.test(server)) return { provider: 'nexus', by: 'the header server: Nexus' };
  const challenge = challengeOf(parseChallenges(headers['www-authenticate']), 'bearer');
  const realm = URL.parse(challenge?.params.get('realm') ?? '');
  const service = challenge?.params.get('service') ?? '';
  if (realm === null) return null;
  const by = `the token service ${realm.pathname}`;
  if (service === 'harbor-registry' && realm.pathname.endsWith('/service/token')) return { provider: 'harbor', by };
  if (service === 'container_registry' && realm.pathname.endsWith('/jwt/auth')) return { provider: 'gitlab', by };
  if (realm.pathname === '/openshift/token') return { provider: 'openshift', by };
  if (realm.pathname === '/v2/auth' && service === new URL(answer.origin).host) return { provider: 'quay', by };
  return null;
}

/** By asking: two requests at most, for products that look like any other registry until asked. */
export async function detectByAsking(session: Session, signal: AbortSignal | undefined): Promise<Detected | null> {
  const { hostname } = new URL(session.origin);
  const host = detectByHost(hostname);
  if (host !== null) return host;
  const ask = { method: 'GET', accept: 'application/json', maxBytes: session.limits.configBytes, signal } as const;
  const scope = { repository: null, text: '' };
  // Without a credential, for the challenge is what tells most.
  const bare = await session.bare('/v2/', signal);
  const byAnswer = detectByAnswer(bare);
  if (byAnswer !== null) return byAnswer;
  const extensions = await session.request({ ...ask, kind: 'api', path: '/v2/_oci/ext/discover', scope });
  return extensions.status === 200 && isZot(extensions) ? { provider: 'zot', by: 'its extension _zot' } : null;
}

/** zot lists its own extension, `_zot`, with the endpoint of its search (distribution-spec extensions/_oci.md). */
function isZot(answer: Answer): boolean {
  try {
    const { extensions } = recordOf(JSON.parse(answer.body.toString('utf8')));
    return Array.isArray(extensions) && extensions.some((each) => recordOf(each).name === '_zot');
  } catch {
    return false;
  }
}
