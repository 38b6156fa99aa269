/**
 * Signatures by an independent signer, from a real registry through the agent to the verdict that people and scripts read:
 * another program signs, Pharos verifies.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, it } from 'node:test';
import type { Evidence, ImageVerification, TrustEntry } from '@pharos/contract';
import {
  buildImage,
  type CosignKey,
  type Distribution,
  digestOf,
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
    tamper(registry, images.tampered.digest);
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

/** Changes one letter of the signature in the registry's files, and gives the manifest the digest that it has then. */
function tamper({ rootDir }: Distribution, digest: string): void {
  const storage = join(rootDir, 'docker/registry/v2');
  const repository = join(storage, 'repositories/team/postgresql/_manifests');
  const link = join(repository, 'tags', `${digest.replace(':', '-')}.sig`, 'current/link');
  const old = readFileSync(link, 'utf8').trim();
  const path = (each: string) => join(storage, 'blobs/sha256', each.slice(7, 9), each.slice(7), 'data');
  const text = readFileSync(path(old), 'utf8');
  const changed = text.replace(/("dev\.cosignproject\.cosign\/signature": ?".{20})(.)/, (_, before, letter) => {
    return `${before}${letter === 'A' ? 'B' : 'A'}`;
  });
  assert.notEqual(changed, text);
  const fresh = digestOf(Buffer.from(changed));
  writeInto(path(fresh), changed);
  writeInto(join(repository, 'revisions/sha256', fresh.slice(7), 'link'), fresh);
  const tag = join(repository, 'tags', `${digest.replace(':', '-')}.sig`);
  writeInto(join(tag, 'index/sha256', fresh.slice(7), 'link'), fresh);
  writeFileSync(link, fresh);
  assert.ok(readdirSync(tag).length > 0);
}

function writeInto(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
