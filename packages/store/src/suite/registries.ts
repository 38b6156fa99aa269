import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { Check, FileRegistry, FileRule, RegistryReading, RuleSpec } from '@pharos/contract';
import { sql } from 'kysely';
import { StoreError } from '../errors.ts';
import type { RegistryNews } from '../registry-port.ts';
import { everything, type Given, hours, knownOf, names, REGISTRY, registry, repositoryId, scan, T0 } from './given.ts';

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

export const FILE_REGISTRY: FileRegistry = {
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

const READING: RegistryReading = {
  dialect: 'harbor',
  product: 'Harbor',
  detectedBy: null,
  bulk: true,
  quota: null,
  spentToday: 0,
  pausedUntil: null,
  breaker: 'closed',
  concurrency: 8,
  at: T0.toISOString(),
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

  it('keeps each change of a check and of the whole as an event, newest first, and nothing else', async () => {
    const { store } = await given();
    const id = await registry(store);
    const told = async (minute: number, news: RegistryNews) =>
      store.registries.setStatus(id, news, new Date(T0.getTime() + minute * 60_000));
    const events = async () =>
      (await store.registries.events(id, { limit: 50 }))!.items.map(({ subject, from, to }) => [subject, from, to]);
    const check = (subject: string, state: Check['state']) => ({ id: subject, state, message: `${subject} ${state}` });
    const good = { state: 'ok' as const, message: 'It can be read.', code: null };
    const bad = { state: 'error' as const, message: 'It does not answer.', code: 'timeout' };
    const all = [check('reachable', 'ok'), check('tls', 'ok'), check('manifest', 'ok'), check('quota', 'skipped')];

    await told(0, { state: 'checking', message: 'Checking.', code: null, checks: [] });
    assert.deepEqual(await events(), []);
    await told(1, { ...good, checks: all });
    const first = [['registry', null, 'ok']];
    assert.deepEqual(await events(), first);
    // Evidence and words may differ; a check that begins empties the list, and a skipped one says nothing.
    await told(2, { state: 'checking', message: 'Checking.', code: null, checks: [] });
    await told(3, { ...good, checks: all.map((each) => ({ ...each, evidence: 'another' })) });
    await told(4, { nextScanAt: hours(1).toISOString() });
    assert.deepEqual(await events(), first);
    await told(5, { state: 'checking', message: 'Checking.', code: null, checks: [] });
    await told(6, {
      ...bad,
      checks: [
        { ...check('reachable', 'error'), code: 'timeout' },
        check('tls', 'skipped'),
        check('manifest', 'skipped'),
      ],
    });
    const away = [['reachable', 'ok', 'error'], ['registry', 'ok', 'error'], ...first];
    assert.deepEqual(await events(), away);
    await told(7, { ...bad, checks: [check('reachable', 'error')] });
    assert.deepEqual(await events(), away);
    await told(8, { ...good, checks: all });
    assert.deepEqual(await events(), [['reachable', 'error', 'ok'], ['registry', 'error', 'ok'], ...away]);
    await told(9, { ...good, checks: [check('quota', 'warning')] });
    assert.deepEqual((await events())[0], ['quota', null, 'warning']);
    const shown = (await store.registries.events(id, { limit: 50 }))!.items.at(3)!;
    const { id: number, ...rest } = shown;
    assert.ok(number > 0);
    assert.deepEqual(rest, {
      at: new Date(T0.getTime() + 6 * 60_000).toISOString(),
      subject: 'reachable',
      from: 'ok',
      to: 'error',
      message: 'reachable error',
      code: 'timeout',
    });
    assert.equal(await store.registries.events(randomUUID(), { limit: 50 }), null);
  });

  it('keeps breaker, long pauses and a used-up allowance as events', async () => {
    const { store } = await given();
    const budget = { requestsPerDay: 100, concurrency: null };
    const id = await registry(store, { budget });
    const told = (reading: Partial<RegistryReading>, now = T0) =>
      store.registries.setStatus(id, { reading: { ...READING, ...reading } }, now);
    await told({});
    await told({ pausedUntil: new Date(T0.getTime() + 30_000).toISOString(), spentToday: 99 });
    assert.equal((await store.registries.events(id, { limit: 50 }))?.total, 0);
    await told({ breaker: 'open', spentToday: 100, pausedUntil: hours(1).toISOString() });
    await told({ breaker: 'half-open', spentToday: 101, pausedUntil: hours(1).toISOString() });
    await store.registries.setStatus(id, { reading: null }, T0);
    await told({ breaker: 'closed', spentToday: 20 }, hours(2));
    const { items } = (await store.registries.events(id, { limit: 50 }))!;
    assert.deepEqual(
      items.map(({ subject, from, to, code }) => [subject, from, to, code]),
      [
        ['allowance', 'used-up', 'left', null],
        ['pause', 'paused', 'none', null],
        ['breaker', 'open', 'closed', null],
        ['allowance', 'left', 'used-up', 'budget-spent'],
        ['pause', 'none', 'paused', 'rate-limited'],
        ['breaker', 'closed', 'open', null],
      ],
    );
    assert.match(items.at(-1)!.message, /five times in a row/);
  });

  it('keeps the last 200 events of each registry, page by page, and forgets them with it', async () => {
    const { store, db } = await given();
    const id = await registry(store);
    const other = await registry(store, { name: 'Other' });
    await store.registries.setStatus(other, { state: 'ok', message: 'Fine.', checks: [] }, T0);
    for (let turn = 0; turn < 203; turn += 1) {
      const state = turn % 2 === 0 ? 'ok' : 'error';
      await store.registries.setStatus(id, { state, message: `turn ${turn}` }, T0);
    }
    const items = await everything(async (cursor) => (await store.registries.events(id, { limit: 90, cursor }))!);
    assert.deepEqual([items.length, items[0]?.message, items.at(-1)?.message], [200, 'turn 202', 'turn 3']);
    assert.equal((await store.registries.events(other, { limit: 10 }))?.total, 1);
    await store.registries.remove(id);
    const left = await sql<{ n: number }>`select count(*) as n from registry_events`.execute(db);
    assert.equal(left.rows[0]?.n, 1);
  });

  it('of two that tell the same change at once, one tells news', async () => {
    const { store } = await given();
    const id = await registry(store);
    await store.registries.setStatus(id, { state: 'ok', message: 'Fine.' }, T0);
    const news = { state: 'error' as const, message: 'Away.' };
    await Promise.all(Array.from({ length: 5 }, () => store.registries.setStatus(id, news, hours(1))));
    assert.equal((await store.registries.events(id, { limit: 10 }))?.total, 2);
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
