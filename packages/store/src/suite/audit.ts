import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { AuditQuery, checkChain, type RuleSpec } from '@pharos/contract';
import { sql } from 'kysely';
import type { NewAuditEvent } from '../audit.ts';
import { AuditRun, audited, noteAudit, unaudited } from '../audit-context.ts';
import { type Given, hours, registry, T0 } from './given.ts';
import { FILE_REGISTRY } from './registry-given.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const event = (action: string, more: Partial<NewAuditEvent> = {}): NewAuditEvent => ({
  actor: 'Ada',
  actorKind: 'session',
  action,
  outcome: 'done',
  subjectKind: 'rule',
  subject: '',
  ...more,
});
const spec = (name: string): RuleSpec => ({
  name,
  enabled: true,
  registryId: null,
  kind: null,
  description: '',
  repositories: { include: ['**'], exclude: [] },
  tags: [],
});
const now = () => T0;

/** The audit log: written with the change, linked, and read. */
export function auditSuite(given: () => Promise<Given>): void {
  const all = async ({ store }: Given) => store.audit.after(0, 1000);

  it('writes the entry with the change: both or none of them', async () => {
    const at = await given();
    const { store } = at;
    await audited(event('rule.create'), now, () => store.rules.create(spec('one'), T0));
    const [entry] = await all(at);
    const { items } = await store.rules.list({ limit: 1 });
    assert.deepEqual([entry?.seq, entry?.actor, entry?.action], [1, 'Ada', 'rule.create']);
    assert.equal(entry?.subject, items[0]?.id, 'the store says which one was made');

    const failing = audited(event('user.create'), now, async () => {
      await store.users.create(
        { id: randomUUID(), name: 'x', passwordHash: null, grants: [{ role: 'nobody' as never, scope: 'everywhere' }] },
        T0,
      );
      throw new Error('later');
    });
    await assert.rejects(failing);
    const users = await store.users.count();
    assert.equal((await all(at)).length - 1, users, 'no change without an entry');
    await store.rules.create(spec('two'), T0);
    assert.equal((await all(at)).length - 1, users, 'no entry of what is nobody\u2019s doing');
  });

  it('takes the change back when the entry cannot be written', async () => {
    const at = await given();
    await sql`alter table audit_head rename to audit_head_away`.execute(at.db);
    try {
      await assert.rejects(audited(event('rule.create'), now, () => at.store.rules.create(spec('one'), T0)));
      await assert.rejects(audited(event('settings'), now, () => at.store.settings.set('a', 'b')));
    } finally {
      await sql`alter table audit_head_away rename to audit_head`.execute(at.db);
    }
    assert.equal((await at.store.rules.list({ limit: 1 })).total, 0);
    assert.equal(await at.store.settings.get('a'), null, 'a statement without a transaction of its own as well');
  });

  it('gives a statement outside of a transaction its entry, and what only reads or finds nothing none', async () => {
    const at = await given();
    const { store } = at;
    await audited(event('settings'), now, () => store.settings.set('a', 'b'));
    assert.deepEqual(
      (await all(at)).map(({ action }) => action),
      ['settings'],
    );
    await audited(event('reading'), now, async () => {
      await store.rules.list({ limit: 1 });
      assert.equal(await store.tokens.remove(randomUUID()), false);
      assert.equal(await store.rules.update(randomUUID(), { name: 'x' }, T0), null);
    });
    assert.equal((await all(at)).length, 1);
  });

  it('writes one entry for what one call changes in several transactions, and none for what goes on after it', async () => {
    const at = await given();
    const { store } = at;
    const doing = new AuditRun(event('several'), now);
    await doing.within(async () => {
      noteAudit({ detail: { before: 'said in time' } });
      await store.settings.set('a', '1');
      noteAudit({ detail: { after: 'too late' } });
      await store.settings.set('b', '1');
    });
    assert.ok(doing.isWritten);
    const ended = new AuditRun(event('background'), now);
    ended.end();
    await ended.within(() => store.settings.set('c', '1'));
    await audited(event('detached'), now, () => unaudited(() => store.settings.set('d', '1')));
    const entries = await all(at);
    assert.deepEqual(
      entries.map(({ action, detail }) => [action, detail]),
      [['several', '{"before":"said in time"}']],
    );
  });

  it('links entries of many writers at once without a gap', async () => {
    const at = await given();
    const names = Array.from({ length: 24 }, (_, index) => `rule ${index}`);
    await Promise.all(
      names.map((name) => audited(event('rule.create'), now, () => at.store.rules.create(spec(name), T0))),
    );
    const check = checkChain(sha256);
    for (const entry of await all(at)) check.take(entry);
    check.end(await at.store.audit.head());
    assert.deepEqual(check.findings, []);
    assert.equal(check.position.seq, names.length);
  });

  it('never changes an entry', async () => {
    const at = await given();
    await at.store.audit.append(event('rule.create'), T0);
    await assert.rejects(sql`update audit_events set actor = 'Eve'`.execute(at.db), /never changed/);
    await assert.rejects(sql`delete from audit_events`.execute(at.db), /never changed/);
  });

  it('lists by every filter, in pages, newest or oldest first', async () => {
    const { store } = await given();
    const kinds: [string, NewAuditEvent['outcome'], string][] = [
      ['rule.create', 'done', 'here'],
      ['rule.update', 'denied', 'there'],
      ['ruler', 'done', 'here'],
      ['user.create', 'failed', 'here'],
    ];
    for (const [index, [action, outcome, locationId]] of kinds.entries()) {
      const more = {
        outcome,
        locationId,
        subject: `s${index}`,
        reason: `because ${index}_%`,
        actor: index === 3 ? 'Bob' : 'Ada',
      };
      await store.audit.append(event(action, more), hours(index));
    }
    const find = async (query: object) => (await store.audit.list(AuditQuery.parse(query))).items.map(({ seq }) => seq);
    assert.deepEqual(await find({}), [4, 3, 2, 1]);
    assert.deepEqual(await find({ order: 'oldest' }), [1, 2, 3, 4]);
    assert.deepEqual(await find({ action: 'rule.*' }), [2, 1]);
    assert.deepEqual(await find({ action: 'rule.create,user.*' }), [4, 1]);
    assert.deepEqual(await find({ outcome: 'denied,failed' }), [4, 2]);
    assert.deepEqual(await find({ actor: 'Bob' }), [4]);
    assert.deepEqual(await find({ subject: 's2' }), [3]);
    assert.deepEqual(await find({ locationId: 'there' }), [2]);
    assert.deepEqual(await find({ from: hours(1).toISOString(), to: hours(3).toISOString() }), [3, 2]);
    assert.deepEqual(await find({ q: '2_%' }), [3], 'wild cards are text');
    const first = await store.audit.list(AuditQuery.parse({ limit: 3 }));
    const second = await store.audit.list(AuditQuery.parse({ limit: 3, cursor: first.next }));
    assert.deepEqual([first.total, second.items.map(({ seq }) => seq), second.next], [4, [1], null]);
    const facets = await store.audit.facets({ outcome: 'done' });
    assert.deepEqual(
      facets.actions.map(({ value }) => value),
      ['rule.create', 'ruler'],
    );
    assert.deepEqual(facets.outcomes.find(({ value }) => value === 'done')?.count, 2);
    assert.deepEqual(facets.outcomes.length, 3, 'what else could be chosen');
  });

  it('hands every entry to the webhooks that want them, in the transaction of the entry', async () => {
    const { store } = await given();
    const input = {
      name: 'h',
      url: 'https://a.example',
      repositories: null,
      enabled: true,
      allowHttp: false,
      allowPrivate: false,
    };
    await store.webhooks.create({ id: randomUUID(), sealed: 'x', input: { ...input, events: ['audit'] } }, T0);
    await store.webhooks.create(
      { id: randomUUID(), sealed: 'x', input: { ...input, name: 'other', events: ['tag.added'] } },
      T0,
    );
    await audited(event('rule.create'), now, () => store.rules.create(spec('one'), T0));
    const claims = await store.webhookOutbox.claim({ limit: 10, perWebhook: 10, busy: [] }, hours(1));
    assert.equal(claims.length, 1);
    const { type, data } = JSON.parse(claims[0]!.payload);
    assert.deepEqual([type, data.seq, data.action], ['audit', 1, 'rule.create']);
  });

  it('tells of an agent\u2019s file only when it says something else than before', async () => {
    const at = await given();
    await registry(at.store);
    const say = (name: string) =>
      audited(event('location.file', { actorKind: 'agent' }), now, () =>
        at.store.registries.replaceFile('here', [{ ...FILE_REGISTRY, name }], [], T0),
      );
    await say('a');
    await say('a');
    await say('b');
    assert.deepEqual(
      (await all(at)).map(({ detail }) => JSON.parse(detail)),
      [
        { added: ['registry a'], changed: [], removed: [] },
        { added: [], changed: ['registry b'], removed: [] },
      ],
    );
  });
}
