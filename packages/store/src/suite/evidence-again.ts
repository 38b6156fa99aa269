import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sql } from 'kysely';
import { storeOn } from '../open.ts';
import type { Store } from '../store.ts';
import { begun, signature } from './evidence-given.ts';
import { digestOf, type Given, hours, openOn, registry, scan, T0 } from './given.ts';

const MIB = 1024 * 1024;
const SIZE = 16 * MIB;

/** Attestations that found no room. */
export function evidenceAgainSuite(given: () => Promise<Given>): void {
  const storeWith = async ({ store, db }: Given, attestationSpace: number) =>
    storeOn(openOn(db), store.engine, { attestationSpace });

  /** Sends the first of sixteen parts, which is what room is counted for. */
  async function send(store: Store, registryId: string, names: readonly string[], repository = 'r'): Promise<string> {
    const scanId = await begun(store, registryId, repository);
    for (const name of names) {
      const head = { ...signature(digestOf(name)), payload: null, subjectManifest: null, problem: null };
      await store.evidence.putPart(scanId, { evidence: head, size: SIZE, part: 0, bytes: 'AAAA' }, T0);
    }
    return scanId;
  }
  const wanted = (names: readonly string[]) =>
    names.map((name) => ({ subject: digestOf(name), digest: digestOf('signature') }));
  const problemOf = async (store: Store, name: string) =>
    (await store.evidence.ofSubjects([digestOf(name)]))[0]?.problem;

  async function full(names: readonly string[]) {
    const all = await given();
    const store = await storeWith(all, 20 * MIB);
    const registryId = await registry(store);
    const tags = names.map((name, at) => ({ name: `17.${at}`, digest: digestOf(name) }));
    await scan(store, registryId, { repository: 'r', tags });
    const scanId = await send(store, registryId, names);
    return { ...all, store, registryId, scanId };
  }

  it('is not asked for while there is no room, and once a day when there is, as much as there is room for', async () => {
    const there = await full(['a', 'b', 'c', 'd']);
    const { store, registryId, scanId } = there;
    assert.deepEqual(await Promise.all(['a', 'b'].map((name) => problemOf(store, name))), [null, 'no-room']);
    assert.deepEqual(await store.evidence.askAgain(scanId, hours(1)), [], 'no room');
    const wider = await storeWith(there, 50 * MIB);
    assert.deepEqual(await wider.evidence.askAgain(scanId, hours(2)), wanted(['b', 'c']), 'room for two');
    assert.deepEqual(await wider.evidence.askAgain(scanId, hours(2)), [], 'asked for a moment ago');
    assert.deepEqual(await wider.evidence.askAgain(scanId, hours(4)), wanted(['d']), 'they did not come');
    assert.deepEqual(await wider.evidence.askAgain(scanId, hours(27)), wanted(['b', 'c']), 'a day later');
    await send(wider, registryId, ['b']);
    assert.equal(await problemOf(wider, 'b'), null, 'begun');
    assert.deepEqual(await wider.evidence.askAgain(scanId, hours(29)), wanted(['d']), 'what came takes its room');
    await send(wider, registryId, ['d', 'c']);
    assert.equal(await problemOf(wider, 'c'), 'no-room');
    assert.deepEqual(await wider.evidence.askAgain(scanId, hours(90)), []);
  });

  it('asks each repository for its own, promises the same room to one of them only, and takes what was freed', async () => {
    const there = await full(['a', 'b']);
    const { store, db, registryId, scanId } = there;
    await scan(store, registryId, { repository: 'other', tags: [{ name: '1', digest: digestOf('c') }] });
    const other = await send(store, registryId, ['c'], 'other');
    assert.deepEqual(await store.evidence.askAgain(other, hours(1)), []);
    await sql`delete from evidence where problem is null`.execute(openOn(db).db);
    assert.deepEqual(await store.evidence.askAgain(other, hours(1)), wanted(['c']));
    assert.deepEqual(await store.evidence.askAgain(scanId, hours(1)), [], 'it is promised');
    assert.deepEqual(await store.evidence.askAgain(scanId, hours(3)), wanted(['b']), 'it did not come');
  });

  it('is kept when it comes though its image has as many signatures as are kept', async () => {
    const there = await full(['a', 'b']);
    const more = Array.from({ length: 99 }, (_, n) => signature(digestOf('b'), { digest: digestOf(`signature ${n}`) }));
    await there.store.evidence.put(there.scanId, more, T0);
    const wider = await storeWith(there, 50 * MIB);
    assert.deepEqual(await wider.evidence.askAgain(there.scanId, hours(1)), wanted(['b']));
    await send(wider, there.registryId, ['b']);
    const kept = await wider.evidence.ofSubjects([digestOf('b')]);
    assert.deepEqual([kept.length, kept.filter(({ problem }) => problem !== null).length], [100, 0]);
  });
}
