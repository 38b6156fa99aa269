import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '@pharos/contract';
import { emptyObservation } from '@pharos/library';
import { parseManifest, RegistryError } from '@pharos/oci';
import { type BuiltImage, buildArtifact, buildIndex, digestOf } from '@pharos/testbed';
import { readPackages } from './read-packages.ts';
import type { RepositoryReader } from './repository-reader.ts';

const IMAGE = digestOf('the image');
const PLATFORM = digestOf('its first platform');
const SPDX = { spdxVersion: 'SPDX-2.3', packages: [{ name: 'postgresql-17-pgvector', versionInfo: '0.8.0-1' }] };
const VECTOR = [{ name: 'postgresql-17-pgvector', version: '0.8.0-1', type: null }];
const IN_TOTO = 'application/vnd.in-toto+json';

const statement = (subject: string, predicateType = 'https://spdx.dev/Document') => ({
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType,
  subject: [{ digest: { sha256: subject.slice(7) } }],
  predicate: SPDX,
});

function artifact(
  mediaType: string,
  content: object | string,
  more: { subject?: string; predicate?: string; artifactType?: string } = {},
) {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const { subject, predicate, artifactType } = more;
  return buildArtifact({
    ...(artifactType ? { artifactType } : {}),
    layers: [{ mediaType, bytes, ...(predicate ? { annotations: { 'in-toto.io/predicate-type': predicate } } : {}) }],
    ...(subject
      ? {
          subject: { digest: subject, mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes: Buffer.alloc(1) },
        }
      : {}),
  });
}

/** A repository that holds these, some under tags; `referrers`: it has the API. Counts what is asked. */
function repository(held: BuiltImage[], tags: Record<string, BuiltImage> = {}, referrers: BuiltImage[] | null = null) {
  const manifests = new Map<string, BuiltImage>(held.map((image) => [image.digest, image]));
  for (const [tag, image] of Object.entries(tags)) manifests.set(tag, image);
  const blobs = new Map(
    [...held, ...Object.values(tags)].flatMap((image) => image.blobs.map((blob) => [blob.digest, blob.bytes] as const)),
  );
  const asked = { blobs: 0 };
  const reader = {
    async manifest(reference: string) {
      const image = manifests.get(reference);
      if (!image) throw new RegistryError({ code: 'manifest-not-found', message: 'It is not there.' });
      return {
        digest: image.digest,
        mediaType: image.mediaType,
        size: image.bytes.length,
        bytes: image.bytes,
        manifest: parseManifest(image.bytes, image.mediaType),
      };
    },
    referrers: async () =>
      referrers?.map(({ digest, bytes }) => ({ digest, artifactType: JSON.parse(String(bytes)).artifactType ?? '' })) ??
      null,
    async blob({ digest }: { digest: string }) {
      asked.blobs += 1;
      return blobs.get(digest)!;
    },
  };
  return { reader: reader as unknown as RepositoryReader, asked };
}

const observation = (more: Partial<Observation> = {}): Observation => ({
  ...emptyObservation(IMAGE, 'application/vnd.oci.image.index.v1+json'),
  platforms: [
    { os: 'linux', architecture: 'arm64', variant: null, digest: digestOf('arm'), size: null },
    { os: 'linux', architecture: 'amd64', variant: null, digest: PLATFORM, size: null },
  ],
  ...more,
});

test("BuildKit's attestation in the index: the SBOM of the first platform, and not the provenance beside it", async () => {
  const bytes = (text: object) => Buffer.from(JSON.stringify(text));
  const attestation = buildArtifact({
    layers: [
      {
        mediaType: IN_TOTO,
        bytes: bytes(statement(PLATFORM, 'https://slsa.dev/provenance/v1')),
        annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
      },
      {
        mediaType: IN_TOTO,
        bytes: bytes(statement(PLATFORM)),
        annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' },
      },
    ],
  });
  const { reader, asked } = repository([attestation]);
  const referrer = {
    digest: attestation.digest,
    artifactType: 'attestation-manifest',
    source: 'index' as const,
    tag: null,
    subject: PLATFORM,
  };
  const read = await readPackages(observation({ referrers: [referrer] }), reader);
  assert.deepEqual(
    read.packages.map(({ subject, attested, packages }) => ({ subject, attested, packages })),
    [{ subject: PLATFORM, attested: true, packages: VECTOR }],
  );
  assert.equal(asked.blobs, 1, 'the provenance was not fetched');
});

test('a referrer by the API, and one behind the fall-back tag', async () => {
  const sbom = artifact('application/spdx+json', SPDX, { subject: IMAGE, artifactType: 'application/spdx+json' });
  const byApi = await readPackages(observation(), repository([sbom], {}, [sbom]).reader);
  const index = buildIndex([{ image: sbom }]);
  const byTag = await readPackages(observation(), repository([sbom], { [IMAGE.replace(':', '-')]: index }).reader);
  for (const { packages } of [byApi, byTag])
    assert.deepEqual(
      packages.map((each) => [each.subject, each.packages]),
      [[IMAGE, VECTOR]],
    );
});

test("cosign's tags: an attestation in an envelope, and a bare SBOM", async () => {
  const payload = Buffer.from(JSON.stringify(statement(IMAGE))).toString('base64');
  const att = artifact('application/vnd.dsse.envelope.v1+json', { payloadType: IN_TOTO, payload, signatures: [] });
  const sbom = artifact('text/spdx+json', SPDX);
  const stem = IMAGE.replace(':', '-');
  for (const tags of [{ [`${stem}.att`]: att }, { [`${stem}.sbom`]: sbom }]) {
    const { packages } = await readPackages(observation(), repository([], tags).reader);
    assert.deepEqual(
      packages.map((each) => each.packages),
      [VECTOR],
    );
  }
});

test('a list of another image is refused, and said to be', async () => {
  const foreign = artifact(IN_TOTO, statement(digestOf('other')), { subject: IMAGE, artifactType: IN_TOTO });
  const silent = artifact('application/spdx+json', SPDX, { artifactType: 'application/spdx+json' });
  const first = await readPackages(observation(), repository([foreign], {}, [foreign]).reader);
  assert.deepEqual(first.packages, []);
  assert.match(first.message ?? '', /another image/);
  const second = await readPackages(observation(), repository([silent], {}, [silent]).reader);
  assert.deepEqual(second.packages, []);
  assert.match(second.message ?? '', /does not say that it belongs/);
});

test('no JSON, no list, nothing at all: a sentence, or none', async () => {
  const broken = artifact('application/spdx+json', 'no json', {
    subject: IMAGE,
    artifactType: 'application/spdx+json',
  });
  assert.match(
    (await readPackages(observation(), repository([broken], {}, [broken]).reader)).message ?? '',
    /not JSON/,
  );
  assert.deepEqual(await readPackages(observation(), repository([]).reader), { packages: [], message: null });
});

test('a registry that is away is an error, not an image without packages', async () => {
  const { reader } = repository([]);
  reader.referrers = () => Promise.reject(new RegistryError({ code: 'timeout', message: 'It does not answer.' }));
  await assert.rejects(readPackages(observation(), reader), { code: 'timeout' });
});
