import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { FileRule } from '@pharos/contract';
import { everything, type Given, hours, names, registry, repositoryId, scan, T0 } from './given.ts';
import { code, FILE_REGISTRY, RULE } from './registry-given.ts';

/** Registries and rules of agent files, and what rules bring in. */
export function registryFilesSuite(given: () => Promise<Given>): void {
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
