/** What the suite stands on: a store with an empty schema for each test, and short ways to make what a test is about. */
import { createHash, randomUUID } from 'node:crypto';
import type { Observation, ScanBegin, ScanChunk, ScanCommit, ScanCommitted } from '@pharos/contract';
import { emptyObservation, setDigestText } from '@pharos/library';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { OpenDatabase } from '../embedded.ts';
import { storeOn } from '../open.ts';
import type { NewRegistry } from '../registry-port.ts';
import type { Store } from '../store.ts';

/** One engine, open for the whole run. */
export interface Engine {
  readonly name: string;
  readonly database: OpenDatabase;
  readonly engine: Store['engine'];
}

export interface Given {
  readonly store: Store;
  readonly db: Db;
}

/** Rows of other tables go with these. */
const TABLES = [
  ...['settings', 'models', 'registries', 'rules', 'agents', 'locations', 'images', 'users', 'teams', 'tokens'],
  ...['verified_images', 'verified_due'],
  ...['image_states', 'decisions', 'approval_requests', 'approval_comments', 'approval_rules'],
  ...['policies', 'policy_versions'],
  ...['activity', 'webhooks', 'daily_statistics', 'hcp_tags', 'hcp_tag_changes', 'trust_entries', 'trust_changes'],
  ...['image_states', 'decisions'],
];

/** Deleting rows takes milliseconds, a new schema tenths of a second, a new embedded database seconds. */
export async function emptyStore({ database, engine }: Engine, isFresh = false): Promise<Given> {
  const { db } = database;
  const made = await sql<{ name: string | null }>`select to_regclass('public.settings')::text as name`.execute(db);
  if (isFresh || made.rows[0]?.name == null) {
    await sql`drop schema public cascade`.execute(db);
    await sql`create schema public`.execute(db);
  } else {
    for (const table of TABLES) {
      await sql`delete from ${sql.table(table)}`.execute(db);
    }
    await sql`truncate audit_events, audit_signed_heads`.execute(db);
    await sql`update audit_head set seq = 0, hash = ''`.execute(db);
  }
  return { store: await storeOn(database, engine), db };
}

/** An open database, for a store with other limits on it. */
export const openOn = (db: Db): OpenDatabase => ({
  db,
  upkeep: { wrote: () => {}, stop: async () => {} },
  patiently: (run) => run(db),
  close: async () => {},
});

export const T0 = new Date('2026-11-01T00:00:00.000Z');

export function hours(count: number): Date {
  return new Date(T0.getTime() + count * 3_600_000);
}

export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export const AGENT = '00000000-0000-4000-8000-0000000000a1';

export async function hello(store: Store, epoch = 1, now = T0): Promise<boolean> {
  return store.agents.hello(
    {
      agentId: AGENT,
      epoch,
      name: 'agent one',
      locationId: 'here',
      version: '0.1.0',
      embedded: false,
      publicKey: 'key',
      configPath: null,
      registries: [],
      rules: [],
      clock: now.toISOString(),
    },
    now,
  );
}

export const REGISTRY: NewRegistry = {
  name: 'Team registry',
  url: 'registry.example:5000',
  provider: 'oci',
  locationId: 'here',
  authentication: { type: 'none', username: null },
  credential: null,
  apiUrl: null,
  tls: { caCerts: '', skipVerify: false, plainHttp: false },
  budget: { requestsPerDay: null, concurrency: null },
  intervalSeconds: 300,
};

export function observation(digest: string, more: Partial<Observation> = {}): Observation {
  return {
    ...emptyObservation(digest, 'application/vnd.oci.image.manifest.v1+json'),
    configMediaType: 'application/vnd.oci.image.config.v1+json',
    layerMediaTypes: ['application/vnd.oci.image.layer.v1.tar+gzip'],
    size: 1000,
    user: '26',
    configCreated: '2026-10-01T00:00:00Z',
    platforms: [{ os: 'linux', architecture: 'amd64', variant: null, digest, size: 1000 }],
    detail: 'config',
    ...more,
  };
}

/** A tag in a report: its name alone points to a digest made from it. */
export interface ReportTag {
  readonly name: string;
  readonly digest?: string;
  readonly pushedAt?: string | null;
}

export interface Report {
  readonly repository?: string;
  readonly tags: readonly (string | ReportTag)[];
  readonly images?: readonly Observation[];
  readonly referrers?: ScanChunk['referrers'];
  readonly commit?: Partial<ScanCommit>;
  readonly begin?: Partial<ScanBegin>;
  readonly now?: Date;
}

export function tagsOf(report: Report): { name: string; digest: string; pushedAt: string | null }[] {
  return report.tags.map((tag) => {
    const { name, digest, pushedAt } = typeof tag === 'string' ? { name: tag } : (tag as ReportTag);
    return { name, digest: digest ?? digestOf(name), pushedAt: pushedAt ?? null };
  });
}

export function beginOf(registryId: string, report: Report): ScanBegin {
  return {
    scanId: randomUUID(),
    parentId: null,
    agentId: AGENT,
    epoch: 1,
    registryId,
    repository: report.repository ?? 'postgresql',
    ruleIds: [],
    trigger: 'schedule',
    only: null,
    startedAt: (report.now ?? T0).toISOString(),
    ...report.begin,
  };
}

export function chunkOf(
  tags: ScanChunk['tags'],
  images: readonly Observation[] = [],
  referrers: ScanChunk['referrers'] = [],
): ScanChunk {
  const body = { tags, images: [...images], referrers };
  return { sha256: createHash('sha256').update(JSON.stringify(body)).digest('hex'), ...body };
}

export function setDigest(tags: readonly { name: string; digest: string }[]): string {
  return createHash('sha256')
    .update([...setDigestText(tags)].join(''))
    .digest('hex');
}

export function commitOf(report: Report): ScanCommit {
  const tags = tagsOf(report);
  return {
    status: 'complete',
    tagCount: tags.length,
    setDigest: setDigest(tags),
    listedCount: tags.length,
    artifactCount: 0,
    unresolved: [],
    listedNames: tags.map((tag) => tag.name),
    unchanged: false,
    absence: 'none',
    finishedAt: (report.now ?? T0).toISOString(),
    requests: 1 + tags.length,
    message: '',
    code: null,
    hint: null,
    failures: [],
    failedCount: 0,
    ...report.commit,
  };
}

/** A whole scan in one chunk. */
export async function scan(store: Store, registryId: string, report: Report): Promise<ScanCommitted> {
  const now = report.now ?? T0;
  const begin = beginOf(registryId, report);
  await store.scans.begin(begin, now);
  await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report), report.images, report.referrers), now);
  return store.scans.commit(begin.scanId, commitOf(report), now);
}

/** A store with an agent and a registry. */
export async function registry(store: Store, more: Partial<NewRegistry> = {}): Promise<string> {
  await hello(store);
  return (await store.registries.create({ ...REGISTRY, ...more }, T0)).id;
}

export async function repositoryId(store: Store, name = 'postgresql'): Promise<string> {
  const { items } = await store.repositories.list({ limit: 1000, sort: 'name' });
  return items.find((repository) => repository.name === name)!.id;
}

/** Names of a repository's tags, in the order of the list. */
export async function names(store: Store, presence: 'present' | 'missing' | 'retired' | 'all' = 'present') {
  const page = await store.tags.ofRepository(await repositoryId(store), { limit: 1000, sort: 'name', presence });
  return page.items.map((tag) => tag.name);
}

/** Follows the cursor to the end. Fails when it does not end. */
export async function everything<T>(
  list: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 500; pages += 1) {
    const page = await list(cursor);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
  throw new Error('The list does not end.');
}

/** All that a registry is known to hold, from its last listings. */
export async function knownOf(listings: Store['listings'], registryId: string) {
  const repositories: { name: string; tags: string[]; listedAt: string }[] = [];
  for (let after = ''; ; after = repositories.at(-1)!.name) {
    const page = await listings.namesOf(registryId, after);
    if (page.length === 0) return { ...(await listings.catalogOf(registryId)), repositories };
    for (const { repository: name, names: text, listedAt } of page)
      repositories.push({ name, tags: text === '' ? [] : text.split('\n'), listedAt });
  }
}
