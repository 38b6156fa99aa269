/** A library of database images in a location, for tests of clusters and catalogs. Not exported. */
import type { ImageState, Observation } from '@pharos/contract';
import { answerProbe, makeAgent, startTestServer, type TestServer } from '../testing.ts';
import { digestOf, readObservation, reportScan } from '../testing-registry.ts';

export const LOCATION = 'eu-west';
export const HOST = 'registry.example.com';

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
  return readObservation(digest, {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    layerMediaTypes: ['application/vnd.oci.image.layer.v1.tar+gzip'],
    annotations,
    user,
    configCreated: '2026-10-01T00:00:00Z',
    platforms: platforms.map((architecture) => ({
      os: 'linux',
      architecture,
      variant: null,
      digest: digestOf(`${digest} ${architecture}`),
      size: 1000,
    })),
  });
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
      const digest = (image: TestImage) => image.digest ?? imageOf(repository, image.tag);
      await reportScan(agent, {
        registryId,
        repository,
        tags: Object.fromEntries(images.map((image) => [image.tag, digest(image)])),
        images: images.map((image) => observationOf(digest(image), image)),
      });
    },
    decide: async (state, ...digests) => {
      await it.store.decisions.decide(
        digests.map((digest) => ({ digest, state, reason: 'test', actor: 'approver', actorKind: 'session' })),
        new Date(),
      );
    },
  };
}
