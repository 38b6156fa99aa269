/** A registry and the scans of it as an agent reports them, for the tests of this package. Not exported. */
import { createHash, randomUUID } from 'node:crypto';
import type { Observation, ScanBegin, ScanChunk, ScanCommit, ScanCommitted } from '@pharos/contract';
import { emptyObservation, setDigestText } from '@pharos/library';
import type { Store } from '@pharos/store';
import type { Answer, makeAgent } from './testing.ts';

type Agent = ReturnType<typeof makeAgent>;
type NewRegistry = Parameters<Store['registries']['create']>[0];

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export const digestOf = (text: string) => `sha256:${sha256(text)}`;

/** For `store.registries.create`: one that is reached without a credential. */
export const teamRegistry = (locationId: string, more: Partial<NewRegistry> = {}): NewRegistry => ({
  name: 'Team registry',
  url: 'registry.example.com',
  provider: 'oci',
  locationId,
  authentication: { type: 'none', username: null },
  credential: null,
  apiUrl: null,
  tls: { caCerts: '', skipVerify: false, plainHttp: false },
  budget: { requestsPerDay: null, concurrency: null },
  intervalSeconds: 300,
  ...more,
});

/** Of an image that was read no further than its manifest. */
export const observation = (digest: string, more: Partial<Observation> = {}): Observation => ({
  ...emptyObservation(digest, 'application/vnd.oci.image.manifest.v1+json'),
  size: 1000,
  ...more,
});

/** Of an image whose config was read too. */
export const readObservation = (digest: string, more: Partial<Observation> = {}): Observation =>
  observation(digest, { configMediaType: 'application/vnd.oci.image.config.v1+json', detail: 'config', ...more });

export interface WholeScan {
  readonly scanId?: string;
  readonly agentId: string;
  readonly epoch?: number;
  readonly registryId: string;
  readonly repository: string;
  /** Digests by the names of their tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** An `observation` of each digest, unless it is given. */
  readonly images?: readonly Observation[];
  readonly at?: Date;
  readonly ruleIds?: string[];
}

/** A complete scan of one repository, in one chunk. */
export function wholeScan(given: WholeScan): { begin: ScanBegin; chunk: ScanChunk; commit: ScanCommit } {
  const { scanId = randomUUID(), agentId, epoch = 1, registryId, repository, ruleIds = [], at = new Date() } = given;
  const tags = Object.entries(given.tags).map(([name, digest]) => ({ name, digest, pushedAt: null }));
  const images = [...(given.images ?? [...new Set(Object.values(given.tags))].map((digest) => observation(digest)))];
  const content = { tags, images, referrers: [] };
  const of = { agentId, epoch, registryId, repository, parentId: null, only: null };
  return {
    begin: { ...of, scanId, ruleIds, trigger: 'manual', startedAt: at.toISOString() },
    chunk: { sha256: sha256(JSON.stringify(content)), ...content },
    commit: {
      status: 'complete',
      tagCount: tags.length,
      setDigest: sha256([...setDigestText(tags)].join('')),
      listedCount: tags.length,
      artifactCount: 0,
      unresolved: [],
      listedNames: tags.map(({ name }) => name),
      unchanged: false,
      absence: 'none',
      finishedAt: at.toISOString(),
      requests: 1,
      message: '',
      code: null,
      hint: null,
      failures: [],
      failedCount: 0,
    },
  };
}

/** Through the API. Throws when any part of it is refused; answers the id of the scan and what its commit said. */
export async function reportScan(
  agent: Agent,
  given: Omit<WholeScan, 'agentId'>,
): Promise<{ scanId: string; committed: ScanCommitted }> {
  const { begin, chunk, commit } = wholeScan({ ...given, agentId: agent.agentId });
  const ok = ({ status, text, body }: Answer) => {
    if (status !== 200) throw new Error(`the report answered ${status} ${text}`);
    return body;
  };
  ok(await agent.call('agentScanBegin', { body: begin }));
  ok(await agent.call('agentScanChunk', { params: { id: begin.scanId, n: 0 }, body: chunk }));
  const committed = ok(await agent.call('agentScanCommit', { params: { id: begin.scanId }, body: commit }));
  return { scanId: begin.scanId, committed };
}

/** Straight into the store, which asks for no agent's rights and takes the time that it is given. */
export async function storeScan(store: Store, given: WholeScan & { at: Date }): Promise<string> {
  const { begin, chunk, commit } = wholeScan(given);
  await store.scans.begin(begin, given.at);
  await store.scans.chunk(begin.scanId, 0, chunk, given.at);
  await store.scans.commit(begin.scanId, commit, given.at);
  return begin.scanId;
}
