/** What a commit writes: new repositories reported by the protocol of scans, image by image read, until they are in the library. */
import { createHash, randomUUID } from 'node:crypto';
import type { Observation, ScanChunk } from '@pharos/contract';
import { setDigestText } from '@pharos/library';
import type { Store } from '@pharos/store';
import { idOf, NOW } from './generate.ts';

const OF_A_REPOSITORY = 5_000;
/** As agents cut their reports. */
const IMAGES_OF_A_CHUNK = 500;
const AGENT = idOf(9, 1);

/**
 * Tags in a second, from the first byte of a report to the answer to its commit; two of three tags bring an image.
 * `atOnce`: reports under way at the same time. One agent sends one after the other, agents of several locations do not wait
 * for each other.
 */
export async function ingest(store: Store, tags: number, atOnce: number): Promise<number> {
  await store.agents.hello(
    {
      agentId: AGENT,
      epoch: 1,
      name: 'bench',
      locationId: 'eu-west',
      version: '0',
      embedded: false,
      publicKey: 'key',
      configPath: null,
      registries: [],
      rules: [],
      clock: NOW.toISOString(),
    },
    NOW,
  );
  const reports = Array.from({ length: Math.ceil(tags / OF_A_REPOSITORY) }, (_, at) => reportOf(`${atOnce}-${at}`));
  const start = performance.now();
  const waiting = reports.values();
  const counts = await Promise.all(
    Array.from({ length: atOnce }, async () => {
      let count = 0;
      for (const report of waiting) count += await deliver(store, report);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - start) / 1000);
}

async function deliver(store: Store, report: ReturnType<typeof reportOf>): Promise<number> {
  const scanId = randomUUID();
  const common = { parentId: null, agentId: AGENT, epoch: 1, registryId: idOf(1, 0), ruleIds: [], only: null };
  await store.scans.begin(
    { scanId, ...common, repository: report.repository, trigger: 'schedule', startedAt: NOW.toISOString() },
    NOW,
  );
  for (const [n, chunk] of report.chunks.entries()) await store.scans.chunk(scanId, n, chunk, NOW);
  const { added } = await store.scans.commit(
    scanId,
    {
      status: 'complete',
      tagCount: report.tags.length,
      setDigest: report.setDigest,
      listedCount: report.tags.length,
      artifactCount: 0,
      unresolved: [],
      listedNames: report.tags.map(({ name }) => name),
      unchanged: false,
      absence: 'none',
      finishedAt: NOW.toISOString(),
      requests: 1,
      message: '',
      code: null,
      hint: null,
      failures: [],
      failedCount: 0,
    },
    NOW,
  );
  if (added !== report.tags.length) throw new Error(`${added} of ${report.tags.length} tags were added`);
  return added;
}

function reportOf(repository: string) {
  const tags = Array.from({ length: OF_A_REPOSITORY }, (_, at) => ({
    name: `${13 + (at % 6)}.${at % 12}-26${String(10_100_000 + at).padStart(8, '0')}-standard`,
    digest: `sha256:${createHash('sha256')
      .update(`ingest ${repository} ${at - (at % 3 === 2 ? 1 : 0)}`)
      .digest('hex')}`,
    pushedAt: NOW.toISOString(),
  }));
  const images = [...new Map(tags.map((tag) => [tag.digest, tag])).values()].map(({ digest, name }) =>
    imageOf(digest, name),
  );
  const chunks: ScanChunk[] = [];
  for (let at = 0; at < tags.length; at += 2000) chunks.push(chunkOf(tags.slice(at, at + 2000), []));
  for (let at = 0; at < images.length; at += IMAGES_OF_A_CHUNK)
    chunks.push(chunkOf([], images.slice(at, at + IMAGES_OF_A_CHUNK)));
  const setDigest = createHash('sha256')
    .update([...setDigestText(tags)].join(''))
    .digest('hex');
  return { repository: `ingest/postgresql-${repository}`, tags, chunks, setDigest };
}

function chunkOf(tags: ScanChunk['tags'], images: Observation[]): ScanChunk {
  const body = { tags, images, referrers: [] };
  return { sha256: createHash('sha256').update(JSON.stringify(body)).digest('hex'), ...body };
}

function imageOf(digest: string, name: string): Observation {
  return {
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: null,
    configMediaType: 'application/vnd.oci.image.config.v1+json',
    layerMediaTypes: ['application/vnd.oci.image.layer.v1.tar+gzip'],
    size: 400_000_000,
    annotations: {
      'org.opencontainers.image.created': '2026-10-01T00:00:00Z',
      'org.opencontainers.image.version': name,
      'org.enterprisedb.pg.extensions': '[{"name":"vector","version":"0.8.0"},{"name":"pgaudit","version":"17.1"}]',
    },
    labels: { vendor: 'EDB', 'org.opencontainers.image.revision': digest.slice(7, 47) },
    env: { PG_MAJOR: '17' },
    user: '26',
    configCreated: '2026-10-01T00:00:00Z',
    platforms: [{ os: 'linux', architecture: 'amd64', variant: null, digest, size: 400_000_000 }],
    referrers: [],
    subject: null,
    detail: 'config',
  };
}
