import type {
  BlobDescriptor,
  BlobOptions,
  BlobReader,
  ListOptions,
  ManifestContent,
  ManifestHead,
  ManifestReader,
  ReferrerDescriptor,
  ReferrerLister,
  RepositoryLister,
  TagLister,
} from '../abilities.ts';
import { answerError, errorCodes, one } from '../answer-error.ts';
import { recordOf, textOf } from '../api.ts';
import { digestOf, isDigest, matchesDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import type { Answer } from '../http.ts';
import { nextPage } from '../link.ts';
import { listNames, type PageSizes } from '../listing.ts';
import { parseManifest } from '../manifest.ts';
import { ACCEPT_MANIFESTS, isSchema1Type, mediaTypeOf, OCI_INDEX } from '../media-type.ts';
import { isDockerHub, isRepositoryName, isTagName } from '../reference.ts';
import { refuseWebPage, type Session } from '../session.ts';
import type { Scope } from '../sign-in/sign-in.ts';
import type { Dialect } from './dialect.ts';

const PAGE_SIZE = 1000;
const MAX_PLACES = 10_000;
const CATALOG: Scope = { repository: null, text: 'registry:catalog:*' };

/** A repository as requests need it; built once, for a scan asks for thousands of its manifests. */
interface Place {
  base: string;
  scope: Scope;
}

const MAX_REFERRERS = 500;
const ZERO_DIGEST = `sha256:${'0'.repeat(64)}`;

/** What a dialect changes in the way the spec's own lists are read. */
export type ListHabits = Pick<Dialect, 'pageSize' | 'tagScope' | 'nextPage'>;

/** The generic reader: what the OCI distribution-spec v1.1 and, for the catalog, Distribution's API say. */
export class OciReader implements TagLister, RepositoryLister, ManifestReader, BlobReader, ReferrerLister {
  /** Set when the dialect is known. */
  habits: ListHabits = {};
  readonly #session: Session;
  readonly #pageSizes: PageSizes = new Map();
  readonly #places = new Map<string, Place>();
  /** Learnt once per registry: HEAD is refused, or tells no digest. */
  #headIsUseless = false;
  /** Learnt once per registry: whether it has the referrers API. */
  hasReferrers: boolean | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  async *listTags(repository: string, options: ListOptions = {}): AsyncGenerator<string[], void, undefined> {
    const { base, scope } = this.#placeOf(repository);
    const { tagScope, pageSize, nextPage } = this.habits;
    const text = scope.repository !== null && tagScope ? tagScope(scope.repository) : scope.text;
    yield* listNames(this.#session, this.#pageSizes, {
      kind: 'tags',
      key: 'tags',
      path: `${base}tags/list`,
      scope: { ...scope, text },
      subject: `the tags of ${repository}`,
      pageSize: options.pageSize ?? (pageSize?.tags === undefined ? PAGE_SIZE : pageSize.tags),
      nextPage,
      maxNames: this.#session.limits.maxTags,
      isName: isTagName,
      onSkipped: options.onSkipped,
      signal: options.signal,
    });
  }

  async *listRepositories(options: ListOptions = {}): AsyncGenerator<string[], void, undefined> {
    const { prefix } = this.#session.address;
    const pages = listNames(this.#session, this.#pageSizes, {
      kind: 'catalog',
      key: 'repositories',
      path: '/v2/_catalog',
      scope: CATALOG,
      subject: 'the list of repositories',
      pageSize:
        options.pageSize ?? (this.habits.pageSize?.catalog === undefined ? PAGE_SIZE : this.habits.pageSize.catalog),
      nextPage: this.habits.nextPage,
      maxNames: this.#session.limits.maxRepositories,
      isName: isRepositoryName,
      onSkipped: options.onSkipped,
      signal: options.signal,
    });
    for await (const page of pages) {
      const own = belowPrefix(prefix, page);
      if (own.length > 0) yield own;
    }
  }

  /** A dialect needs the full name and the one that rules know. */
  repositoryOf(repository: string): { full: string; name: string } {
    return { full: this.#placeOf(repository).scope.repository!, name: repository };
  }

  /**
   * distribution-spec §Listing Referrers. A registry without the API answers 404; one with it answers with an index,
   * also for a digest that nothing hangs on, so that it is asked for the all-zero digest once (oras-go does the same).
   */
  async listReferrers(repository: string, digest: string, signal?: AbortSignal): Promise<ReferrerDescriptor[] | null> {
    if (this.hasReferrers === null) {
      const first = await this.#referrers(repository, ZERO_DIGEST, signal);
      // A repository that is not there says nothing about the API.
      if (first === 'unknown') return null;
      this.hasReferrers = first !== null;
    }
    if (!this.hasReferrers) return null;
    const found = await this.#referrers(repository, digest, signal);
    return found === 'unknown' ? null : found;
  }

  async #referrers(
    repository: string,
    digest: string,
    signal: AbortSignal | undefined,
  ): Promise<ReferrerDescriptor[] | null | 'unknown'> {
    const { base, scope } = this.#placeOf(repository);
    const subject = `what hangs on ${repository}@${digest}`;
    const found = new Map<string, ReferrerDescriptor>();
    const visited = new Set<string>();
    let path: string | null = `${base}referrers/${digest}`;
    while (path !== null && !visited.has(path) && visited.size < 10 && found.size < MAX_REFERRERS) {
      visited.add(path);
      const answer: Answer = await this.#session.request({
        kind: 'referrers',
        method: 'GET',
        path,
        scope,
        accept: OCI_INDEX,
        maxBytes: this.#session.limits.manifestBytes,
        signal,
      });
      if (answer.status === 404) return errorCodes(answer).includes('NAME_UNKNOWN') ? 'unknown' : null;
      // Quay with its referrers switched off, and others that know no such address, refuse the request.
      if ([400, 405, 501].includes(answer.status)) return null;
      if (answer.status !== 200) throw answerError(answer, 'referrers', subject, this.#session.signIn.hasCredentials);
      if (mediaTypeOf(answer.headers['content-type']) !== OCI_INDEX) return null;
      for (const each of descriptorsOf(answer)) found.set(each.digest, each);
      path = nextPage(answer.headers.link, answer.origin + answer.path);
    }
    return [...found.values()];
  }

  async headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead> {
    if (this.#headIsUseless) return this.#headByGet(repository, reference, signal);
    const answer = await this.#askManifest('HEAD', repository, reference, signal);
    const digest = digestHeader(answer);
    if (answer.status === 200 && digest !== null) {
      if (isDigest(reference) && reference !== digest) throw mismatch(answer, `${repository}@${reference}`);
      const length = Number(one(answer.headers['content-length']) ?? Number.NaN);
      return {
        digest,
        mediaType: mediaTypeOf(answer.headers['content-type']) || null,
        size: Number.isSafeInteger(length) ? length : null,
      };
    }
    if ([200, 405, 501].includes(answer.status)) this.#headIsUseless = true;
    // A HEAD's error has no body, and only the body's code proves absence.
    else if (answer.status !== 404 && answer.status !== 400) throw this.#failure(answer, repository, reference);
    return this.#headByGet(repository, reference, signal);
  }

  async getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestContent> {
    const answer = await this.#askManifest('GET', repository, reference, signal);
    if (answer.status !== 200) throw this.#failure(answer, repository, reference);
    refuseWebPage(answer);
    const bytes = answer.body;
    const contentType = mediaTypeOf(answer.headers['content-type']);
    const digest = isSchema1Type(contentType) ? '' : verifiedDigest(answer, bytes, reference, repository);
    const manifest = parseManifest(bytes, contentType);
    return { digest, mediaType: manifest.mediaType, size: bytes.length, bytes, manifest };
  }

  async getBlob(repository: string, descriptor: BlobDescriptor, options: BlobOptions): Promise<Uint8Array> {
    const { base, scope } = this.#placeOf(repository);
    const { digest, size } = descriptor;
    const subject = `${repository}@${digest}`;
    if (!isDigest(digest))
      throw new RegistryError({
        code: 'reference-invalid',
        message: 'A blob can only be read by a sha256 or sha512 digest.',
      });
    if (size !== undefined && size > options.maxBytes) {
      throw new RegistryError({
        code: 'body-too-large',
        message: `${subject} has ${size} bytes; at most ${options.maxBytes} are accepted here.`,
      });
    }
    const answer = await this.#session.request({
      kind: 'blob',
      method: 'GET',
      path: `${base}blobs/${digest}`,
      scope,
      accept: '*/*',
      maxBytes: size ?? options.maxBytes,
      signal: options.signal,
    });
    if (answer.status !== 200) throw answerError(answer, 'blob', subject, this.#session.signIn.hasCredentials);
    if (!matchesDigest(answer.body, digest)) throw mismatch(answer, subject);
    return answer.body;
  }

  async getConfig(repository: string, descriptor: BlobDescriptor, signal?: AbortSignal): Promise<{ json: unknown }> {
    const bytes = await this.getBlob(repository, descriptor, { maxBytes: this.#session.limits.configBytes, signal });
    try {
      return { json: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) };
    } catch {
      throw new RegistryError({
        code: 'response-invalid',
        message: `The configuration ${descriptor.digest} of ${repository} is not JSON.`,
        transient: false,
      });
    }
  }

  async #headByGet(repository: string, reference: string, signal: AbortSignal | undefined): Promise<ManifestHead> {
    const { digest, mediaType, size } = await this.getManifest(repository, reference, signal);
    return { digest, mediaType, size };
  }

  #askManifest(
    method: 'GET' | 'HEAD',
    repository: string,
    reference: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { base, scope } = this.#placeOf(repository);
    if (!isTagName(reference) && !isDigest(reference)) {
      throw new RegistryError({
        code: 'reference-invalid',
        message: 'A manifest is named by a tag or by a sha256 or sha512 digest.',
      });
    }
    const path = `${base}manifests/${reference}`;
    return this.#session.request({
      kind: 'manifest',
      method,
      path,
      scope,
      accept: ACCEPT_MANIFESTS,
      maxBytes: this.#session.limits.manifestBytes,
      signal,
    });
  }

  #failure(answer: Answer, repository: string, reference: string): RegistryError {
    const subject = `${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
    return answerError(answer, 'manifest', subject, this.#session.signIn.hasCredentials);
  }

  #placeOf(repository: string): Place {
    const known = this.#places.get(repository);
    if (known !== undefined) return known;
    const { prefix, host } = this.#session.address;
    const prefixed = prefix === '' ? repository : `${prefix}/${repository}`;
    const name = isDockerHub(host) && !prefixed.includes('/') ? `library/${prefixed}` : prefixed;
    if (!isRepositoryName(name))
      throw new RegistryError({ code: 'reference-invalid', message: 'This is not a valid repository name.' });
    const place: Place = { base: `/v2/${name}/`, scope: { repository: name, text: `repository:${name}:pull` } };
    if (this.#places.size >= MAX_PLACES) this.#places.clear();
    this.#places.set(repository, place);
    return place;
  }
}

/** The names below a prefix, without it; all for an empty one. */
export function belowPrefix(prefix: string, names: readonly string[]): string[] {
  if (prefix === '') return [...names];
  return names.filter((name) => name.startsWith(`${prefix}/`)).map((name) => name.slice(prefix.length + 1));
}

function descriptorsOf(answer: Answer): ReferrerDescriptor[] {
  let json: unknown;
  try {
    json = JSON.parse(answer.body.toString('utf8'));
  } catch {
    return [];
  }
  const { manifests } = recordOf(json);
  if (!Array.isArray(manifests)) return [];
  return manifests.slice(0, MAX_REFERRERS).flatMap((each) => {
    const { digest, artifactType, mediaType } = recordOf(each);
    if (!isDigest(digest)) return [];
    return [{ digest, artifactType: (textOf(artifactType) ?? textOf(mediaType) ?? '').slice(0, 255) }];
  });
}

/** The digest of these bytes, checked against what was asked for and against what the registry says that it is. */
function verifiedDigest(answer: Answer, bytes: Uint8Array, reference: string, repository: string): string {
  const claimed = digestHeader(answer);
  const own = digestOf(bytes);
  const holds = (digest: string) => digest === own || (digest.startsWith('sha512:') && matchesDigest(bytes, digest));
  const asked = isDigest(reference) ? reference : null;
  const subject = `${repository}${asked === null ? ':' : '@'}${reference}`;
  if (asked !== null && !holds(asked)) throw mismatch(answer, subject);
  if (claimed !== null && !holds(claimed)) throw mismatch(answer, subject);
  return asked ?? claimed ?? own;
}

/** Docker-Content-Digest, when it is a digest of a known algorithm. */
function digestHeader(answer: Answer): string | null {
  const digest = one(answer.headers['docker-content-digest'] as string | string[] | undefined)?.trim();
  return isDigest(digest) ? digest : null;
}

function mismatch(answer: Answer, subject: string): RegistryError {
  return new RegistryError({
    code: 'digest-mismatch',
    message: `The registry answers for ${subject} with other content than the digest names.`,
    status: answer.status,
    url: answer.origin + answer.path,
  });
}
