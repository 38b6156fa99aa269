import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { StoreError } from '../errors.ts';
import type { NewUser } from '../user-port.ts';
import { AGENT, everything, type Given, hello, hours, registry, T0 } from './given.ts';

const seconds = (count: number) => new Date(T0.getTime() + count * 1000);

/** Users, sessions, tokens, settings, agents, locations. */
export function peopleSuite(given: () => Promise<Given>): void {
  const everyAdmin = [{ role: 'admin' as const, scope: 'everywhere' }];
  const viewer = { role: 'viewer' as const, scope: 'everywhere' };
  const person = (name: string, grants: NewUser['grants'] = everyAdmin): NewUser => ({
    id: randomUUID(),
    name,
    passwordHash: 'hash',
    grants,
  });
  const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;
  const opened = (userId: string, sha256: string, expiresAt = hours(100)) => ({
    sha256,
    userId,
    expiresAt,
    address: '192.0.2.1',
    userAgent: 'Browser',
  });

  it('keeps users and their sessions', async () => {
    const { store } = await given();
    assert.equal(await store.users.count(), 0);
    const ada = person('Ada');
    await store.users.create(ada, T0);
    await assert.rejects(store.users.create(person('ADA'), T0), code('name-taken'));
    assert.deepEqual(await store.users.byName('ada'), { id: ada.id, name: 'Ada', passwordHash: 'hash' });
    assert.equal(await store.users.byName('bob'), null);
    await store.sessions.create(opened(ada.id, 's1', hours(1)), T0);
    const session = await store.sessions.use('s1', T0);
    assert.deepEqual(session, {
      userId: ada.id,
      name: 'Ada',
      hasPassword: true,
      grants: everyAdmin,
      expiresAt: hours(1).toISOString(),
    });
    assert.equal(await store.sessions.use('s1', hours(1)), null);
    await store.sessions.remove('s1');
    assert.equal(await store.sessions.use('s1', T0), null);
  });

  it('ends sessions that are idle, ended by hand, or of somebody disabled', async () => {
    const { store } = await given();
    const [ada, bob] = [person('Ada'), person('Bob', [viewer])];
    for (const user of [ada, bob]) await store.users.create(user, T0);
    for (const [user, key] of [
      [ada, 'a1'],
      [ada, 'a2'],
      [bob, 'b1'],
    ] as const) {
      await store.sessions.create(opened(user.id, key), T0);
    }
    assert.ok(await store.sessions.use('a1', hours(11)));
    assert.ok(await store.sessions.use('a1', hours(22)), 'use keeps it open');
    assert.equal(await store.sessions.use('a2', hours(12)), null);
    const own = await store.sessions.list({ limit: 10, userId: ada.id }, 'a1', hours(1));
    assert.deepEqual(
      own.items.map((row) => [row.user, row.isCurrent, row.address]),
      [
        ['Ada', true, '192.0.2.1'],
        ['Ada', false, '192.0.2.1'],
      ],
    );
    assert.equal(await store.sessions.end(own.items[1]!.id, bob.id), false, 'not by somebody else');
    assert.equal(await store.sessions.end(own.items[1]!.id, ada.id), true);
    assert.equal((await store.sessions.list({ limit: 10 }, null, hours(1))).total, 2);
    await store.users.update(bob.id, { disabled: true }, T0);
    assert.equal(await store.sessions.use('b1', hours(1)), null);
    assert.equal(await store.users.byName('Bob'), null);
    assert.equal((await store.users.get(bob.id))?.state, 'disabled');
  });

  it('gives what user and teams give, and takes it back at once', async () => {
    const { store } = await given();
    const bob = person('Bob', [viewer]);
    await store.users.create(bob, T0);
    await store.sessions.create(opened(bob.id, 'b1'), T0);
    const curator = { role: 'curator' as const, scope: 'location:here' };
    const input = { name: 'Curators', description: '', grants: [curator, viewer], groups: [], members: [bob.id] };
    const team = await store.teams.create(randomUUID(), input, T0);
    assert.deepEqual(team.members, [{ id: bob.id, name: 'Bob' }]);
    const grants = async () =>
      (await store.sessions.use('b1', T0))?.grants.toSorted((a, b) => a.role.localeCompare(b.role));
    assert.deepEqual(await grants(), [curator, viewer]);
    assert.deepEqual((await store.users.get(bob.id))?.teams, [{ id: team.id, name: 'Curators' }]);
    await store.teams.update(team.id, { members: [] });
    assert.deepEqual(await grants(), [viewer]);
    await store.users.update(bob.id, { grants: [] }, T0);
    assert.deepEqual(await grants(), []);
    assert.equal(await store.teams.remove(team.id), true);
    assert.equal(await store.teams.get(team.id), null);
  });

  it('keeps one administrator with a password, whatever is done, and whoever does it at once', async () => {
    const { store } = await given();
    const [ada, eve] = [person('Ada'), person('Eve')];
    for (const user of [ada, eve]) await store.users.create(user, T0);
    await store.users.create({ ...person('Robot'), kind: 'robot', passwordHash: null }, T0);
    await store.users.create({ ...person('Invited'), passwordHash: null }, T0);
    const both = await Promise.allSettled([store.users.remove(ada.id), store.users.remove(eve.id)]);
    assert.deepEqual(both.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
    const last = (await store.users.byName('Ada')) ?? (await store.users.byName('Eve'));
    const refused = code('last-administrator');
    await assert.rejects(store.users.remove(last!.id), refused);
    await assert.rejects(store.users.update(last!.id, { disabled: true }, T0), refused);
    await assert.rejects(store.users.update(last!.id, { grants: [viewer] }, T0), refused);
    const part = [{ role: 'admin' as const, scope: 'location:here' }];
    await assert.rejects(store.users.update(last!.id, { grants: part }, T0), refused);
    assert.deepEqual((await store.users.get(last!.id))?.grants, everyAdmin, 'nothing of it was kept');
    const team = { name: 'Admins', description: '', grants: everyAdmin, groups: [], members: [last!.id] };
    const { id } = await store.teams.create(randomUUID(), team, T0);
    await store.users.update(last!.id, { grants: [] }, T0);
    await assert.rejects(store.teams.remove(id), refused);
    await assert.rejects(store.teams.update(id, { members: [] }), refused);
    await assert.rejects(store.teams.update(id, { grants: [] }), refused);
  });

  it('lets a one-time link be used once, in time, and not by a disabled user', async () => {
    const { store } = await given();
    const [ada, bob] = [person('Ada'), { ...person('Bob', [viewer]), passwordHash: null }];
    for (const user of [ada, bob]) await store.users.create(user, T0);
    assert.equal((await store.users.get(bob.id))?.state, 'invited');
    await store.users.offerLink(bob.id, 'old', hours(1));
    await store.users.offerLink(bob.id, 'new', hours(1));
    assert.equal(await store.users.takeLink('old', T0), null);
    assert.equal(await store.users.takeLink('new', T0), bob.id);
    assert.equal(await store.users.takeLink('new', T0), null);
    await store.users.offerLink(bob.id, 'late', hours(1));
    assert.equal(await store.users.takeLink('late', hours(1)), null);
    await store.users.offerLink(bob.id, 'gone', hours(1));
    await store.users.update(bob.id, { disabled: true }, T0);
    assert.equal(await store.users.takeLink('gone', T0), null);
    await store.sessions.create(opened(ada.id, 'a1'), T0);
    await store.sessions.create(opened(ada.id, 'a2'), T0);
    await store.users.setPassword(ada.id, 'other', 'a1');
    assert.ok(await store.sessions.use('a1', T0));
    assert.equal(await store.sessions.use('a2', T0), null);
  });

  it('replaces roles and teams of an external user at each sign-in, and never takes over a name', async () => {
    const { store } = await given();
    await store.users.create(person('ada'), T0);
    const curator = { role: 'curator' as const, scope: 'everywhere' };
    const team = { name: 'DBA', description: '', grants: [], groups: ['dba'], members: [] };
    await store.teams.create(randomUUID(), team, T0);
    const identity = { issuer: 'https://id.example', subject: '1', name: 'Ada', displayName: 'Ada L', groups: ['dba'] };
    const id = (await store.users.external({ ...identity, grants: [curator, viewer] }, T0))!;
    const user = await store.users.get(id);
    assert.match(user?.name ?? '', /^Ada-[0-9a-f]{8}$/);
    assert.deepEqual([user?.origin, user?.grants.length, user?.teams.length], ['oidc', 2, 1]);
    assert.equal(await store.users.external({ ...identity, groups: [], grants: [viewer] }, T0), id);
    const after = await store.users.get(id);
    assert.deepEqual([after?.grants, after?.teams], [[viewer], []]);
    assert.notEqual(await store.users.external({ ...identity, subject: '2', grants: [] }, T0), id);
    const token = { name: 'own', role: null, scopes: [], prefix: 'p', createdBy: 'Ada', ownerId: id, expiresAt: null };
    await store.tokens.create({ ...token, id: randomUUID(), sha256: 'own' }, T0);
    assert.equal(await store.tokens.use('own', T0), null, 'never signed in');
    await store.users.signedIn(id, T0);
    assert.ok(await store.tokens.use('own', hours(30 * 24 - 1)));
    assert.equal(await store.tokens.use('own', hours(30 * 24)), null, 'not confirmed by the provider for 30 days');
    await store.users.update(id, { disabled: true }, T0);
    assert.equal(await store.users.external({ ...identity, grants: [viewer] }, T0), null);
  });

  it('keeps tokens, notes their use once a minute, and bounds them to their owner', async () => {
    const { store } = await given();
    const token = { name: 'ci', role: 'viewer' as const, scopes: ['location:here'], prefix: 'ph_12', createdBy: 'Ada' };
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const [index, id] of ids.entries()) {
      await store.tokens.create(
        { ...token, id, sha256: `h${index}`, ownerId: null, expiresAt: index === 0 ? hours(1) : null },
        seconds(index),
      );
    }
    const { name, role, scopes } = token;
    assert.deepEqual(await store.tokens.use('h0', T0), { id: ids[0], name, role, scopes, owner: null });
    assert.equal(await store.tokens.use('h0', hours(1)), null);
    assert.equal(await store.tokens.use('nobody', T0), null);
    const used = async () =>
      (await store.tokens.list({ limit: 10 }, T0)).items.find(({ id }) => id === ids[0])?.lastUsedAt;
    assert.equal(await used(), T0.toISOString());
    await store.tokens.use('h0', seconds(59));
    assert.equal(await used(), T0.toISOString());
    await store.tokens.use('h0', seconds(60));
    assert.equal(await used(), seconds(60).toISOString());
    const listed = await everything((cursor) => store.tokens.list({ limit: 1, cursor }, T0));
    assert.deepEqual(
      listed.map(({ id }) => id),
      ids.toReversed(),
    );
    assert.equal(await store.tokens.remove(ids[0]!), true);
    assert.equal(await store.tokens.remove(ids[0]!), false);
    assert.equal(await store.tokens.use('h0', T0), null);
  });

  it('ends the tokens of who is disabled or removed, and lets the old secret work for a while after a rotation', async () => {
    const { store } = await given();
    const robot: NewUser = { ...person('robot', [viewer]), kind: 'robot', passwordHash: null };
    await store.users.create(robot, T0);
    assert.equal(await store.users.count(), 0, 'a robot is no person');
    const id = randomUUID();
    const kept = { name: 'deploy', role: null, scopes: [], prefix: 'p', createdBy: 'Ada', ownerId: robot.id };
    await store.tokens.create({ ...kept, id, sha256: 'first', expiresAt: null }, T0);
    assert.deepEqual((await store.tokens.use('first', T0))?.owner?.grants, [viewer]);
    const next = { prefix: 'q', expiresAt: hours(9), oldUntil: hours(1) };
    await store.tokens.rotate(id, { ...next, sha256: 'second' });
    assert.ok(await store.tokens.use('first', T0));
    assert.ok(await store.tokens.use('second', hours(8)));
    assert.equal(await store.tokens.use('first', hours(1)), null);
    assert.equal((await store.tokens.get(id, T0))?.oldValidUntil, hours(1).toISOString());
    await store.tokens.rotate(id, { ...next, sha256: 'third' });
    assert.equal(await store.tokens.use('first', T0), null, 'only the last secret before is kept');
    await store.users.update(robot.id, { disabled: true }, T0);
    assert.equal(await store.tokens.use('third', T0), null);
    await store.users.update(robot.id, { disabled: false }, T0);
    assert.ok(await store.tokens.use('third', T0));
    await store.users.remove(robot.id);
    assert.equal(await store.tokens.use('third', T0), null);
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
