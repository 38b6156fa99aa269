import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ApprovalQuery, TagFacetsQuery } from '@pharos/contract';
import { sql } from 'kysely';
import { newerBuilds } from '../approval-newer.ts';
import type { NewDecision } from '../decision-port.ts';
import { ARM, codeOf, images, verdict } from './approval-given.ts';
import { digestOf, type Given, hours, observation, registry, repositoryId, scan } from './given.ts';

/** Decisions by digest, and what becomes of them. */
export function approvalsSuite(given: () => Promise<Given>): void {
  it('decides by digest, tells what it decided, and refuses ways that do not exist', async () => {
    const { store } = await given();
    const id = await registry(store);
    const [digest, other] = (await images(store, id, ['17.4', '17.5'])) as [string, string];
    await store.decisions.decide([verdict(digest, 'approved')], hours(1));
    assert.equal(await codeOf(store.decisions.decide([verdict(digest, 'rejected')], hours(2))), 'conflict');
    assert.equal(await codeOf(store.decisions.decide([verdict(digestOf('x'), 'approved')], hours(2))), 'not-found');
    for (const successor of [digest, digestOf('nobody')]) {
      const deprecated = verdict(digest, 'deprecated', { successor });
      assert.equal(await codeOf(store.decisions.decide([deprecated], hours(2))), 'conflict', successor);
    }
    await store.decisions.decide([verdict(digest, 'deprecated', { successor: other })], hours(2));
    const image = await store.images.get(digest, hours(3));
    assert.deepEqual([image?.state, image?.successor], ['deprecated', other]);
    assert.deepEqual(
      image?.decisions.map(({ state, previousState, actor }) => [state, previousState, actor]),
      [
        ['deprecated', 'approved', 'ann'],
        ['approved', 'pending', 'ann'],
      ],
    );
    const page = await store.decisions.list(digest, { limit: 1 });
    assert.deepEqual([page.total, page.items[0]?.state], [2, 'deprecated']);
    const rest = await store.decisions.list(digest, { limit: 1, cursor: page.next! });
    assert.deepEqual([rest.next, rest.items[0]?.state], [null, 'approved']);
    const told = (await store.activity.list({ limit: 10, type: 'image.state-changed' })).items;
    assert.equal(told.length, 2);
    assert.equal(told[1]?.message, 'postgresql:17.4 approved by ann: because');
    assert.equal(told[0]?.items[0]?.digest, digest);
  });

  it('decides about all of several images or about none', async () => {
    const { store } = await given();
    const digests = await images(store, await registry(store), ['17.4', '17.5', '17.6']);
    await store.decisions.decide([verdict(digests[1]!, 'approved')], hours(1));
    const all = digests.map((digest) => verdict(digest, 'rejected'));
    const summary = await store.decisions.check(all, hours(2));
    assert.deepEqual(summary.changes, [{ from: 'pending', to: 'rejected', count: 2 }]);
    assert.deepEqual(
      summary.refused.map(({ digest, code }) => [digest, code]),
      [[digests[1], 'conflict']],
    );
    assert.deepEqual(summary.affected, { repositories: 1, tags: 2, locations: 1 });
    assert.equal(await codeOf(store.decisions.decide(all, hours(2))), 'conflict');
    const states = await store.decisions.statesOf(digests, hours(3));
    assert.deepEqual(
      digests.map((digest) => states.get(digest)?.state),
      ['pending', 'approved', 'pending'],
    );
    assert.deepEqual(await store.repositories.states(await repositoryId(store), hours(3)), [
      { state: 'pending', tags: 2 },
      { state: 'approved', tags: 1 },
    ]);
    const rest = [digests[0]!, digests[2]!].map((digest) => verdict(digest, 'rejected'));
    assert.equal((await store.decisions.decide(rest, hours(2))).decided, 2);
    const [told] = (await store.activity.list({ limit: 1, type: 'image.state-changed' })).items;
    assert.deepEqual([told?.count, told?.message], [2, '2 images of postgresql rejected by ann: because']);
  });

  it('ends an approval by the clock, and writes that down once', async () => {
    const { store } = await given();
    const [digest] = (await images(store, await registry(store), ['17.4'])) as [string];
    await store.decisions.decide([verdict(digest, 'approved', { expiresAt: hours(10) })], hours(1));
    const stateAt = async (hour: number) => (await store.images.get(digest, hours(hour)))?.state;
    assert.deepEqual([await stateAt(9), await stateAt(10)], ['approved', 'pending']);
    const tag = await store.tags.get(await repositoryId(store), '17.4', hours(11));
    assert.equal(tag?.state, 'pending');
    assert.equal(await store.decisions.expire(hours(9)), 0);
    assert.equal(await store.decisions.expire(hours(11)), 1);
    assert.equal(await store.decisions.expire(hours(12)), 0);
    const [last] = (await store.images.get(digest, hours(12)))!.decisions;
    assert.deepEqual([last?.state, last?.previousState, last?.actorKind], ['pending', 'approved', 'system']);
    const [told] = (await store.activity.list({ limit: 1, type: 'image.state-changed' })).items;
    assert.match(told!.message, /^postgresql:17\.4 put back to pending: The approval ended/);
    assert.equal((await store.approvals.list(ApprovalQuery.parse({}), hours(12))).total, 1);
  });

  it('takes a moved tag for a new pending image, and says where it stood when it was approved', async () => {
    const { store } = await given();
    const id = await registry(store);
    const [old] = (await images(store, id, ['17.4'])) as [string];
    await store.decisions.decide([verdict(old, 'approved')], hours(1));
    const moved = digestOf('moved');
    await scan(store, id, {
      tags: [{ name: '17.4', digest: moved }],
      images: [observation(moved)],
      now: hours(2),
    });
    const tag = await store.tags.get(await repositoryId(store), '17.4', hours(3));
    assert.deepEqual([tag?.digest, tag?.state, tag?.approvedBefore], [moved, 'pending', old]);
    const history = await store.tags.history(await repositoryId(store), '17.4', { limit: 10 }, hours(3));
    assert.deepEqual(
      history?.items.map(({ state }) => state),
      ['pending', 'approved'],
    );
    await store.decisions.decide([verdict(moved, 'approved')], hours(4));
    assert.equal((await store.tags.get(await repositoryId(store), '17.4', hours(5)))?.approvedBefore, null);
  });

  it('holds a part of a role against every place of the image, inside the transaction', async () => {
    const { store } = await given();
    const id = await registry(store);
    const digest = digestOf('shared');
    for (const repository of ['team/a', 'team/b']) {
      await scan(store, id, { repository, tags: [{ name: '17.4', digest }], images: [observation(digest)] });
    }
    const held = (...patterns: string[]) => patterns.map((pattern) => ({ locationId: null, patterns: [pattern] }));
    const decide = (areas: NewDecision['held']) =>
      codeOf(store.decisions.decide([verdict(digest, 'approved', { held: areas! })], hours(1)));
    assert.equal(await decide(held('team/a')), 'decision-elsewhere');
    assert.equal(await decide([]), 'decision-elsewhere');
    assert.equal(await decide(held('team/a', 'team/b')), null);
    assert.deepEqual((await store.images.places([digest])).map(({ repository }) => repository).toSorted(), [
      'team/a',
      'team/b',
    ]);
    assert.deepEqual(await store.images.places([digest, digestOf('nobody')]), []);
  });

  it('knows which tags are decided, whoever changes them: what states, facets and the queue stand on', async () => {
    const { store, db } = await given();
    const id = await registry(store);
    const names = ['17.4', '17.5', '17.6', '16.8', '17'];
    const digests = await images(store, id, names);
    const of = (name: string) => digests[names.indexOf(name)]!;
    const repository = await repositoryId(store);
    const inOrder = async (what: string) => {
      const truth = sql`select t.repository_id, t.name, t.digest, s.state, t.floating, coalesce(t.major, -1) as major,
        coalesce(t.flavour, '') collate "C" as flavour, t.sort_key, t.profile_id, t.effective_at
        from tags t join image_states s on s.digest = t.digest
        where t.presence <> 'retired' and s.state <> 'pending'`;
      const kept = sql`select repository_id, name, digest, state, floating, major, flavour, sort_key, profile_id, effective_at
        from decided_tags`;
      const wrong = await sql`(${truth} except ${kept}) union all (${kept} except ${truth})`.execute(db);
      assert.deepEqual(wrong.rows, [], what);
    };
    const states = async (at: number) =>
      Object.fromEntries((await store.repositories.states(repository, hours(at))).map((row) => [row.state, row.tags]));
    const predecessorOf = async (name: string, at: number) =>
      (await store.approvals.get(of(name), hours(at)))?.predecessor?.name ?? null;

    await store.decisions.decide(
      [verdict(of('17.4'), 'approved'), verdict(of('17'), 'approved'), verdict(of('16.8'), 'rejected')],
      hours(1),
    );
    await store.decisions.decide([verdict(of('17.5'), 'approved', { expiresAt: hours(4) })], hours(1));
    await inOrder('decided');
    assert.deepEqual(await states(2), { pending: 1, approved: 3, rejected: 1 });
    assert.equal(await predecessorOf('17.6', 2), '17.5', 'floating tags are no builds');
    assert.deepEqual(await states(5), { pending: 2, approved: 2, rejected: 1 }, 'what has ended counts no more');
    assert.equal(await predecessorOf('17.6', 5), '17.4');
    const facet = async (at: number) => {
      const { facets } = await store.tags.facets(TagFacetsQuery.parse({}), hours(at));
      const found = facets.find(({ field }) => field === 'state')!.values;
      return Object.fromEntries(found.map(({ value, count }) => [value, count]));
    };
    assert.deepEqual([await facet(2), await facet(5)], [await states(2), await states(5)]);
    // The second asks something of each tag, and so looks at the tags themselves.
    const told = async (q: string, at: number) => {
      const { facets } = await store.tags.facets(TagFacetsQuery.parse({ q }), hours(at));
      return facets.map(({ field, values }) => [field, values.map(({ value, count }) => `${value} ${count}`)]);
    };
    for (const at of [2, 5]) {
      const newer = await newerBuilds(db, undefined, hours(at));
      assert.deepEqual(
        newer.map(({ digest }) => digest),
        [of('17.6')],
      );
      assert.deepEqual(await newerBuilds(db, undefined, hours(at), 0), newer, 'found line by line');
      assert.deepEqual(await newerBuilds(db, repository, hours(at)), newer);
      for (const q of ['state:approved', 'state:approved,rejected major:17', 'state:rejected age:<1y']) {
        assert.deepEqual(await told(q, at), await told(`${q} tag:*`, at), `${q} at ${at}`);
      }
    }
    await store.decisions.expire(hours(5));
    await inOrder('ended');
    await scan(store, id, {
      tags: names.map((name, at) => ({ name, digest: digests[at]! })),
      images: digests.map((digest) =>
        observation(digest, { configCreated: '2026-10-02T00:00:00Z', platforms: [{ ...ARM, digest }] }),
      ),
      now: hours(5),
    });
    await inOrder('drawn anew');

    const moved = digestOf('moved');
    await scan(store, id, {
      tags: names.map((name, at) => ({ name, digest: name === '17.4' ? moved : digests[at]! })),
      images: [observation(moved)],
      now: hours(6),
    });
    await inOrder('moved off');
    assert.equal(await predecessorOf('17.6', 6), null);
    await scan(store, id, {
      repository: 'copy',
      tags: [{ name: '17.4', digest: of('17.4') }],
      images: [observation(of('17.4'))],
      now: hours(7),
    });
    await inOrder('stands elsewhere, and is approved there at once');
    await store.decisions.decide([verdict(of('16.8'), 'pending'), verdict(of('17.4'), 'revoked')], hours(8));
    await inOrder('put back');
    for (const hour of [30, 60, 90, 120])
      await scan(store, id, { tags: [{ name: '17.6', digest: of('17.6') }], now: hours(hour) });
    await inOrder('retired');

    // As two transactions leave it that did not see each other.
    await store.decisions.decide([verdict(of('17.6'), 'approved')], hours(121));
    const [row] = (
      await sql<{ repository_id: string }>`delete from decided_tags where name = '17.6' returning *`.execute(db)
    ).rows;
    await sql`update decided_tags set state = 'approved' where digest = ${of('17.4')}`.execute(db);
    await sql`insert into decided_tags values (${row!.repository_id}, '17.4', ${of('17.6')}, 'approved', false, 17, '', 'x')`.execute(
      db,
    );
    await sql`update image_states set decided_at = ${hours(121).toISOString()} where digest = ${of('17.4')}`.execute(
      db,
    );
    await store.decisions.expire(hours(121));
    await inOrder('looked after');
  });
}
