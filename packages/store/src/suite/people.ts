import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { StoreError } from '../errors.ts';
import { AGENT, everything, type Given, hello, hours, registry, T0 } from './given.ts';

const seconds = (count: number) => new Date(T0.getTime() + count * 1000);

/** Users, sessions, tokens, settings, agents, locations. */
export function peopleSuite(given: () => Promise<Given>): void {
  it('keeps users and their sessions', async () => {
    const { store } = await given();
    assert.equal(await store.users.count(), 0);
    const user = { id: randomUUID(), name: 'Ada', passwordHash: 'hash', role: 'admin' as const };
    await store.users.create(user, T0);
    await assert.rejects(store.users.create({ ...user, id: randomUUID(), name: 'ADA' }, T0), (error: StoreError) => {
      return error instanceof StoreError && error.code === 'name-taken';
    });
    assert.deepEqual(await store.users.byName('ada'), user);
    assert.equal(await store.users.byName('bob'), null);
    await store.users.createSession({ sha256: 's1', userId: user.id, expiresAt: hours(1) }, T0);
    const session = await store.users.session('s1', T0);
    assert.deepEqual(session, { userId: user.id, name: 'Ada', role: 'admin', expiresAt: hours(1).toISOString() });
    assert.equal(await store.users.session('s1', hours(1)), null);
    await store.users.removeSession('s1');
    assert.equal(await store.users.session('s1', T0), null);
  });

  it('keeps tokens, and notes their use once a minute', async () => {
    const { store } = await given();
    const token = { name: 'ci', role: 'viewer' as const, scopes: ['read'], prefix: 'ph_12', createdBy: 'Ada' };
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const [index, id] of ids.entries()) {
      await store.users.createToken(
        { ...token, id, sha256: `h${index}`, expiresAt: index === 0 ? hours(1) : null },
        seconds(index),
      );
    }
    assert.deepEqual(await store.users.tokenBySha256('h0', T0), { id: ids[0], name: 'ci', role: 'viewer' });
    assert.equal(await store.users.tokenBySha256('h0', hours(1)), null);
    assert.equal(await store.users.tokenBySha256('nobody', T0), null);
    const used = async () =>
      (await store.users.listTokens({ limit: 10 })).items.find(({ id }) => id === ids[0])?.lastUsedAt;
    assert.equal(await used(), T0.toISOString());
    await store.users.tokenBySha256('h0', seconds(59));
    assert.equal(await used(), T0.toISOString());
    await store.users.tokenBySha256('h0', seconds(60));
    assert.equal(await used(), seconds(60).toISOString());
    const listed = await everything((cursor) => store.users.listTokens({ limit: 1, cursor }));
    assert.deepEqual(
      listed.map(({ id }) => id),
      ids.toReversed(),
    );
    assert.equal(await store.users.removeToken(ids[0]!), true);
    assert.equal(await store.users.removeToken(ids[0]!), false);
    assert.equal(await store.users.tokenBySha256('h0', T0), null);
  });

  it('keeps settings', async () => {
    const { store } = await given();
    assert.equal(await store.settings.get('greeting'), null);
    await store.settings.set('greeting', 'one');
    await store.settings.set('greeting', 'two');
    assert.equal(await store.settings.get('greeting'), 'two');
  });

  it('knows which agents were heard, and which are late or lost', async () => {
    const { store } = await given();
    assert.equal(await hello(store), true);
    assert.deepEqual(await store.agents.publicKey(AGENT), { publicKey: 'key', locationId: 'here' });
    assert.deepEqual(await store.agents.touch(AGENT, { spoolDepth: 4 }, seconds(30)), { locationId: 'here' });
    assert.equal(await store.agents.touch(randomUUID(), { spoolDepth: 0 }, T0), null);
    assert.deepEqual(await store.agents.connected('here', 90, seconds(120)), [AGENT]);
    assert.deepEqual(await store.agents.connected('here', 90, seconds(121)), []);
    assert.deepEqual(await store.agents.connected('there', 90, T0), []);
    const state = async (now: Date) => (await store.agents.list({ limit: 10 }, now)).items.map((agent) => agent.state);
    assert.deepEqual(await state(seconds(120)), ['connected']);
    assert.deepEqual(await state(seconds(121)), ['late']);
    assert.deepEqual(await state(seconds(631)), ['lost']);
    const [shown] = (await store.agents.list({ limit: 10 }, T0)).items;
    assert.deepEqual([shown?.spoolDepth, shown?.clockSkewSeconds, shown?.message], [4, 0, '']);
    assert.equal(await store.agents.remove(AGENT), true);
    assert.equal(await store.agents.remove(AGENT), false);
  });

  it('makes a location when it is first named', async () => {
    const { store } = await given();
    await registry(store);
    await store.locations.ensure('there', T0);
    await store.locations.ensure('there', hours(1));
    const { items, total } = await store.locations.list({ limit: 10 }, seconds(30));
    assert.equal(total, 2);
    assert.deepEqual(
      items.map(({ id, agentCount, connected }) => [id, agentCount, connected]),
      [
        ['here', 1, true],
        ['there', 0, false],
      ],
    );
    assert.equal(items[1]?.createdAt, T0.toISOString());
  });
}
