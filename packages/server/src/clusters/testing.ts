/** A library of database images in a location, for tests of clusters and catalogs. Not exported. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { ImageState, Observation } from '@pharos/contract';
import { answerProbe, makeAgent, startTestServer, type TestServer } from '../testing.ts';

export const LOCATION = 'eu-west';
export const HOST = 'registry.example.com';

export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export interface TestImage {
  readonly tag: string;
  readonly digest?: string;
  readonly annotations?: Record<string, string>;
  readonly platforms?: readonly string[];
  readonly user?: string;
}

export interface TestLibrary {
  readonly it: TestServer;
  /** The one of the location: it has answered for the registry, reports the scans, and may apply what is dispatched. */
  readonly agent: ReturnType<typeof makeAgent>;
  readonly registryId: string;
  /** Reports a repository whole: by tags, where nothing else of the images matters. */
  scan(repository: string, images: readonly (TestImage | string)[]): Promise<void>;
  decide(state: ImageState, ...digests: string[]): Promise<void>;
}

function observationOf(digest: string, image: TestImage): Observation {
  const { annotations = {}, platforms = ['amd64', 'arm64'], user = '26' } = image;
  return {
    digest,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    artifactType: null,
    configMediaType: 'application/vnd.oci.image.config.v1+json',
    layerMediaTypes: ['application/vnd.oci.image.layer.v1.tar+gzip'],
    size: 1000,
    annotations,
    labels: {},
    env: {},
    user,
    configCreated: '2026-10-01T00:00:00Z',
    platforms: platforms.map((architecture) => ({
      os: 'linux',
      architecture,
      variant: null,
      digest: digestOf(`${digest} ${architecture}`),
      size: 1000,
    })),
    referrers: [],
    subject: null,
    detail: 'config',
  };
}

/** The digest of an image by its repository and tag, unless it is given. */
export const imageOf = (repository: string, tag: string) => digestOf(`${repository}:${tag}`);

export async function startLibrary(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestLibrary> {
  const it = await startTestServer(options);
  const agent = makeAgent(it, LOCATION);
  await agent.hello();
  const body = { name: 'Team registry', url: HOST, locationId: LOCATION };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  const registryId: string = created.body.id;
  return {
    it,
    agent,
    registryId,
    scan: async (repository, given) => {
      const images = given.map((image) => (typeof image === 'string' ? { tag: image } : image));
      const scanId = randomUUID();
      const begin = {
        scanId,
        parentId: null,
        agentId: agent.agentId,
        epoch: 1,
        registryId,
        repository,
        ruleIds: [],
        trigger: 'manual',
        startedAt: new Date().toISOString(),
      };
      assert.equal((await agent.call('agentScanBegin', { body: begin })).status, 200);
      const digest = (image: TestImage) => image.digest ?? imageOf(repository, image.tag);
      const tags = images.map((image) => ({ name: image.tag, digest: digest(image), pushedAt: null }));
      const chunk = { tags, images: images.map((image) => observationOf(digest(image), image)), referrers: [] };
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      const sent = { sha256: hash(JSON.stringify(chunk)), ...chunk };
      const taken = await agent.call('agentScanChunk', { params: { id: scanId, n: 0 }, body: sent });
      assert.equal(taken.status, 200, taken.text);
      const lines = tags.map((tag) => `${tag.name} ${tag.digest}\n`).toSorted();
      const commit = {
        status: 'complete',
        tagCount: tags.length,
        setDigest: hash(lines.join('')),
        listedCount: tags.length,
        artifactCount: 0,
        unresolved: [],
        listedNames: tags.map(({ name }) => name),
        absence: 'none',
        finishedAt: new Date().toISOString(),
        requests: 1,
        message: '',
        code: null,
        hint: null,
        failures: [],
        failedCount: 0,
      };
      const committed = await agent.call('agentScanCommit', { params: { id: scanId }, body: commit });
      assert.equal(committed.status, 200, committed.text);
    },
    decide: async (state, ...digests) => {
      await it.store.decisions.decide(
        digests.map((digest) => ({ digest, state, reason: 'test', actor: 'approver', actorKind: 'session' })),
        new Date(),
      );
    },
  };
}
