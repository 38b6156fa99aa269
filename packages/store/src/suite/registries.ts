import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { FileRegistry, FileRule, RuleSpec } from '@pharos/contract';
import { StoreError } from '../errors.ts';
import { everything, type Given, hours, names, REGISTRY, registry, repositoryId, scan, T0 } from './given.ts';

const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

const RULE: RuleSpec = {
  name: 'Postgres',
  enabled: true,
  registryId: null,
  kind: 'postgres',
  description: 'Community PostgreSQL',
  repositories: { include: ['postgresql'], exclude: [] },
  tags: [{ include: ['17.*'], exclude: [], order: 'version' }],
};

const FILE_REGISTRY: FileRegistry = {
  id: randomUUID(),
  name: 'From the file',
  url: 'file.example',
  provider: 'auto',
  apiUrl: null,
  budget: { requestsPerDay: null, concurrency: null },
  authentication: { type: 'basic', username: 'reader' },
  tls: { caCerts: '', skipVerify: true, plainHttp: false },
  intervalSeconds: 60,
  isSample: false,
  isDefault: true,
};

/** Registries and rules, written here and sent by agents. */
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

  it('notes what a probe found', async () => {
    const { store } = await given();
    const id = await registry(store);
    const checks = [{ id: 'tls', state: 'error' as const, message: 'Not trusted.', code: 'tls-untrusted' }];
    const status = { state: 'error' as const, message: 'Not trusted.', code: 'tls-untrusted', checks };
    assert.equal(await store.registries.setStatus(id, { ...status, nextScanAt: hours(1).toISOString() }, T0), true);
    const shown = (await store.registries.get(id))!;
    assert.deepEqual(shown.status, { ...status, checkedAt: T0.toISOString() });
    assert.equal(shown.nextScanAt, hours(1).toISOString());
    assert.equal(await store.registries.setStatus(randomUUID(), status, T0), false);
    assert.equal((await store.statistics(T0)).registriesFailing, 1);
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
    assert.deepEqual((await store.listings.ofRegistry(id)).repositories, []);
    assert.equal((await store.tags.list({ limit: 10, sort: 'name', presence: 'all' })).total, 0);
    assert.ok(db);
  });

  it('makes the registries and rules of a file what the file says, and never touches those of the UI', async () => {
    const { store } = await given();
    const uiId = await registry(store, { name: 'From the file' });
    const rule: FileRule = { ...RULE, id: randomUUID(), registryId: FILE_REGISTRY.id };
    await store.registries.replaceFile('here', [FILE_REGISTRY, { ...FILE_REGISTRY, id: uiId }], [rule], T0);
    const shown = (await store.registries.get(FILE_REGISTRY.id))!;
    assert.deepEqual(
      [shown.name, shown.source, shown.authentication.secret, shown.isDefault],
      ['From the file (file)', 'file', 'at-agent', true],
    );
    assert.match(shown.warnings.join(), /not checked/);
    assert.equal((await store.registries.get(uiId))?.source, 'ui');
    await assert.rejects(store.registries.update(FILE_REGISTRY.id, { name: 'x' }, T0), code('read-only-source'));
    await assert.rejects(store.registries.remove(FILE_REGISTRY.id), code('read-only-source'));
    await assert.rejects(store.rules.update(rule.id, { name: 'x' }, T0), code('read-only-source'));
    await assert.rejects(store.rules.remove(rule.id), code('read-only-source'));
    await store.registries.replaceFile('here', [FILE_REGISTRY], [rule], hours(1));
    assert.equal((await store.registries.get(FILE_REGISTRY.id))?.updatedAt, T0.toISOString());
    await store.registries.replaceFile('here', [], [], hours(2));
    assert.equal(await store.registries.get(FILE_REGISTRY.id), null);
    assert.equal(await store.rules.get(rule.id), null);
    assert.equal((await store.registries.list({ limit: 10 })).total, 1);
  });

  it('lets two registries of a file swap their names', async () => {
    const { store } = await given();
    const [a, b] = [randomUUID(), randomUUID()];
    const named = (id: string, name: string) => ({ ...FILE_REGISTRY, id, name });
    await store.registries.replaceFile('here', [named(a, 'A'), named(b, 'B')], [], T0);
    await store.registries.replaceFile('here', [named(a, 'B'), named(b, 'A')], [], T0);
    assert.deepEqual([(await store.registries.get(a))?.name, (await store.registries.get(b))?.name], ['B', 'A']);
  });

  it('keeps what is known of a registry that left its file, until a person removes it', async () => {
    const { store } = await given();
    await registry(store);
    const rule: FileRule = { ...RULE, id: randomUUID(), registryId: FILE_REGISTRY.id };
    await store.registries.replaceFile('here', [FILE_REGISTRY], [rule], T0);
    await scan(store, FILE_REGISTRY.id, { tags: ['17.4'], begin: { ruleIds: [rule.id] } });
    await store.registries.replaceFile('here', [], [], hours(1));
    const left = (await store.registries.get(FILE_REGISTRY.id))!;
    assert.deepEqual([left.status.state, left.status.code], ['unknown', 'not-in-file']);
    assert.deepEqual(await names(store), ['17.4']);
    await store.registries.replaceFile('here', [FILE_REGISTRY], [rule], hours(2));
    assert.equal((await store.registries.get(FILE_REGISTRY.id))?.status.code, null);
    await store.registries.replaceFile('here', [], [], hours(3));
    assert.equal(await store.registries.remove(FILE_REGISTRY.id), true);
  });

  it('keeps rules, and knows which apply where', async () => {
    const { store } = await given();
    const here = await registry(store);
    const there = await registry(store, { name: 'There', locationId: 'there' });
    const everywhere = await store.rules.create(RULE, T0);
    const ofThere = await store.rules.create({ ...RULE, name: 'Of there', registryId: there }, T0);
    const off = await store.rules.create({ ...RULE, name: 'Off', enabled: false }, T0);
    const ofFile: FileRule = { ...RULE, id: randomUUID(), name: 'Of the file' };
    await store.registries.replaceFile('there', [], [ofFile], T0);
    const ids = (rules: { id: string }[]) => rules.map(({ id }) => id);
    assert.deepEqual(ids(await store.rules.ofLocation('here')), [everywhere.id]);
    assert.deepEqual(ids(await store.rules.ofLocation('there')), [everywhere.id, ofThere.id]);
    assert.deepEqual(ids(await store.rules.ofRegistry(here)), [everywhere.id]);
    assert.deepEqual(ids(await store.rules.ofRegistry(there)), [everywhere.id, ofThere.id, ofFile.id]);
    const patched = await store.rules.update(off.id, { enabled: true, tags: [], registryId: here }, hours(1));
    assert.deepEqual([patched?.enabled, patched?.tags, patched?.registryId], [true, [], here]);
    assert.equal((await store.rules.list({ limit: 10, registryId: here })).total, 2);
    assert.equal((await store.rules.list({ limit: 10, q: 'of THE' })).total, 2);
    assert.equal((await store.registries.get(there))?.ruleCount, 3);
    const all = await everything((cursor) => store.rules.list({ limit: 1, cursor }));
    assert.deepEqual(
      all.map(({ name }) => name),
      ['Of the file', 'Of there', 'Off', 'Postgres'],
    );
    assert.equal(await store.rules.remove(off.id), true);
    assert.equal(await store.rules.remove(off.id), false);
    assert.equal(await store.rules.update(off.id, { name: 'x' }, T0), null);
  });

  it('takes kind and description from the rules of a scan, and draws facts anew when the kind changes', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const rule = await store.rules.create({ ...RULE, repositories: { include: ['team/db'], exclude: [] } }, T0);
    const report = { repository: 'team/db', tags: ['17.4', '18.1'], begin: { ruleIds: [rule.id, randomUUID()] } };
    await scan(store, registryId, report);
    const id = await repositoryId(store, 'team/db');
    const repository = (await store.repositories.get(id))!;
    assert.deepEqual(
      [repository.kind, repository.declaredKind, repository.description],
      ['postgres', 'postgres', 'Community PostgreSQL'],
    );
    assert.deepEqual(repository.rules, [{ id: rule.id, name: 'Postgres' }]);
    const shown = (await store.rules.get(rule.id))!;
    assert.deepEqual([shown.repositoryCount, shown.tagCount], [1, 2]);
    await store.rules.update(rule.id, { kind: 'component' }, hours(1));
    await scan(store, registryId, { ...report, now: hours(2) });
    assert.equal((await store.tags.get(id, '17.4'))?.kind, 'component');
    const explanation = (await store.tags.get(id, '18.1'))?.explanation;
    assert.deepEqual(
      explanation?.map(({ rule: by, clause }) => [by?.name, clause]),
      [['Postgres', 'tags.0.include']],
    );
  });

  it('lets repositories go that no rule wants any more, and takes them back', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const rule = await store.rules.create(RULE, T0);
    await scan(store, registryId, { tags: ['17.4'], begin: { ruleIds: [rule.id] } });
    const id = await repositoryId(store);
    await store.rules.update(rule.id, { description: 'still wants it' }, hours(1));
    assert.equal((await store.repositories.list({ limit: 10, sort: 'name' })).total, 1);
    await store.rules.remove(rule.id);
    assert.equal((await store.repositories.list({ limit: 10, sort: 'name' })).total, 0);
    assert.equal((await store.tags.list({ limit: 10, sort: 'name', presence: 'present' })).total, 0);
    assert.equal((await store.tags.get(id, '17.4'))?.presence, 'retired');
    assert.equal((await store.repositories.get(id))?.tagCount, 0);
    await scan(store, registryId, { tags: ['17.4'], now: hours(2) });
    assert.deepEqual(await names(store), ['17.4']);
  });
}
