import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { sql } from 'kysely';
import { SEALED_COLUMNS } from '../sealed-secrets.ts';
import { type Given, registry, T0 } from './given.ts';

const FIRST = '00000000-0000-0000-0000-000000000000';

/** What rests sealed, for the day its key changes. */
export function sealedSecretsSuite(given: () => Promise<Given>): void {
  it('knows every sealed column there is', async () => {
    const { db } = await given();
    const found = await sql<{ name: string }>`select table_name || '.' || column_name as name
      from information_schema.columns where table_schema = 'public' and column_name like '%sealed'`.execute(db);
    assert.deepEqual(found.rows.map(({ name }) => name).sort(), [...SEALED_COLUMNS].sort());
  });

  it('finds what is not under a key, and replaces only what nobody changed meanwhile', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const ids: string[] = [randomUUID(), randomUUID()].sort();
    for (const [index, id] of ids.entries()) {
      const sealed = index === 0 ? 'v1.old' : 'v2.aaaaaaaaaaaa.new';
      await store.receivers.create({ id, registryId, source: 'harbor', sealed }, T0);
    }
    const { sealedSecrets } = store;
    const ours = async () => {
      const all = await sealedSecrets.notUnder('v2.aaaaaaaaaaaa.', 'receiver', FIRST, 1000);
      return all.filter(({ id }) => ids.includes(id));
    };
    assert.deepEqual(await ours(), [{ id: ids[0], sealed: 'v1.old', origin: null }]);
    assert.equal(await sealedSecrets.replace('receiver', ids[0]!, 'v1.other', 'v2.aaaaaaaaaaaa.x'), false);
    assert.equal(await sealedSecrets.replace('receiver', ids[0]!, 'v1.old', 'v2.aaaaaaaaaaaa.x'), true);
    assert.deepEqual(await ours(), []);
    const counts = await sealedSecrets.counts();
    assert.ok(counts.find(({ key }) => key === 'aaaaaaaaaaaa')!.n >= 2);
  });
}
