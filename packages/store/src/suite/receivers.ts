import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { StoreError } from '../errors.ts';
import type { NewDelivery } from '../receiver-port.ts';
import type { Store } from '../store.ts';
import { everything, type Given, hours, registry, repositoryId, scan, T0 } from './given.ts';

const seconds = (count: number) => new Date(T0.getTime() + count * 1000);

const DELIVERY: NewDelivery = {
  event: 'push',
  repository: 'postgresql',
  repositoryId: null,
  tags: ['17.5'],
  outcome: 'queued',
  message: 'Waits.',
};

async function receiver(store: Store, registryId: string): Promise<string> {
  const id = randomUUID();
  await store.receivers.create({ id, registryId, source: 'harbor', sealed: 'sealed text' }, T0);
  return id;
}

/** Receivers of notifications and what they took. */
export function receiversSuite(given: () => Promise<Given>): void {
  it('keeps receivers of a registry, and never shows the sealed secret', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const id = await receiver(store, registryId);
    const shown = await store.receivers.get(id);
    assert.equal(shown?.registry, 'Team registry');
    assert.deepEqual([shown?.source, shown?.proof, shown?.path], ['harbor', 'header', `/api/v1/hooks/${id}`]);
    assert.deepEqual([shown?.lastDelivery, shown?.lastRefusedAt], [null, null]);
    assert.ok(!JSON.stringify([shown, await store.receivers.list({ limit: 10 })]).includes('sealed text'));
    const target = await store.receivers.target(id);
    assert.deepEqual(target, {
      id,
      source: 'harbor',
      sealed: 'sealed text',
      registryId,
      registryUrl: 'registry.example:5000',
      locationId: 'here',
    });
    await store.receivers.refused(id, seconds(5));
    assert.equal((await store.receivers.get(id))?.lastRefusedAt, seconds(5).toISOString());
    const rotated = await store.receivers.rotate(id, 'another', hours(1));
    assert.deepEqual([rotated?.rotatedAt, rotated?.lastRefusedAt], [hours(1).toISOString(), null]);
    assert.equal((await store.receivers.target(id))?.sealed, 'another');
    assert.equal(await store.receivers.rotate(randomUUID(), 'x', T0), null);
    assert.equal(await store.receivers.remove(id), true);
    assert.equal(await store.receivers.remove(id), false);
    assert.equal(await store.receivers.target(id), null);
  });

  it('has no receiver without a registry, and forgets them with it', async () => {
    const { store } = await given();
    await assert.rejects(receiver(store, randomUUID()), (error: StoreError) => {
      return error instanceof StoreError && error.code === 'not-found';
    });
    const registryId = await registry(store);
    const id = await receiver(store, registryId);
    await store.receivers.deliver(id, [DELIVERY], T0);
    await store.registries.remove(registryId);
    assert.equal(await store.receivers.get(id), null);
    assert.equal(await store.receivers.deliveries(id, { limit: 10 }), null);
  });

  it('lists receivers page by page, and those of one registry', async () => {
    const { store } = await given();
    const one = await registry(store);
    const two = await registry(store, { name: 'Another' });
    const ids = [await receiver(store, one), await receiver(store, one), await receiver(store, two)];
    const listed = await everything((cursor) => store.receivers.list({ limit: 1, cursor }));
    assert.deepEqual(listed.map(({ id }) => id).toSorted(), ids.toSorted());
    assert.equal(listed[0]?.registry, 'Another');
    const { items, total } = await store.receivers.list({ limit: 10, registryId: two });
    assert.deepEqual([items.map(({ id }) => id), total], [[ids[2]], 1]);
  });

  it('keeps the last 200 deliveries of each receiver, newest first, with what came of them', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17.5'] });
    const id = await receiver(store, registryId);
    const other = await receiver(store, registryId);
    await store.receivers.deliver(other, [DELIVERY], T0);
    for (let count = 0; count < 203; count += 1) {
      await store.receivers.deliver(id, [{ ...DELIVERY, event: `push ${count}` }], seconds(count));
    }
    const kept = await everything((cursor) => store.receivers.deliveries(id, { limit: 60, cursor }) as never);
    const events = (kept as { event: string }[]).map(({ event }) => event);
    assert.deepEqual([events.length, events[0], events.at(-1)], [200, 'push 202', 'push 3']);
    assert.equal((await store.receivers.deliveries(other, { limit: 10 }))?.total, 1);

    const repository = await repositoryId(store);
    const ignored: NewDelivery = { ...DELIVERY, outcome: 'ignored', message: 'no tag\0', event: 'pull' };
    const made = await store.receivers.deliver(id, [{ ...DELIVERY, repositoryId: repository }, ignored], hours(2));
    await store.receivers.settle([made[0]!], { outcome: 'done', message: 'Read.', requests: 2 }, hours(3));
    await store.receivers.settle([], { outcome: 'done', message: 'Read.', requests: 2 }, hours(3));
    const done = await store.receivers.deliveries(id, { limit: 10, outcome: 'done' });
    assert.deepEqual(
      done?.items.map((row) => [row.repositoryId, row.message, row.requests, row.finishedAt]),
      [[repository, 'Read.', 2, hours(3).toISOString()]],
    );
    const dropped = await store.receivers.deliveries(id, { limit: 10, outcome: 'ignored' });
    assert.deepEqual([dropped?.total, dropped?.items[0]?.message], [1, 'no tag\uFFFD']);
    assert.equal((await store.receivers.get(id))?.lastDelivery?.receivedAt, hours(2).toISOString());
  });

  it('gives up what waited when the process ended', async () => {
    const { store } = await given();
    const id = await receiver(store, await registry(store));
    await store.receivers.deliver(id, [DELIVERY, { ...DELIVERY, outcome: 'ignored', message: 'why' }], T0);
    await store.receivers.abandon('Pharos started anew.', hours(1));
    const { items } = (await store.receivers.deliveries(id, { limit: 10 }))!;
    assert.deepEqual(items.map(({ outcome, message }) => `${outcome} ${message}`).toSorted(), [
      'failed Pharos started anew.',
      'ignored why',
    ]);
  });

  it('finds a repository by the names that a notification may mean', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { repository: 'team/postgresql', tags: ['17.5'] });
    const id = await repositoryId(store, 'team/postgresql');
    const find = (...names: string[]) => store.repositories.byName(registryId, names);
    assert.deepEqual(await find('elsewhere', 'team/postgresql'), { id, name: 'team/postgresql' });
    assert.equal(await find('elsewhere'), null);
    assert.equal(await find(), null);
    assert.equal(await store.repositories.byName(randomUUID(), ['team/postgresql']), null);
  });
}
