import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { RuleSpec } from '@pharos/contract';
import { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import {
  beginOf,
  chunkOf,
  commitOf,
  digestOf,
  type Given,
  hours,
  observation,
  registry,
  repositoryId,
  scan,
  T0,
  tagsOf,
} from './given.ts';

const ADA = { name: 'ada', now: T0 };
const BOB = { name: 'bob', now: hours(1) };
const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

const RULE: RuleSpec = {
  name: 'Databases',
  enabled: true,
  registryId: null,
  kind: null,
  description: 'By the rule',
  repositories: { include: ['postgresql'], exclude: [] },
  tags: [],
} as RuleSpec;

async function scanBy(store: Store, registryId: string, ruleIds: string[], now = T0): Promise<void> {
  await scan(store, registryId, { tags: ['17.4'], begin: { ruleIds }, now });
}

async function person(store: Store, name: string): Promise<string> {
  const id = randomUUID();
  await store.users.create({ id, name, passwordHash: 'hash', grants: [{ role: 'viewer', scope: 'everywhere' }] }, T0);
  return id;
}

/** What people write about repositories, what they star, the views they keep, and what the library says by itself. */
export function wordsSuite(given: () => Promise<Given>): void {
  it('lets a person’s description win over the rule’s, through scans and changes of the rule, and brings it back', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const rule = await store.rules.create(RULE, T0);
    await scanBy(store, registryId, [rule.id]);
    const id = await repositoryId(store);
    const said = async () => {
      const { description, ruleDescription, hasOwnDescription } = (await store.repositories.get(id))!;
      return [description, ruleDescription, hasOwnDescription];
    };
    assert.deepEqual(await said(), ['By the rule', 'By the rule', false]);
    assert.equal(await store.repositories.write(id, { description: 'Ours' }, ADA), true);
    assert.deepEqual(await said(), ['Ours', 'By the rule', true]);
    await store.rules.update(rule.id, { description: 'By the new rule' }, hours(1));
    await scanBy(store, registryId, [rule.id], hours(2));
    assert.deepEqual(await said(), ['Ours', 'By the new rule', true]);
    const found = await store.repositories.list({ limit: 9, sort: 'description', q: 'ours' });
    assert.equal(found.total, 1);
    await store.repositories.write(id, { description: null }, ADA);
    assert.deepEqual(await said(), ['By the new rule', 'By the new rule', false]);
    assert.equal(await store.repositories.write(randomUUID(), { description: 'x' }, ADA), false);
  });

  it('refuses to write over what somebody else wrote meanwhile, README and description apart', async () => {
    const { store } = await given();
    await scan(store, await registry(store), { tags: ['17.4'] });
    const id = await repositoryId(store);
    const seen = (await store.repositories.get(id))!;
    assert.deepEqual([seen.readmeRevision, seen.readmeEdited, seen.readme], [0, null, null]);
    await store.repositories.write(id, { readme: 'By Ada', readmeRevision: 0 }, ADA);
    const late = { readme: 'By Bob', readmeRevision: 0, description: 'By Bob' };
    await assert.rejects(store.repositories.write(id, late, BOB), (error: StoreError) => {
      assert.match(error.message, /README was changed by ada at 2026-11-01/);
      return code('conflict')(error);
    });
    const kept = (await store.repositories.get(id))!;
    assert.deepEqual([kept.readme, kept.description, kept.readmeRevision], ['By Ada', '', 1]);
    assert.deepEqual(kept.readmeEdited, { by: 'ada', at: T0.toISOString() });
    // The other field was not touched, and whoever names no revision means to overwrite.
    await store.repositories.write(id, { description: 'By Bob', descriptionRevision: 0 }, BOB);
    await assert.rejects(
      store.repositories.write(id, { description: 'x', descriptionRevision: 0 }, ADA),
      code('conflict'),
    );
    await store.repositories.write(id, { readme: null }, BOB);
    assert.equal((await store.repositories.get(id))?.readme, null);
  });

  it('tells what the newest image says about itself, the annotation before the label, addresses only as addresses', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const KEY = 'org.opencontainers.image.description';
    const DOCS = 'org.opencontainers.image.documentation';
    const image = (tag: string, more: object) => observation(digestOf(tag), more);
    await scan(store, registryId, {
      tags: ['17.4', '17.5'],
      images: [
        image('17.4', { annotations: { [KEY]: 'Older' } }),
        image('17.5', {
          annotations: { [KEY]: ' # Hello ', [DOCS]: 'javascript:alert(1)' },
          labels: { [KEY]: 'Label' },
        }),
      ],
    });
    const id = await repositoryId(store);
    assert.deepEqual((await store.repositories.get(id))?.statedReadme, {
      text: '# Hello',
      source: 'annotation',
      key: KEY,
      tag: '17.5',
      documentation: null,
    });
    await scan(store, registryId, {
      tags: ['17.6'],
      images: [image('17.6', { labels: { [KEY]: 'Label', [DOCS]: 'https://example.com/docs' } })],
      now: hours(1),
    });
    const stated = (await store.repositories.get(id))?.statedReadme;
    assert.deepEqual(
      [stated?.text, stated?.source, stated?.documentation],
      ['Label', 'label', 'https://example.com/docs'],
    );
    await scan(store, registryId, { tags: ['17.7'], images: [image('17.7', {})], now: hours(2) });
    assert.equal((await store.repositories.get(id))?.statedReadme, null);
  });

  it('marks what is signed and what has TDE, by attached referrers and by cosign’s tags', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const [one, two] = [digestOf('17.4'), digestOf('17.5')];
    const report = {
      tags: ['17.4', '17.5', '17.6'],
      images: [
        observation(one, { annotations: { 'org.enterprisedb.pg.features': 'psr, tde' } }),
        observation(two, { annotations: { 'org.enterprisedb.pg.features': 'psr' } }),
      ],
    };
    const referrer = { subject: two, digest: digestOf('sig'), source: 'referrers' as const, tag: null };
    const begin = beginOf(registryId, report);
    await store.scans.begin(begin, T0);
    const types = ['application/vnd.cncf.notary.signature', 'application/spdx+json'];
    const referrers = types.map((artifactType, n) => ({ ...referrer, digest: digestOf(`a${n}`), artifactType }));
    await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report), report.images, referrers), T0);
    const listedNames = ['17.4', '17.5', '17.6', `${one.replace(':', '-')}.sig`, 'sha256-nonsense.sig'];
    await store.scans.commit(begin.scanId, commitOf({ ...report, commit: { listedNames } }), T0);
    const marks = async () => {
      const { items } = await store.tags.list({ limit: 9, sort: 'name', presence: 'present' });
      return items.map((tag) => [tag.name, tag.systemTags.map(({ id }) => id)]);
    };
    assert.deepEqual(await marks(), [
      ['17.4', ['tde', 'signature-attached']],
      ['17.5', ['signature-attached']],
      ['17.6', []],
    ]);
    const id = await repositoryId(store);
    assert.deepEqual((await store.tags.get(id, '17.5'))?.systemTags[0]?.name, 'Signature attached');
    // The signature's tag is gone from the whole list: so is the mark.
    await scan(store, registryId, { ...report, now: hours(1) });
    assert.deepEqual((await marks())[0], ['17.4', ['tde']]);
  });

  it('keeps stars for each person, and lists by them', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    for (const name of ['one', 'two']) await scan(store, registryId, { repository: name, tags: ['1'] });
    const [one, two] = [await repositoryId(store, 'one'), await repositoryId(store, 'two')];
    const [ada, bob] = [await person(store, 'ada'), await person(store, 'bob')];
    await store.me.addFavourite(ada, one, T0);
    assert.deepEqual(await store.me.addFavourite(ada, two, hours(1)), [two, one]);
    assert.deepEqual(await store.me.addFavourite(ada, two, hours(2)), [two, one]);
    assert.deepEqual(await store.me.favourites(bob), []);
    await assert.rejects(store.me.addFavourite(ada, randomUUID(), T0), code('not-found'));
    const listed = async (favourite: boolean, userId: string | null) =>
      (await store.repositories.list({ limit: 9, sort: 'name', favourite }, { userId })).items.map(({ name }) => name);
    await store.me.removeFavourite(ada, two);
    await store.me.removeFavourite(ada, two);
    assert.deepEqual(await listed(true, ada), ['one']);
    assert.deepEqual(await listed(false, ada), ['two']);
    assert.deepEqual(await listed(true, bob), []);
    assert.deepEqual(await listed(true, null), []);
  });

  it('keeps views of each person: names within a list, one default, others’ out of reach', async () => {
    const { store } = await given();
    const [ada, bob] = [await person(store, 'ada'), await person(store, 'bob')];
    const make = (userId: string, name: string, isDefault = false, page = 'tags') =>
      store.me.createView(userId, { page, name, query: 'engine=epas', isDefault }, T0);
    const first = await make(ada, 'EPAS', true);
    assert.deepEqual([first.page, first.query, first.isDefault], ['tags', 'engine=epas', true]);
    await assert.rejects(make(ada, 'epas'), code('name-taken'));
    await make(ada, 'EPAS', false, 'repositories');
    await make(bob, 'EPAS', true);
    const second = await make(ada, 'Another', true);
    const mine = async () =>
      (await store.me.views(ada, { limit: 9, page: 'tags' })).items.map(({ name, isDefault }) => [name, isDefault]);
    assert.deepEqual(await mine(), [
      ['Another', true],
      ['EPAS', false],
    ]);
    await store.me.updateView(ada, first.id, { isDefault: true, name: 'Advanced' }, hours(1));
    assert.deepEqual(await mine(), [
      ['Advanced', true],
      ['Another', false],
    ]);
    await assert.rejects(store.me.updateView(ada, first.id, { name: 'ANOTHER' }, hours(1)), code('name-taken'));
    assert.equal(await store.me.updateView(bob, first.id, { name: 'Stolen' }, hours(1)), null);
    assert.equal(await store.me.removeView(bob, second.id), false);
    assert.equal(await store.me.removeView(ada, second.id), true);
    assert.equal((await store.me.views(ada, { limit: 1 })).total, 2);
    assert.equal((await store.me.views(bob, { limit: 9 })).items[0]?.isDefault, true);
  });
}
