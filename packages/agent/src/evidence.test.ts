import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  type BuiltImage,
  buildArtifact,
  buildImage,
  buildSignature,
  generateRepository,
  type MisbehavingRegistry,
  startMisbehaving,
} from '@pharos/testbed';
import { LargeBudget } from './large-evidence.ts';
import { FakeControlPlane } from './testing/fake-control-plane.ts';
import { type Context, configFor, rule, sweep } from './testing/fixtures.ts';

const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

interface Setting {
  registry: MisbehavingRegistry;
  fake: FakeControlPlane;
  again(): Promise<void>;
}

/** An agent that reads `pg`, after its first sweep. */
async function start(
  context: Context,
  fill: (registry: MisbehavingRegistry) => void,
  { tags = [] as string[], prepare = (_fake: FakeControlPlane) => {} } = {},
): Promise<Setting> {
  const registry = await startMisbehaving({ repositories: [] });
  context.after(() => registry.stop());
  fill(registry);
  const fake = new FakeControlPlane();
  prepare(fake);
  const rules = [rule('all', ['pg'], tags.length === 0 ? [] : [{ include: tags, exclude: [], order: 'version' }])];
  const config = configFor(registry.url, rules);
  const { again } = await sweep(context, fake, config);
  return { registry, fake, again };
}

const sigTag = ({ digest }: { digest: string }) => `${digest.replace(':', '-')}.sig`;
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const about = (registry: MisbehavingRegistry, text: string) =>
  registry.log.filter(({ path }) => path.includes(text)).length;

function signature(payloads: readonly Buffer[]): BuiltImage {
  const layers = payloads.map((bytes, index) => ({
    mediaType: SIMPLE,
    bytes,
    annotations: { 'dev.cosignproject.cosign/signature': Buffer.from(`signature ${index}`).toString('base64') },
  }));
  return buildArtifact({ configMediaType: 'application/vnd.oci.image.config.v1+json', layers });
}

/** What clients write under the fallback tag: an index that names the type of each referrer. */
function fallbackIndex(children: readonly [image: BuiltImage, artifactType: string][]): BuiltImage {
  const manifests = children.map(([{ digest, mediaType, bytes }, artifactType]) => ({
    mediaType,
    digest,
    size: bytes.length,
    artifactType,
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  const own = { digest: sha256(bytes), mediaType: INDEX, bytes };
  return {
    ...own,
    manifests: [...children.flatMap(([image]) => image.manifests), own],
    blobs: children.flatMap(([image]) => image.blobs),
  };
}

test("cosign's signature comes with its bytes and annotations, once; unchanged it costs nothing for a day", async (context) => {
  const image = buildImage({ name: 'signed' });
  const signed = buildSignature(image);
  const { registry, fake, again } = await start(context, ({ content }) => {
    content.push('pg', '17.4', image);
    content.push('pg', signed.tag, signed.image);
  });
  const [found, ...more] = fake.evidence;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [found?.subject, found?.digest, found?.position, found?.form, found?.problem],
    [image.digest, signed.image.digest, 0, 'cosign-simple', null],
  );
  const payload = Buffer.from(found!.payload!, 'base64');
  assert.equal(sha256(payload), found!.payloadDigest);
  assert.equal(JSON.parse(payload.toString()).critical.image['docker-manifest-digest'], image.digest);
  assert.ok(found!.annotations['dev.cosignproject.cosign/signature']);
  registry.clearLog();
  await again();
  assert.equal(about(registry, '.sig') + about(registry, found!.payloadDigest), 0, 'not asked again');
  assert.equal(fake.evidence.length, 1);
});

test('where nothing is signed not one request is spent, and none on signatures of what no rule takes', async (context) => {
  const { tags } = generateRepository('pg', 20);
  const other = buildImage({ name: 'not wanted' });
  const signed = buildSignature(other);
  const { registry, fake } = await start(
    context,
    ({ content }) => {
      for (const [name, image] of tags) content.push('pg', name, image);
      content.push('pg', 'other', other);
      content.push('pg', signed.tag, signed.image);
    },
    { tags: ['re:\\d.*'] },
  );
  assert.equal(fake.library.get('pg')?.size, 20);
  assert.equal(about(registry, '.sig'), 0);
  assert.deepEqual(fake.evidence, []);
});

test('a cosign 3 bundle is found by the fallback tag, and a signature over bytes brings the manifest along', async (context) => {
  const image = buildImage({ name: 'signed' });
  const bundle = (text: string) =>
    buildArtifact({ artifactType: BUNDLE, subject: image, layers: [{ mediaType: BUNDLE, bytes: Buffer.from(text) }] });
  const [envelope, message] = [bundle('{"dsseEnvelope":{}}'), bundle('{"messageSignature":{}}')];
  const sbom = buildArtifact({ artifactType: 'application/spdx+json', subject: image });
  const index = fallbackIndex([
    [envelope, BUNDLE],
    [message, BUNDLE],
    [sbom, 'application/spdx+json'],
  ]);
  const { fake, registry, again } = await start(context, ({ content }) => {
    content.push('pg', '17.4', image);
    content.push('pg', image.digest.replace(':', '-'), index);
  });
  const told = new Map(fake.evidence.map((each) => [each.digest, each]));
  assert.deepEqual([...told.keys()].toSorted(), [envelope.digest, message.digest].toSorted());
  assert.deepEqual(
    [told.get(envelope.digest)?.form, told.get(envelope.digest)?.subjectManifest],
    ['sigstore-bundle', null],
  );
  assert.deepEqual(Buffer.from(told.get(message.digest)!.subjectManifest!, 'base64'), image.bytes);
  registry.clearLog();
  await again();
  assert.equal(about(registry, '/blobs/') + about(registry, envelope.digest), 0);
});

test("cosign 2's referrers and notation's signatures come in their forms; other referrers are left alone", async (context) => {
  const image = buildImage({ name: 'signed' });
  const make = (artifactType: string, mediaType: string) =>
    buildArtifact({ artifactType, subject: image, layers: [{ mediaType, bytes: Buffer.from(mediaType) }] });
  const types: [artifactType: string, mediaType: string, form: string | null][] = [
    ['application/vnd.dev.cosign.artifact.sig.v1+json', SIMPLE, 'cosign-simple'],
    ['application/vnd.cncf.notary.signature', 'application/jose+json', 'notation-jws'],
    ['application/vnd.cncf.notary.signature', 'application/cose', 'notation-cose'],
    ['application/vnd.cncf.notary.signature', 'text/plain', 'unknown'],
    ['application/sarif+json', 'application/sarif+json', null],
  ];
  const made = types.map(([artifactType, mediaType]): [BuiltImage, string] => [
    make(artifactType, mediaType),
    artifactType,
  ]);
  const { fake } = await start(context, ({ content }) => {
    content.push('pg', '1', image);
    content.push('pg', image.digest.replace(':', '-'), fallbackIndex(made));
  });
  const forms = fake.evidence.map(({ form }) => form).toSorted();
  assert.deepEqual(forms, types.flatMap(([, , form]) => form ?? []).toSorted());
  assert.ok(fake.evidence.every(({ payload }) => payload !== null));
});

test("cosign 2's attestations are fetched from behind their tag", async (context) => {
  const image = buildImage({ name: 'attested' });
  const mediaType = 'application/vnd.dsse.envelope.v1+json';
  const bytes = Buffer.from('{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}');
  const annotations = { predicateType: 'https://slsa.dev/provenance/v1' };
  const attestation = buildArtifact({
    configMediaType: 'application/vnd.oci.image.config.v1+json',
    layers: [{ mediaType, bytes, annotations }],
  });
  const { fake, registry, again } = await start(context, ({ content }) => {
    content.push('pg', '17.4', image);
    content.push('pg', `${image.digest.replace(':', '-')}.att`, attestation);
  });
  assert.deepEqual(
    fake.evidence.map(({ subject, form, problem, payload }) => [subject, form, problem, payload]),
    [[image.digest, 'cosign-dsse', null, bytes.toString('base64')]],
  );
  registry.clearLog();
  await again();
  assert.equal(about(registry, '.att'), 0, 'not asked again');
});

test('bounds: twenty signatures of an image, 256 KiB each, and what is over them is named and not fetched', async (context) => {
  const [many, large] = [buildImage({ name: 'many' }), buildImage({ name: 'large' })];
  const payloads = Array.from({ length: 30 }, (_, n) => Buffer.from(`payload ${n}`));
  const huge = Buffer.alloc(256 * 1024 + 1, 'x');
  const { fake, registry } = await start(context, ({ content }) => {
    content.push('pg', '1', many);
    content.push('pg', '2', large);
    content.push('pg', sigTag(many), signature(payloads));
    content.push('pg', sigTag(large), signature([huge, Buffer.from('small')]));
  });
  const of = (image: BuiltImage) => fake.evidence.filter(({ subject }) => subject === image.digest);
  assert.equal(of(many).filter(({ payload }) => payload !== null).length, 20);
  assert.deepEqual(
    of(many)
      .filter(({ payload }) => payload === null)
      .map(({ problem }) => problem),
    ['too-many'],
  );
  assert.deepEqual(
    of(large).map(({ position, problem }) => [position, problem]),
    [
      [0, 'too-large'],
      [1, null],
    ],
  );
  assert.equal(about(registry, sha256(huge)), 0, 'not asked for');
  assert.equal(about(registry, sha256(payloads[20]!)), 0);
});

/** An attestation of so many bytes, as a bundle of cosign 3 that hangs on the image. */
function largeBundle(subject: BuiltImage, size: number, tamper = false): BuiltImage {
  const bytes = Buffer.alloc(size, `{"dsseEnvelope":${size}}`);
  const made = buildArtifact({ artifactType: BUNDLE, subject, layers: [{ mediaType: BUNDLE, bytes }] });
  if (!tamper) return made;
  const other = Buffer.from(bytes);
  other[size >> 1] = 0x20;
  return {
    ...made,
    blobs: made.blobs.map((blob) => (blob.bytes.length === size ? { ...blob, bytes: other } : blob)),
  };
}

const MIB = 1024 * 1024;

test('a large attestation comes in parts that make the bytes of its digest, once', async (context) => {
  const image = buildImage({ name: 'attested' });
  const bundle = largeBundle(image, 2.5 * MIB);
  const { fake, registry, again } = await start(context, ({ content }) => {
    content.push('pg', '17.4', image);
    content.push('pg', image.digest.replace(':', '-'), fallbackIndex([[bundle, BUNDLE]]));
  });
  assert.deepEqual(fake.evidence, []);
  const parts = fake.evidenceParts;
  assert.deepEqual(
    parts.map(({ part, size }) => [part, size]),
    [0, 1, 2].map((part) => [part, 2.5 * MIB]),
  );
  assert.ok(parts.every(({ evidence }) => evidence.subject === image.digest && evidence.form === 'sigstore-bundle'));
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.bytes, 'base64')));
  assert.equal(sha256(bytes), parts[0]!.evidence.payloadDigest);
  registry.clearLog();
  await again();
  assert.equal(about(registry, '/blobs/'), 0, 'not fetched again');
  assert.equal(fake.evidenceParts.length, 3);
});

test('an attestation that the control plane had no room for is fetched again when it says so, by its digest, and once', async (context) => {
  const image = buildImage({ name: 'refused' });
  const bundle = largeBundle(image, 1.5 * MIB);
  const { fake, registry, again } = await start(context, ({ content }) => {
    content.push('pg', '17.4', image);
    content.push('pg', image.digest.replace(':', '-'), fallbackIndex([[bundle, BUNDLE]]));
  });
  assert.equal(fake.evidenceParts.length, 2);
  fake.evidenceWanted = [{ subject: image.digest, digest: bundle.digest }];
  registry.clearLog();
  await again();
  assert.equal(fake.evidenceParts.length, 2, 'it is told at the end of a scan');
  assert.equal(about(registry, '/blobs/'), 0);
  await again();
  assert.equal(fake.evidenceParts.length, 4);
  assert.deepEqual(fake.evidenceParts.slice(2), fake.evidenceParts.slice(0, 2));
  registry.clearLog();
  await again();
  assert.equal(about(registry, '/blobs/'), 0, 'once');
});

test('over the bound it is told as too large and not asked for; other bytes than those of its digest are not handed on', async (context) => {
  const [over, forged] = [buildImage({ name: 'over' }), buildImage({ name: 'forged' })];
  const [large, changed] = [largeBundle(over, 16 * MIB + 1), largeBundle(forged, 2 * MIB, true)];
  const { fake, registry } = await start(context, ({ content }) => {
    content.push('pg', '1', over);
    content.push('pg', '2', forged);
    content.push('pg', over.digest.replace(':', '-'), fallbackIndex([[large, BUNDLE]]));
    content.push('pg', forged.digest.replace(':', '-'), fallbackIndex([[changed, BUNDLE]]));
  });
  const told = new Map(fake.evidence.map((each) => [each.subject, each]));
  assert.equal(told.get(over.digest)?.problem, 'too-large');
  assert.equal(about(registry, told.get(over.digest)!.payloadDigest), 0, 'not asked for');
  assert.equal(told.get(forged.digest)?.problem, 'digest-mismatch');
  assert.deepEqual(fake.evidenceParts, []);
});

test('what one scan fetches of large ones is bounded, by its report too: the rest waits, and what never fits is told', async () => {
  const budget = new LargeBudget(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(
    [40, 24, 1, 65].map((mib) => budget.take(mib * MIB)),
    ['now', 'now', 'later', 'never'],
  );
  assert.equal(new LargeBudget(30 * MIB).take(11 * MIB), 'never', 'the spool has no room for it');
  assert.equal(new LargeBudget(0).take(0), 'now');
  let running = 0;
  const work = async () => {
    running += 1;
    assert.equal(running, 1, 'one at a time');
    await new Promise((done) => setImmediate(done));
    running -= 1;
  };
  await Promise.all([budget.line.inTurn(work), budget.line.inTurn(work), budget.line.inTurn(work)]);
});

test('bytes that are not those of their digest are never handed on', async (context) => {
  const image = buildImage({ name: 'signed' });
  const good = signature([Buffer.from('the payload that was signed')]);
  const blobs = good.blobs.map((blob) =>
    blob.mediaType === SIMPLE ? { ...blob, bytes: Buffer.from('another payload, of same size'.slice(0, 27)) } : blob,
  );
  const { fake, registry, again } = await start(context, ({ content }) => {
    content.push('pg', '17.4', image);
    content.push('pg', sigTag(image), { ...good, blobs });
  });
  assert.deepEqual(
    fake.evidence.map(({ payload, problem }) => [payload, problem]),
    [[null, 'digest-mismatch']],
  );
  assert.equal(fake.library.get('pg')?.size, 1, 'the tag is read all the same');
  registry.clearLog();
  await again();
  assert.equal(about(registry, '.sig'), 0, 'tried again in a day, not by every scan');
});

test('what names another image as its subject is not taken for a signature of this one', async (context) => {
  const [image, other] = [buildImage({ name: 'a' }), buildImage({ name: 'b' })];
  const foreign = buildArtifact({
    artifactType: BUNDLE,
    subject: other,
    layers: [{ mediaType: BUNDLE, bytes: Buffer.from('{}') }],
  });
  const { fake } = await start(context, ({ content }) => {
    content.push('pg', '1', image);
    content.push('pg', image.digest.replace(':', '-'), fallbackIndex([[foreign, BUNDLE]]));
  });
  assert.deepEqual(fake.evidence, []);
});

test('more signatures than one scan fetches follow in the next ones, each once', async (context) => {
  const images = Array.from({ length: 520 }, (_, n) => buildImage({ name: `${n}` }));
  const { fake, again } = await start(context, ({ content }) => {
    for (const [n, image] of images.entries()) {
      content.push('pg', `1.${n}`, image);
      content.push('pg', sigTag(image), signature([Buffer.from(`payload ${n}`)]));
    }
  });
  assert.equal(fake.evidence.length, 500);
  await again();
  assert.equal(new Set(fake.evidence.map(({ subject }) => subject)).size, 520);
  assert.equal(fake.evidence.length, 520);
});

test('a platform manifest may be signed by itself', async (context) => {
  const index = buildImage({
    name: 'both',
    platforms: [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ],
  });
  const platform = index.manifests[0]!;
  const { fake } = await start(context, ({ content }) => {
    content.push('pg', '1', index);
    content.push('pg', sigTag(platform), signature([Buffer.from('of a platform')]));
  });
  assert.deepEqual(
    fake.evidence.map(({ subject }) => subject),
    [platform.digest],
  );
});

test('what is attached to a platform later is found too, by a scan that reads no image anew', async (context) => {
  const index = buildImage({
    name: 'later',
    platforms: [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ],
  });
  const platform = index.manifests[0]!;
  const { fake, registry, again } = await start(context, ({ content }) => content.push('pg', '1', index));
  assert.deepEqual(fake.evidence, []);
  const bundle = buildArtifact({
    artifactType: BUNDLE,
    subject: { ...index, ...platform },
    layers: [{ mediaType: BUNDLE, bytes: Buffer.from('{"dsseEnvelope":{}}') }],
  });
  registry.content.push('pg', platform.digest.replace(':', '-'), fallbackIndex([[bundle, BUNDLE]]));
  await again();
  await again();
  assert.deepEqual(
    fake.evidence.map(({ subject, digest }) => [subject, digest]),
    [[platform.digest, bundle.digest]],
  );
});

test('a control plane that knows no signatures gets the tags all the same', async (context) => {
  const image = buildImage({ name: 'signed' });
  const signed = buildSignature(image);
  const { fake } = await start(
    context,
    ({ content }) => {
      content.push('pg', '17.4', image);
      content.push('pg', signed.tag, signed.image);
    },
    {
      prepare: (plane) => {
        plane.refuse = (name) => (name === 'agentScanEvidence' ? [404, 'not-found'] : null);
      },
    },
  );
  assert.equal(fake.library.get('pg')?.size, 1);
  assert.deepEqual(fake.evidence, []);
});

test('an answer that is lost sends the signature again, and it is fetched once', async (context) => {
  const image = buildImage({ name: 'signed' });
  const signed = buildSignature(image);
  let isLost = false;
  const { fake, registry } = await start(
    context,
    ({ content }) => {
      content.push('pg', '17.4', image);
      content.push('pg', signed.tag, signed.image);
    },
    {
      prepare: (plane) => {
        plane.mishap = (name) => {
          if (name !== 'agentScanEvidence' || isLost) return null;
          isLost = true;
          return 'lose-answer';
        };
      },
    },
  );
  assert.equal(fake.evidence.length, 2);
  assert.deepEqual(fake.evidence[0], fake.evidence[1]);
  assert.equal(about(registry, fake.evidence[0]!.payloadDigest), 1);
});

test('a registry that fails half way ends the fetching and not the scan; the rest comes with the next one', async (context) => {
  const images = Array.from({ length: 60 }, (_, n) => buildImage({ name: `${n}` }));
  const { fake, registry, again } = await start(context, ({ content }) => {
    for (const [n, image] of images.entries()) content.push('pg', `1.${n}`, image);
  });
  for (const [n, image] of images.entries()) {
    registry.content.push('pg', sigTag(image), signature([Buffer.from(`payload ${n}`)]));
  }
  registry.clearLog();
  const before = fake.commits.length;
  const sweep = again();
  await fake.until(() => about(registry, '.sig') > 15, 'some signatures to be asked for');
  registry.fault = { name: 'status-403' };
  await sweep;
  registry.fault = undefined;
  assert.equal(fake.library.get('pg')?.size, 60);
  assert.ok(fake.evidence.length < 60, `${fake.evidence.length} fetched`);
  assert.ok(fake.commits.length > before);
  await again();
  const subjects = new Set(fake.evidence.filter(({ payload }) => payload !== null).map(({ subject }) => subject));
  assert.ok(subjects.size >= 50, `${subjects.size} fetched by now`);
});
