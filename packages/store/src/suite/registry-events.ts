import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { Check, RegistryReading } from '@pharos/contract';
import { sql } from 'kysely';
import type { RegistryNews } from '../registry-port.ts';
import { everything, type Given, hours, registry, T0 } from './given.ts';
import { READING } from './registry-given.ts';

/** What checks and readings told of a registry. */
export function registryEventsSuite(given: () => Promise<Given>): void {
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
}
