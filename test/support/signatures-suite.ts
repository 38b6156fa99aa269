/**
 * Signatures by an independent signer, from a real registry through the agent to the verdict that people and scripts read:
 * another program signs, Pharos verifies.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { Evidence, ImageVerification, TrustEntry } from '@pharos/contract';
import {
  buildArtifact,
  buildImage,
  type CosignKey,
  type Distribution,
  digestOf,
  MEDIA_TYPES,
  makeCosignKey,
  seedHttp,
  startDistribution,
} from '@pharos/testbed';
import {
  ADMIN_TOKEN,
  cleanUp,
  makeFolder,
  type Pharos,
  runPharos,
  startPharos,
  waitFor,
  writeAgentFile,
} from './pharos.ts';

/** Another program that signs an image where it stands. */
export interface Signer {
  sign(
    what: { registry: Distribution; repository: string; tag: string; digest: string },
    key: CosignKey,
  ): Promise<void>;
}

const platforms = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'arm64' },
];

/** The same questions whoever signs. `form` is how this signer writes. */
export function signaturesSuite({ sign: signImage }: Signer, form: Evidence['form']): void {
  const [release, other] = [makeCosignKey(), makeCosignKey()];
  const images = {
    signed: buildImage({ name: 'signed', platforms }),
    foreign: buildImage({ name: 'signed by another key' }),
    both: buildImage({ name: 'signed by both keys' }),
    unsigned: buildImage({ name: 'unsigned' }),
    tampered: buildImage({ name: 'signed, and changed in the registry' }),
  };
  let registry: Distribution;
  let pharos: Pharos;
  let entry: TrustEntry;

  before(async () => {
    registry = await startDistribution();
    await seedHttp(registry.url, [{ name: 'team/postgresql', tags: Object.entries(images) }]);
    const sign = (tag: keyof typeof images, key: CosignKey) =>
      signImage({ registry, repository: 'team/postgresql', tag, digest: images[tag].digest }, key);
    await sign('signed', release);
    await sign('foreign', other);
    await sign('both', other);
    await sign('both', release);
    await sign('tampered', release);
    await tamper(registry, 'team/postgresql', images.tampered.digest, form);
    const agentFile = writeAgentFile({ url: registry.host, repositories: ['team/postgresql'] });
    pharos = await startPharos({ args: ['--agent-config', agentFile] });
    const { client } = pharos;
    await waitFor(async () => {
      const summaries = await Promise.all(
        Object.values(images).map(({ digest }) => client('getImageVerification', { params: { digest }, query: {} })),
      );
      return summaries.filter(({ state }) => state === 'untrusted').length === 4;
    }, `signatures:\n${pharos.output()}`);
    const body = { name: 'release', kind: 'key', key: release.publicKey, scope: `${registry.host}/team/**` } as const;
    entry = await client('createTrust', { body });
    await waitFor(async () => (await of('signed')).state === 'verified', 'the verification of what is stored');
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  const of = (name: keyof typeof images): Promise<ImageVerification> =>
    pharos.client('getImageVerification', { params: { digest: images[name].digest }, query: {} });
  const settled = (name: keyof typeof images) =>
    waitFor(async () => {
      const answer = await of(name);
      return answer.state === 'checking' ? null : answer;
    }, `an answer about ${name}`);
  const cli = (...args: string[]) => runPharos(args, { PHAROS_URL: pharos.url, PHAROS_TOKEN: ADMIN_TOKEN });

  it('says which key verified which digest, and that the index itself is signed', async () => {
    const answer = await of('signed');
    assert.equal(answer.verifiedBy[0]?.trust, 'release');
    assert.equal(answer.verifiedBy[0]?.signer, entry.keys[0]?.fingerprint);
    const own = answer.evidence.filter(({ subject }) => subject === images.signed.digest);
    assert.deepEqual([own[0]?.form, own[0]?.repository], [form, 'team/postgresql']);
    const image = await pharos.client('getImage', { params: { digest: images.signed.digest } });
    assert.deepEqual([image.verification.state, image.verification.sentence], [answer.state, answer.sentence]);
  });

  it('another key, a changed signature and no signature are told apart, and none is a pass', async () => {
    assert.deepEqual(
      [(await settled('foreign')).state, (await settled('tampered')).state, (await of('unsigned')).state],
      ['failed', 'failed', 'none'],
    );
    assert.match((await of('foreign')).sentence, /no trusted key made it/);
  });

  it('one good signature among several is enough', async () => {
    const { evidence, state } = await settled('both');
    assert.equal(state, 'verified');
    const outcomes = evidence.flatMap(({ results }) => results.map(({ outcome }) => outcome));
    assert.deepEqual(outcomes.toSorted(), ['failed', 'verified']);
  });

  it('pharos verify ends with 0 for the signed one only', async () => {
    const codes: Record<string, number | null> = {};
    for (const name of Object.keys(images)) codes[name] = (await cli('verify', `team/postgresql:${name}`)).code;
    assert.deepEqual(codes, { signed: 0, foreign: 6, both: 0, unsigned: 6, tampered: 6 });
    const json = await cli('verify', images.signed.digest, '--json');
    assert.deepEqual([json.code, JSON.parse(json.stdout).state], [0, 'verified']);
  });

  it('trust add --check says how many images a key would verify, and changes nothing', async () => {
    const file = join(makeFolder(), 'cosign.pub');
    writeFileSync(file, other.publicKey);
    const checked = await cli('trust', 'add', 'other', '--key', file, '--check', '--json');
    assert.equal(JSON.parse(checked.stdout).images, 2);
    assert.equal((await of('foreign')).state, 'failed');
  });

  it('trust that is taken away counts no more, and the registry is not asked again', async () => {
    await pharos.client('updateTrust', { params: { id: entry.id }, body: { scope: 'elsewhere.example/**' } });
    assert.notEqual((await of('signed')).state, 'verified');
    assert.equal((await settled('signed')).state, 'untrusted');
    await registry.pause();
    try {
      await pharos.client('updateTrust', { params: { id: entry.id }, body: { scope: '**' } });
      await waitFor(async () => (await of('signed')).state === 'verified', 'the verification without the registry');
    } finally {
      await registry.resume();
    }
    await pharos.client('deleteTrust', { params: { id: entry.id } });
    assert.notEqual((await of('signed')).state, 'verified');
    assert.equal((await settled('signed')).state, 'untrusted');
    const { items } = await pharos.client('listTrustChanges', { query: {} });
    assert.deepEqual(
      items.map(({ action }) => action),
      ['delete', 'update', 'update', 'create'],
    );
  });
}

/** Changes one letter of the signature in the registry, and gives everything around it the digests that it has then. */
export async function tamper({ url }: Distribution, repository: string, digest: string, form: Evidence['form']) {
  const accept = `${MEDIA_TYPES.oci.index}, ${MEDIA_TYPES.oci.manifest}`;
  const get = async (path: string) => {
    const answer = await fetch(`${url}/v2/${repository}/${path}`, { headers: { accept } });
    assert.ok(answer.ok, path);
    return Buffer.from(await answer.arrayBuffer());
  };
  const json = async (path: string) => JSON.parse((await get(path)).toString());
  const stem = digest.replace(':', '-');
  const changeOne = (text: string) => `${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`;
  if (form === 'cosign-simple') {
    const manifest = await json(`manifests/${stem}.sig`);
    const [{ mediaType, annotations, digest: payload }] = manifest.layers;
    const name = 'dev.cosignproject.cosign/signature';
    const changed = { ...annotations, [name]: changeOne(annotations[name]) };
    const layers = [{ mediaType, bytes: await get(`blobs/${payload}`), annotations: changed }];
    const image = buildArtifact({ configMediaType: MEDIA_TYPES.oci.config, layers });
    await seedHttp(url, [{ name: repository, tags: [[`${stem}.sig`, image]] }]);
    return;
  }
  const index = await json(`manifests/${stem}`);
  const child = await json(`manifests/${index.manifests[0].digest}`);
  const bundle = await json(`blobs/${child.layers[0].digest}`);
  bundle.dsseEnvelope.signatures[0].sig = changeOne(bundle.dsseEnvelope.signatures[0].sig);
  const { artifactType } = child;
  const bytes = Buffer.from(JSON.stringify(bundle));
  const subject = { ...child.subject, bytes: await get(`manifests/${digest}`) };
  const image = buildArtifact({ artifactType, subject, layers: [{ mediaType: artifactType, bytes }] });
  const manifests = [{ ...index.manifests[0], digest: image.digest, size: image.bytes.length }];
  const text = Buffer.from(JSON.stringify({ ...index, manifests }));
  const own = { digest: digestOf(text), mediaType: MEDIA_TYPES.oci.index, bytes: text };
  const whole = { ...own, manifests: [...image.manifests, own], blobs: image.blobs };
  await seedHttp(url, [{ name: repository, tags: [[stem, whole]] }]);
}
