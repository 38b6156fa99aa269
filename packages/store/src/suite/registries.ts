import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { sql } from 'kysely';
import { everything, type Given, hours, knownOf, REGISTRY, registry, scan, T0 } from './given.ts';
import { code } from './registry-given.ts';

/** Registries and their credentials. */
export function registriesSuite(given: () => Promise<Given>): void {
  it('keeps a registry, its credential apart, and refuses a taken name', async () => {
    const { store } = await given();
    const credential = { sealed: 'ciphertext', origin: 'https://registry.example:5000' };
    const authentication = { type: 'basic', username: 'reader' } as const;
    const made = await store.registries.create({ ...REGISTRY, authentication, credential }, T0);
    assert.deepEqual(made.authentication, { ...authentication, secret: 'stored' });
    assert.equal(JSON.stringify(made).includes('ciphertext'), false);
    assert.deepEqual(await store.registries.credential(made.id), credential);
    await assert.rejects(store.registries.create({ ...REGISTRY, name: 'TEAM registry' }, T0), code('name-taken'));
    const other = await store.registries.create({ ...REGISTRY, name: 'Other 50%_', url: 'b.example' }, T0);
    await assert.rejects(store.registries.update(other.id, { name: 'Team registry' }, T0), code('name-taken'));
    const found = await store.registries.list({ limit: 10, q: '50%_' });
    assert.deepEqual(
      found.items.map(({ id }) => id),
      [other.id],
    );
    assert.equal(found.total, 1);
    const all = await everything((cursor) => store.registries.list({ limit: 1, cursor }));
    assert.deepEqual(
      all.map(({ name }) => name),
      ['Other 50%_', 'Team registry'],
    );
    assert.deepEqual((await store.registries.ofLocation('here')).length, 2);
    assert.equal(await store.registries.get(randomUUID()), null);
    assert.equal(await store.registries.credential(other.id), null);
  });

  it('drops a credential when scheme, host or port change, and keeps it otherwise', async () => {
    const { store } = await given();
    const credential = { sealed: 'x', origin: 'https://registry.example:443' };
    const authentication = { type: 'basic', username: 'reader' } as const;
    const { id } = await store.registries.create(
      { ...REGISTRY, url: 'registry.example', authentication, credential },
      T0,
    );
    const kept = await store.registries.update(id, { url: 'registry.example/prefix', intervalSeconds: 5 }, hours(1));
    assert.deepEqual(
      [kept?.authentication.secret, kept?.intervalSeconds, kept?.updatedAt],
      ['stored', 5, hours(1).toISOString()],
    );
    const plain = await store.registries.update(id, { tls: { ...REGISTRY.tls, plainHttp: true } }, T0);
    assert.equal(plain?.authentication.secret, 'void');
    assert.match(plain?.warnings.join() ?? '', /without TLS/);
    assert.equal(await store.registries.credential(id), null);
    const renewed = { sealed: 'y', origin: 'https://elsewhere.example' };
    const moved = await store.registries.update(
      id,
      { url: 'elsewhere.example', tls: REGISTRY.tls, credential: renewed },
      T0,
    );
    assert.equal(moved?.authentication.secret, 'stored');
    const none = await store.registries.update(id, { authentication: { type: 'none', username: null } }, T0);
    assert.equal(none?.authentication.secret, 'none');
    assert.equal(await store.registries.credential(id), null);
    assert.equal(await store.registries.update(randomUUID(), { name: 'x' }, T0), null);
  });

  it('drops a credential when the address of the product’s own API changes, for it goes there too', async () => {
    const { store } = await given();
    const credential = { sealed: 'x', origin: 'https://registry.example' };
    const authentication = { type: 'basic', username: 'reader' } as const;
    const registryAt = (name: string, apiUrl: string | null) =>
      store.registries.create({ ...REGISTRY, name, url: 'registry.example', apiUrl, authentication, credential }, T0);
    const secretAfter = async (before: string | null, after: string | null) => {
      const { id } = await registryAt(`${before} ${after}`, before);
      const changed = await store.registries.update(id, { apiUrl: after }, T0);
      const kept = await store.registries.credential(id);
      assert.equal(kept !== null, changed?.authentication.secret === 'stored');
      return changed?.authentication.secret;
    };
    assert.equal(await secretAfter(null, 'https://api.example'), 'void');
    assert.equal(await secretAfter('https://api.example', 'https://evil.example'), 'void');
    assert.equal(await secretAfter('https://api.example', 'https://api.example:8443'), 'void');
    assert.equal(await secretAfter('https://api.example', 'https://api.example/v2'), 'stored');
    // The registry itself has the credential anyway.
    assert.equal(await secretAfter(null, 'https://registry.example/api'), 'stored');
    assert.equal(await secretAfter('https://api.example', null), 'stored');
    const { id } = await registryAt('with a new one', null);
    const both = { apiUrl: 'https://api.example', credential };
    assert.equal((await store.registries.update(id, both, T0))?.authentication.secret, 'stored');
  });

  it('forgets everything of a registry that is removed', async () => {
    const { store, db } = await given();
    const id = await registry(store);
    await scan(store, id, { tags: ['a', 'b'] });
    await store.listings.put({ registryId: id, repositories: ['x'], tags: [], message: null }, T0);
    assert.equal(await store.registries.remove(id), true);
    assert.equal(await store.registries.remove(id), false);
    assert.equal((await store.repositories.list({ limit: 10, sort: 'name' })).total, 0);
    assert.equal((await store.scans.list({ limit: 10 })).total, 0);
    assert.deepEqual((await knownOf(store.listings, id)).repositories, []);
    assert.equal((await store.tags.list({ limit: 10, sort: 'name', presence: 'all' })).total, 0);
    // Lists ask for the repository as well: tags without one would only be in the way.
    const orphans = await sql<{ n: number }>`select count(*) as n from tags`.execute(db);
    assert.equal(orphans.rows[0]?.n, 0);
  });
}
