import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { AdmissionSnapshot } from '@pharos/contract';
import { folder as newFolder } from '../testing/fixtures.ts';
import { SnapshotKeeper, SnapshotRefused } from './snapshot-keeper.ts';
import { BAD, GOOD, IMAGES, makeSigner, OLD, signed } from './testing.ts';

async function keeperOf(publicKey: string | null = null) {
  const folder = newFolder();
  const open = async () => {
    const keeper = new SnapshotKeeper(folder, 'here', publicKey);
    await keeper.load();
    return keeper;
  };
  return { folder: join(folder, 'admission'), open, keeper: await open() };
}

const stands = (keeper: SnapshotKeeper, digest = GOOD) => keeper.held?.index.standingOf(digest, new Date())?.state;

test('a signed snapshot is taken, kept, and there again after a restart', async () => {
  const { keeper, open, folder } = await keeperOf();
  assert.equal(keeper.held, null);
  const signer = makeSigner();
  await keeper.take(signer.snapshot());
  assert.deepEqual([stands(keeper), stands(keeper, OLD), stands(keeper, BAD)], ['approved', 'deprecated', 'revoked']);
  const again = await open();
  assert.deepEqual([stands(again), again.problem, again.generation], ['approved', '', 1]);

  // Nothing changed: the content is not sent, and the age is younger.
  const later = signer.snapshot({ issuedAt: new Date(Date.now() + 90_000).toISOString() });
  await again.take({ ...later, content: null });
  assert.equal(stands(again), 'approved');
  assert.equal((await open()).held?.header.issuedAt, JSON.parse(later.header).issuedAt);

  await again.take(
    signer.snapshot({ generation: 2, issuedAt: new Date(Date.now() + 91_000).toISOString() }, IMAGES.slice(1)),
  );
  assert.equal(stands(again), undefined);
  assert.equal((await readdir(folder)).filter((name) => name.startsWith('content-')).length, 1, 'old contents go');
});

test('whatever is changed of it, it is not taken, and the one before stays', async () => {
  const { keeper } = await keeperOf();
  const signer = makeSigner();
  await keeper.take(signer.snapshot({ generation: 5 }));
  const good = signer.snapshot({ generation: 6 }, IMAGES.slice(0, 1));
  const other = signer.snapshot({ generation: 7 });
  const stranger = generateKeyPairSync('ed25519');
  const field = (name: string, value: unknown): AdmissionSnapshot => ({
    ...good,
    header: JSON.stringify({ ...JSON.parse(good.header), [name]: value }),
  });
  const changed: Record<string, AdmissionSnapshot> = {
    generation: field('generation', 60),
    issuedAt: field('issuedAt', new Date(Date.now() + 1e9).toISOString()),
    location: field('locationId', 'there'),
    epoch: field('serverEpoch', 'other'),
    version: field('version', 2),
    contentSha256: field('contentSha256', 'f'.repeat(64)),
    'a field more': field('more', true),
    'the signature of another': { ...good, signature: other.signature },
    'no signature': { ...good, signature: '' },
    'another key': makeSigner().snapshot({ generation: 6 }),
    'a signature of another key': signed(stranger.privateKey, signer.publicKey, good.header, good.content),
    'no key': { ...good, publicKey: '' },
    'the content of another': { ...good, content: other.content },
    'a content cut short': { ...good, content: good.content!.slice(0, 40) },
    'another content': { ...good, content: gzipSync('["end",0,0]\n').toString('base64') },
    'no content': { ...good, content: null },
    'a bit of the content': { ...good, content: flipped(good.content!) },
  };
  for (const [what, snapshot] of Object.entries(changed)) {
    await assert.rejects(keeper.take(snapshot), (error) => error instanceof Error, what);
    assert.deepEqual([keeper.held?.header.generation, stands(keeper, BAD)], [5, 'revoked'], what);
  }
  await keeper.take(good);
  assert.equal(keeper.held?.header.generation, 6);
});

function flipped(content: string): string {
  const bytes = Buffer.from(content, 'base64');
  bytes[bytes.length >> 1]! ^= 1;
  return bytes.toString('base64');
}

test('signed for another location, it is refused', async () => {
  const { keeper } = await keeperOf();
  await assert.rejects(keeper.take(makeSigner().snapshot({ locationId: 'there' })), /another location/);
});

test('an older one is refused: from the network, of the same generation, of another database, and put back on disk', async () => {
  const { keeper, open, folder } = await keeperOf();
  const signer = makeSigner();
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const old = signer.snapshot({ generation: 5, issuedAt: at(0) });
  await keeper.take(old);
  const before = await readFile(join(folder, 'head.json'));
  const content = (await readdir(folder)).find((name) => name.startsWith('content-'))!;
  const bytes = await readFile(join(folder, content));
  await keeper.take(signer.snapshot({ generation: 6, issuedAt: at(5) }, IMAGES.slice(0, 1)));
  await assert.rejects(keeper.take(old), SnapshotRefused);
  await assert.rejects(keeper.take(signer.snapshot({ generation: 5, issuedAt: at(10) })), /older/);
  await assert.rejects(keeper.take(signer.snapshot({ generation: 6, issuedAt: at(4) })), /older/);
  await assert.rejects(
    keeper.take(signer.snapshot({ generation: 9, serverEpoch: 'before', issuedAt: at(4) })),
    /older/,
  );

  await writeFile(join(folder, 'head.json'), before);
  await writeFile(join(folder, content), bytes);
  const again = await open();
  assert.equal(again.held, null);
  assert.match(again.problem, /older than one that was here/);
  await again.take(signer.snapshot({ generation: 1, serverEpoch: 'restored', issuedAt: at(20) }));
  assert.equal(stands(again), 'approved', 'another database counts anew, when it is younger');
});

test('what is damaged on disk is not used, and the next snapshot mends it', async () => {
  const { keeper, open, folder } = await keeperOf();
  const signer = makeSigner();
  await keeper.take(signer.snapshot());
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const bytes = await readFile(path);
    for (const damage of [bytes.subarray(0, bytes.length >> 1), Buffer.alloc(0), Buffer.from('{}')]) {
      await writeFile(path, damage);
      const again = await open();
      assert.equal(again.held, null, name);
      assert.match(again.problem, /not used/);
    }
    await writeFile(path, bytes);
  }
  await rm(join(folder, 'head.json'));
  const again = await open();
  await again.take(signer.snapshot({ generation: 2, issuedAt: new Date(Date.now() + 1000).toISOString() }));
  assert.equal(stands(again), 'approved');
});

test('the key that is met first stays; one in the file of the agent goes before', async () => {
  const { keeper } = await keeperOf();
  await keeper.take(makeSigner().snapshot());
  await assert.rejects(keeper.take(makeSigner().snapshot({ generation: 9 })), /another key/);
  const signer = makeSigner();
  const pinned = await keeperOf(signer.publicKey);
  await assert.rejects(pinned.keeper.take(makeSigner().snapshot()), /another key/);
  await pinned.keeper.take(signer.snapshot());
  assert.equal(stands(pinned.keeper), 'approved');
});
