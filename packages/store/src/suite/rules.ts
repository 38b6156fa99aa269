import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { digestOf, type Given, hello, hours, names, observation, registry, repositoryId, scan, T0 } from './given.ts';

const spec = (rest: object = {}) => RuleSpec.parse({ name: 'r', repositories: { include: ['postgresql'] }, ...rest });

/** The vocabulary of rules, and what explains a decision. */
export function rulesSuite(given: () => Promise<Given>): void {
  it('keeps every clause of a rule, changes one and takes one away', async () => {
    const { store } = await given();
    const clauses = {
      mutability: 'immutable',
      platforms: { require: ['linux/arm64'], mode: 'any' },
      annotations: [{ key: 'vendor', equals: 'EDB' }],
      age: { min: '72h' },
      hcpTags: ['stable'],
      headBudget: 5,
      schedule: { every: '1h' },
      onVanish: 'keep',
    };
    const tags = [{ version: { range: '>=17', floating: 'exclude' }, groupBy: ['major'], keep: 1, direction: 'asc' }];
    const rule = await store.rules.create(spec({ ...clauses, tags }), T0);
    const { id: _, ...stored } = (await store.rules.get(rule.id))!;
    for (const [key, value] of Object.entries(clauses)) assert.deepEqual(stored[key as 'age'], value, key);
    assert.deepEqual(stored.tags[0]?.version?.range, '>=17');
    const changed = await store.rules.update(rule.id, { age: { max: '30d' }, platforms: null }, hours(1));
    assert.deepEqual([changed?.age, changed?.platforms, changed?.headBudget], [{ max: '30d' }, undefined, 5]);
    assert.deepEqual(changed?.schedule, { every: '1h' });
    const plain = await store.rules.create(spec({ name: 'plain' }), T0);
    assert.equal('age' in plain, false, 'a rule without clauses has none');
  });

  it('puts its HCP tags on what it brings in, once for each image', async () => {
    const { store } = await given();
    await hello(store);
    const registryId = await registry(store);
    const rule = await store.rules.create(spec({ hcpTags: ['stable'], tags: [{ include: ['17*'] }] }), T0);
    const begin = { ruleIds: [rule.id] };
    await scan(store, registryId, { tags: ['17.4', '16.9'], begin });
    const labels = async (name: string) =>
      (await store.tags.get(await repositoryId(store), name))!.hcpTags.map((tag) => tag.name);
    assert.deepEqual([await labels('17.4'), await labels('16.9')], [['stable'], []]);
    const { items } = await store.hcpTags.list({ limit: 5, sort: 'name' });
    const images = [digestOf('17.4')];
    const by = { name: 'ada', now: hours(1) };
    await store.hcpTags.assign({ add: [], remove: [items[0]!.id], repositories: [], images }, by);
    await scan(store, registryId, { tags: ['17.4', '16.9'], begin, now: hours(2) });
    assert.deepEqual(await labels('17.4'), [], 'what a person took off stays off');
    await scan(store, registryId, { tags: [{ name: '17.4', digest: digestOf('new') }, '16.9'], begin, now: hours(3) });
    assert.deepEqual(await labels('17.4'), ['stable'], 'another image is another matter');
  });

  it('says why a tag is here, why one stayed out, and what is not known yet', async () => {
    const { store } = await given();
    await hello(store);
    const registryId = await registry(store);
    const rule = await store.rules.create(
      spec({ kind: 'postgres', platforms: { require: ['linux/arm64'] }, tags: [{ exclude: ['*-dev'] }] }),
      T0,
    );
    const arm = (name: string) => {
      const digest = digestOf(name);
      return observation(digest, {
        platforms: [{ os: 'linux', architecture: 'arm64', variant: 'v8', digest, size: 1 }],
      });
    };
    const leftOut = [
      { name: '17.5', digest: digestOf('17.5'), createdAt: null, pushedAt: null, firstSeenAt: T0.toISOString() },
      { name: '17.3', digest: null, createdAt: null, pushedAt: null, firstSeenAt: T0.toISOString() },
    ];
    const listedNames = ['17.2', '17.3', '17.4', '17.4-dev', '17.5'];
    await scan(store, registryId, {
      tags: ['17.4'],
      images: [arm('17.4'), observation(digestOf('17.5'))],
      begin: { ruleIds: [rule.id] },
      commit: { listedNames, leftOut },
    });
    const why = async (tag: string) => {
      const told = (await store.explanations.ofTag(registryId, 'postgresql', tag, hours(1)))!;
      const [first] = told.rules;
      return [told.inLibrary, told.listedAt !== null, first?.code, first?.clause];
    };
    assert.deepEqual(await why('17.4'), [true, true, 'included', 'tags.0']);
    assert.deepEqual(await why('17.5'), [false, true, 'platform-missing', 'platforms.require']);
    assert.deepEqual(await why('17.4-dev'), [false, true, 'tag-excluded', 'tags.0.exclude.0']);
    assert.deepEqual(await why('17.3'), [false, true, 'unreadable', 'platforms.require']);
    assert.deepEqual(await why('17.2'), [false, true, 'unread', 'platforms.require']);
    assert.deepEqual(await why('99'), [false, false, 'unread', 'platforms.require']);
    assert.deepEqual(await store.listings.registriesWith('postgresql', '17.4-dev'), [registryId]);
    assert.deepEqual(await store.listings.registriesWith('postgresql', '7.4-dev'), []);
    const id = await repositoryId(store);
    const page = (await store.explanations.leftOut(id, { limit: 2 }, hours(1)))!;
    assert.deepEqual(
      page.items.map(({ tag, reason }) => [tag, reason]),
      [
        ['17.2', 'unread'],
        ['17.3', 'unreadable'],
      ],
    );
    assert.deepEqual([page.total, page.reasons['platform-missing']], [4, 1]);
    const rest = (await store.explanations.leftOut(id, { limit: 2, cursor: page.next! }, hours(1)))!;
    assert.deepEqual([rest.items.map(({ tag }) => tag), rest.next], [['17.4-dev', '17.5'], null]);
    const detail = (await store.tags.get(id, '17.4', hours(1)))!;
    assert.deepEqual(detail.explanation[0]?.code, 'included');
  });

  it('never retires what a rule keeps, however long it is gone', async () => {
    const { store } = await given();
    await hello(store);
    const registryId = await registry(store);
    const keeping = await store.rules.create(spec({ onVanish: 'keep', tags: [{ include: ['17*'] }] }), T0);
    const begin = { ruleIds: [keeping.id] };
    await scan(store, registryId, { tags: ['16.1', '17.1', '18.1'], begin });
    for (const hour of [10, 20, 30, 40, 50]) await scan(store, registryId, { tags: ['18.1'], begin, now: hours(hour) });
    assert.deepEqual(await names(store, 'missing'), ['17.1']);
    assert.deepEqual(await names(store, 'retired'), ['16.1']);
  });
}
