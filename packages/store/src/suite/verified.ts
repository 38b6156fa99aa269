import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RepositoryQuery, type TagFacets, TagFacetsQuery, TagQuery } from '@pharos/contract';
import { sql } from 'kysely';
import type { Store } from '../store.ts';
import { entry, signature, verifiedImage as verifiedImageOf, WHO } from './evidence-given.ts';
import { digestOf, type Given, hours, registry, scan } from './given.ts';

const found = async (store: Store, q: string, now = hours(1)) =>
  (await store.tags.list(TagQuery.parse({ q, sort: 'name' }), now)).items.map(({ name }) => name);
const facet = ({ facets }: TagFacets) =>
  Object.fromEntries(facets.find(({ field }) => field === 'signed')!.values.map((one) => [one.value, one.count]));
const marks = async (store: Store, now = hours(1)) =>
  (await store.tags.list(TagQuery.parse({ sort: 'name' }), now)).items.map(({ systemTags }) =>
    systemTags.map(({ id }) => id).join(),
  );

const COSIGN = {
  digest: digestOf('signature'),
  artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
  source: 'referrers' as const,
  tag: null,
};
const TAGS = [{ name: '17.4', digest: digestOf('image') }, '17.5', '17.6'];

/** What lists and counts say of signatures, after it was marked in the background. */
export function verifiedSuite(given: () => Promise<Given>): void {
  /** `17.4` has a signature that may be verified, `17.5` one that nobody verifies, `17.6` none. */
  async function library() {
    const image = await verifiedImageOf(given);
    const { store, registryId, subject } = image;
    const referrers = [subject, digestOf('17.5')].map((digest) => ({ ...COSIGN, subject: digest }));
    await scan(store, registryId, { tags: TAGS, referrers, now: hours(1) });
    const mark = async (now = hours(1)) => (await store.evidence.markVerified(100, now)).changed;
    const facets = async (q = '') => facet(await store.tags.facets(TagFacetsQuery.parse({ q }), hours(1)));
    return { ...image, mark, facets };
  }

  it('tells what a trusted key signed from what a signature is only attached to', async () => {
    const { store, subject, verify, mark, facets } = await library();
    await mark();
    assert.deepEqual(await found(store, 'signed:verified'), []);
    assert.deepEqual(await found(store, 'signed:attached'), ['17.4', '17.5']);
    await verify();
    assert.deepEqual(await mark(), [subject]);
    assert.deepEqual(await found(store, 'signed:verified'), ['17.4']);
    assert.deepEqual(await found(store, 'signed:attached'), ['17.5']);
    assert.deepEqual(await found(store, 'signed:no'), ['17.6']);
    assert.deepEqual(await found(store, '-signed:verified'), ['17.5', '17.6']);
    assert.deepEqual(await found(store, 'signed:verified,no'), ['17.4', '17.6']);
    assert.deepEqual(await facets(), { verified: 1, attached: 1, no: 1 });
    assert.deepEqual(await facets('signed:verified tag:17.*'), { verified: 1, attached: 1, no: 1 });
    assert.deepEqual(await marks(store), ['signed', 'signature-attached', '']);
    const repositories = async (q: string) =>
      (await store.repositories.list(RepositoryQuery.parse({ q }), { now: hours(1) })).items.length;
    assert.deepEqual(
      [await repositories('signed:verified'), await repositories('-signed:yes'), await repositories('signed:attached')],
      [1, 0, 1],
    );
    assert.deepEqual(await mark(), [], 'nothing waits any more');
  });

  it('signed:yes means verified where something is trusted, and attached where nothing is', async () => {
    const { store, trust, verify, mark } = await library();
    await verify();
    await mark();
    assert.deepEqual(await found(store, 'signed:yes'), ['17.4']);
    const chosen = await store.tags.facets(TagFacetsQuery.parse({ q: 'signed:yes 17' }), hours(1));
    const values = chosen.facets.find(({ field }) => field === 'signed')!.values;
    assert.deepEqual(values.map(({ value, selected, q }) => [value, selected, q]).toSorted(), [
      ['attached', false, '17 signed:verified,attached'],
      ['no', false, '17 signed:verified,no'],
      ['verified', true, '17'],
    ]);
    await store.trust.remove(trust.id, WHO, hours(2));
    await mark();
    assert.deepEqual(await found(store, 'signed:yes'), ['17.4', '17.5']);
    assert.deepEqual(await found(store, '-signed:yes'), ['17.6']);
  });

  it('follows the entry: changed, switched off, back again, deleted', async () => {
    const { store, subject, trust, verify, mark } = await library();
    await verify();
    await mark();
    for (const change of [{ scope: 'elsewhere/**' }, { enabled: false }]) {
      await store.trust.update(trust.id, change, WHO, hours(2));
      assert.deepEqual(await mark(), [subject], JSON.stringify(change));
      assert.deepEqual(await found(store, 'signed:verified'), []);
      assert.deepEqual((await marks(store))[0], 'signature-attached');
      await store.trust.update(trust.id, { enabled: true }, WHO, hours(2));
      await verify();
      assert.deepEqual(await mark(), [subject]);
    }
    await store.trust.remove(trust.id, WHO, hours(3));
    assert.deepEqual(await mark(), [subject]);
    assert.deepEqual(await found(store, 'signed:verified'), []);
  });

  it('a signature that expires counts no more; the mark says so before it is taken away', async () => {
    const { store, subject, verify, mark } = await library();
    await verify({ validUntil: hours(5) });
    await mark();
    assert.deepEqual(await mark(hours(4)), []);
    assert.deepEqual((await marks(store, hours(5)))[0], 'signature-attached');
    assert.deepEqual(await mark(hours(5)), [subject]);
    assert.deepEqual(await found(store, 'signed:verified', hours(5)), []);
  });

  it('an attestation, a failure and another entry’s scope make nothing verified', async () => {
    const { store, verify, mark } = await library();
    for (const more of [{ what: 'attestation' }, { outcome: 'failed' }, { outcome: 'unsupported' }] as const) {
      await verify(more);
      await mark();
      assert.deepEqual(await found(store, 'signed:verified'), [], JSON.stringify(more));
      await store.trust.create(entry({ name: JSON.stringify(more), enabled: false }), WHO, hours(2));
    }
  });

  it('is of the digest: where it comes, moves, is drawn anew and goes', async () => {
    const { store, registryId, subject, verify, mark } = await library();
    await verify();
    await mark();
    const other = await registry(store, { name: 'Elsewhere', url: 'elsewhere.example' });
    await scan(store, other, {
      repository: 'mirror',
      tags: [{ name: 'copy', digest: subject }, '17.7'],
      now: hours(2),
    });
    assert.deepEqual(await found(store, 'signed:verified'), ['17.4', 'copy'], 'a new tag is marked as it is written');
    await scan(store, other, { repository: 'mirror', tags: [{ name: '17.7', digest: subject }], now: hours(3) });
    assert.deepEqual(await found(store, 'signed:verified presence:present'), ['17.4', '17.7']);
    await scan(store, registryId, { tags: TAGS, now: hours(4) });
    assert.deepEqual(
      await found(store, 'signed:verified presence:present'),
      ['17.4', '17.7'],
      'the list of referrers may be gone',
    );
    await store.registries.remove(registryId);
    assert.deepEqual(await mark(), [subject], 'the evidence went with its repository');
    assert.deepEqual(await found(store, 'signed:verified'), []);
    assert.deepEqual(await found(store, 'signed:no presence:present'), ['17.7']);
  });

  it('marks tags that were written while their image was marked', async () => {
    const { store, db, subject, verify, mark } = await library();
    await verify();
    await mark();
    // As a commit leaves them that read what is verified before the mark, and writes after it.
    await sql`delete from verified_images`.execute(db);
    const other = await registry(store, { name: 'Elsewhere', url: 'elsewhere.example' });
    await scan(store, other, { repository: 'mirror', tags: [{ name: 'copy', digest: subject }], now: hours(2) });
    await sql`insert into verified_images (digest) values (${subject})`.execute(db);
    assert.deepEqual(await found(store, 'signed:verified'), ['17.4']);
    await mark();
    assert.deepEqual(await found(store, 'signed:verified'), ['17.4', 'copy']);
  });

  it('marks some at a time', async () => {
    const { store, scanId, verify, facets } = await library();
    await store.evidence.put(scanId, [signature(digestOf('17.5'), { digest: digestOf('another') })], hours(1));
    await verify();
    assert.deepEqual((await store.evidence.markVerified(1, hours(1))).more, true);
    assert.deepEqual((await facets()).verified, 1);
    await store.evidence.markVerified(1, hours(1));
    assert.deepEqual(await facets(), { verified: 2, no: 1 });
    assert.deepEqual(await store.evidence.markVerified(1, hours(1)), { changed: [], more: false });
  });
}
