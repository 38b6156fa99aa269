import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ApprovalQuery, type ImageState, TagFacetsQuery, TagQuery } from '@pharos/contract';
import { sql } from 'kysely';
import { newerBuilds } from '../approval-newer.ts';
import type { NewDecision } from '../decision-port.ts';
import { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import { countProfiles } from '../tag-profiles.ts';
import { digestOf, everything, type Given, hours, observation, registry, repositoryId, scan, T0 } from './given.ts';

const ANN = '00000000-0000-4000-8000-00000000000a';
const BOB = '00000000-0000-4000-8000-00000000000b';
const CAT = '00000000-0000-4000-8000-00000000000c';
const ROBOT = '00000000-0000-4000-8000-00000000000d';
const NAMES: Record<string, string> = { [ANN]: 'ann', [BOB]: 'bob', [CAT]: 'cat', [ROBOT]: 'robot' };

async function people(store: Store): Promise<void> {
  for (const [id, name] of Object.entries(NAMES)) {
    const kind = id === ROBOT ? 'robot' : 'person';
    await store.users.create({ id, name, kind, passwordHash: null, grants: [] }, T0);
  }
}

const ARM = { os: 'linux', architecture: 'arm64', variant: null, size: 1000 };

/** Images with these tags in a repository, each of its own digest. */
async function images(store: Store, registryId: string, names: readonly string[], repository = 'postgresql', at = 0) {
  const digests = names.map((name) => digestOf(`${repository} ${name}`));
  await scan(store, registryId, {
    repository,
    tags: names.map((name, index) => ({ name, digest: digests[index]! })),
    images: digests.map((digest) => observation(digest)),
    now: hours(at),
  });
  return digests;
}

const verdict = (digest: string, state: ImageState, more: Partial<NewDecision> = {}): NewDecision => ({
  digest,
  state,
  reason: 'because',
  actor: NAMES[more.person ?? ANN] ?? 'ann',
  actorKind: 'session',
  person: ANN,
  ...more,
});

const codeOf = async (run: Promise<unknown>): Promise<string | null> => {
  try {
    await run;
    return null;
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
};

/** States, decisions, requests, the queue. */
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

  it('asks for two people where a rule says so, and takes neither robots nor policies for one', async () => {
    const { store } = await given();
    await people(store);
    const [digest, free] = (await images(store, await registry(store), ['17.4'], 'prod/postgresql')) as [
      string,
      string,
    ];
    const [other] = (await images(
      store,
      await registry(store, { name: 'Other', url: 'other.example' }),
      ['1'],
      'dev',
    )) as [string];
    assert.equal(free, undefined);
    await store.approvalRules.create(randomUUID(), { pattern: 'prod/**', people: 2 }, 'root', T0);
    const approve = (more: Partial<NewDecision>) =>
      codeOf(store.decisions.decide([verdict(digest, 'approved', more)], hours(2)));
    const ask = (person: string | null, name = NAMES[person ?? ''] ?? 'token') =>
      store.approvals.request(digest, 'needed', { name, person }, hours(1));
    assert.equal(await codeOf(store.decisions.decide([verdict(other, 'approved')], hours(1))), null);
    assert.equal(await approve({ person: BOB }), 'second-person-needed');
    await ask(ROBOT);
    await ask(null);
    assert.equal(await approve({ person: BOB }), 'second-person-needed', 'programs are no second person');
    await ask(ANN);
    assert.equal(await approve({ person: ANN }), 'second-person-needed');
    assert.equal(await approve({ person: ANN, actorKind: 'token' }), 'second-person-needed');
    assert.equal(await approve({ person: ROBOT, actorKind: 'token' }), 'second-person-needed');
    assert.equal(await approve({ person: null, actorKind: 'token' }), 'second-person-needed');
    assert.equal(await approve({ person: null, actorKind: 'policy' }), 'second-person-needed');
    await store.approvals.withdraw(digest, { name: 'ann', person: ANN }, hours(1));
    assert.equal(await approve({ person: BOB }), 'second-person-needed', 'nothing is asked for any more');
    await ask(BOB);
    assert.equal(await approve({ person: ANN }), 'second-person-needed', 'a withdrawal forgets nothing');
    assert.equal(await approve({ person: CAT }), null);
    const { items } = await store.activity.list({ limit: 10, type: 'approval.requested' });
    assert.equal(items.length, 4);
  });

  it('never lets anybody approve what they asked for, in whatever order things happen', async () => {
    const { store, db } = await given();
    await people(store);
    const id = await registry(store);
    let seed = 20_261_126;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const mode = ['one/**', 'two/**'] as const;
    await store.approvalRules.create(randomUUID(), { pattern: mode[0], people: 1 }, 'root', T0);
    await store.approvalRules.create(randomUUID(), { pattern: mode[1], people: 2 }, 'root', T0);
    const tags = Array.from({ length: 12 }, (_, index) => `1.${index}`);
    const digests = [...(await images(store, id, tags, 'one/x')), ...(await images(store, id, tags, 'two/x'))];
    let approvals = 0;
    for (const [at, digest] of digests.entries()) {
      const asked = new Set<string>();
      const open = new Set<string>();
      const actors = [ANN, BOB, CAT];
      for (let round = 0; round < 6; round += 1) {
        // Several things at once: which comes first is the database's business.
        const step = Array.from({ length: 3 }, () => ({ what: random(4), who: actors[random(3)]! }));
        const results = await Promise.all(
          step.map(({ what, who }) => {
            const actor = { name: `${NAMES[who]} by token ${random(2)}`, person: who };
            if (what === 0) return codeOf(store.approvals.request(digest, 'x', actor, hours(1)));
            if (what === 1) return codeOf(store.approvals.withdraw(digest, actor, hours(1)));
            const state = what === 2 ? 'approved' : (['rejected', 'pending', 'revoked'] as const)[random(3)]!;
            const actorKind = random(2) === 0 ? 'token' : 'session';
            return codeOf(
              store.decisions.decide([verdict(digest, state, { person: who, actorKind, actor: who })], hours(1)),
            );
          }),
        );
        const before = new Set(open);
        const askedBefore = new Set(asked);
        // After an approval that is taken back at once, its approver may ask: then the order is not known here.
        const isClear = !step.some(({ what }, index) => what === 3 && results[index] === null);
        for (const [index, { what, who }] of step.entries()) {
          if (what === 0 && results[index] === null) {
            asked.add(who);
            open.add(who);
          }
        }
        for (const [index, { what, who }] of step.entries()) {
          if (what !== 2 || results[index] !== null) continue;
          approvals += 1;
          const isTwo = at >= tags.length;
          assert.ok(!(isClear ? asked : askedBefore).has(who), `${who} approved what they asked for`);
          if (isTwo)
            assert.ok(
              [...before, ...open].some((person) => person !== who),
              'one person alone approved',
            );
        }
        const kept = await sql<{ person: string }>`select person from approval_requests
          where digest = ${digest} and state = 'open'`.execute(db);
        open.clear();
        for (const { person } of kept.rows) open.add(person);
      }
    }
    assert.ok(approvals > 5, `only ${approvals} approvals came about`);
  });

  it('lists what was asked for, then new builds of what is approved, then the rest, page by page', async () => {
    const { store } = await given();
    await people(store);
    const id = await registry(store);
    const builds = ['17.4', '17.5', '17.6', '16.8', '16.9', '15.1'];
    const digests = await images(store, id, builds);
    const [models] = [await images(store, id, ['1.0', '2.0'], 'team/model', 5)];
    const of = (name: string) => digests[builds.indexOf(name)]!;
    await store.decisions.decide([verdict(of('17.4'), 'approved'), verdict(of('16.8'), 'approved')], hours(6));
    await store.approvals.request(of('15.1'), 'for the old application', { name: 'bob', person: BOB }, hours(8));
    await store.approvals.request(models[0]!, 'second', { name: 'bob', person: BOB }, hours(9));
    const list = (query: Partial<ApprovalQuery> = {}) =>
      everything((cursor) => store.approvals.list({ limit: 2, ...query, cursor }, hours(10)));
    const shown = async (query: Partial<ApprovalQuery> = {}) =>
      (await list(query)).map(({ why, tag }) => `${why} ${tag.repository}:${tag.name}`);
    const whole = await shown();
    assert.deepEqual(whole.slice(0, 2), ['requested postgresql:15.1', 'requested team/model:1.0']);
    assert.deepEqual(whole.slice(2, 4).toSorted(), ['newer postgresql:16.9', 'newer postgresql:17.6']);
    // 17.5 is newer than what is approved, but not the newest.
    assert.deepEqual(whole.slice(4), ['waiting team/model:2.0', 'waiting postgresql:17.5']);
    const page = await store.approvals.list(ApprovalQuery.parse({}), hours(10));
    assert.deepEqual([page.total, page.next, page.items.length], [6, null, 6]);
    assert.deepEqual(
      page.items[0]?.requests.map(({ requestedBy, reason }) => [requestedBy, reason]),
      [['bob', 'for the old application']],
    );
    const newest = page.items.find(({ tag }) => tag.name === '17.6');
    assert.deepEqual(newest?.predecessor, { digest: of('17.4'), name: '17.4', isOlder: true });
    assert.deepEqual([newest?.verification.state, newest?.sbom, newest?.places], ['none', 'none', 1]);
    assert.deepEqual(await shown({ why: 'waiting', repositoryId: await repositoryId(store) }), [
      'waiting postgresql:17.5',
    ]);
    assert.deepEqual(await shown({ assignee: 'cat' }), []);
    await store.approvals.assign(of('17.5'), 'cat', { name: 'ann', person: ANN }, hours(10));
    await store.approvals.assign(of('15.1'), 'cat', { name: 'ann', person: ANN }, hours(10));
    assert.deepEqual(await shown({ assignee: 'Cat' }), ['requested postgresql:15.1', 'waiting postgresql:17.5']);
    assert.equal(
      await codeOf(store.approvals.assign(of('17.5'), 'robot', { name: 'ann', person: ANN }, hours(10))),
      'not-found',
    );
    await store.decisions.decide([verdict(of('15.1'), 'rejected')], hours(11));
    assert.ok(!(await shown()).some((line) => line.includes('15.1')));
  });

  it('keeps what was said and asked of an image, and who looks at it', async () => {
    const { store } = await given();
    await people(store);
    const [digest] = (await images(store, await registry(store), ['17.4'])) as [string];
    const bob = { name: 'bob', person: BOB };
    await store.approvals.request(digest, 'needed', bob, hours(1));
    assert.equal(await codeOf(store.approvals.request(digest, 'again', bob, hours(1))), 'conflict');
    await store.approvals.comment(digest, 'Has it been <b>scanned</b>?', { name: 'cat', person: CAT }, hours(2));
    await store.approvals.assign(digest, 'ann', bob, hours(2));
    const review = await store.approvals.get(digest, hours(3));
    assert.deepEqual([review?.why, review?.assignee, review?.people, review?.tags.length], ['requested', 'ann', 0, 1]);
    assert.deepEqual(
      review?.comments.map(({ author, text }) => [author, text]),
      [['cat', 'Has it been <b>scanned</b>?']],
    );
    await store.approvals.withdraw(digest, bob, hours(4));
    assert.equal(await codeOf(store.approvals.withdraw(digest, bob, hours(4))), 'not-found');
    const after = await store.approvals.get(digest, hours(5));
    assert.deepEqual([after?.why, after?.requests[0]?.state], ['waiting', 'withdrawn']);
    await store.decisions.decide([verdict(digest, 'approved')], hours(6));
    assert.equal(await codeOf(store.approvals.request(digest, 'once more', bob, hours(7))), 'conflict');
    assert.equal((await store.approvals.get(digest, hours(7)))?.assignee, null);
    assert.equal(await store.approvals.get(digestOf('nobody'), hours(7)), null);
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

  it('pages through each part of the queue by its cursor, and counts beside a filter', async () => {
    const { store } = await given();
    await people(store);
    const id = await registry(store);
    const digests = await images(store, id, ['17.1', '17.2', '16.1', '16.2', '15.1', '15.2', '14.0', '13.0', '12.0']);
    const of = (at: number) => digests[at]!;
    await store.decisions.decide(
      [verdict(of(0), 'approved'), verdict(of(2), 'approved'), verdict(of(4), 'approved')],
      hours(1),
    );
    const ask = (at: number, who: string) =>
      store.approvals.request(of(at), 'x', { name: NAMES[who]!, person: who }, hours(2));
    // Asked for twice, and the newest build of a line: it stands in the queue once.
    await ask(1, ANN);
    await ask(1, BOB);
    await ask(6, ANN);
    const list = (query: Partial<ApprovalQuery>) =>
      everything((cursor) => store.approvals.list({ limit: 1, ...query, cursor }, hours(3)));
    const whole = await list({});
    assert.deepEqual(
      whole.map(({ why }) => why),
      ['requested', 'requested', 'newer', 'newer', 'waiting', 'waiting'],
    );
    assert.equal(new Set(whole.map(({ digest }) => digest)).size, 6);
    for (const [why, count] of [
      ['requested', 2],
      ['newer', 2],
      ['waiting', 2],
    ] as const) {
      assert.equal((await list({ why })).length, count, why);
      assert.equal((await store.approvals.list({ limit: 1, why }, hours(3))).total, count, why);
    }
    await store.decisions.decide([verdict(of(6), 'rejected')], hours(3));
    await store.approvals.request(of(6), 'all the same', { name: 'bob', person: BOB }, hours(3));
    assert.equal(
      (await store.approvals.list({ limit: 1 }, hours(3))).total,
      6,
      'a request for what is rejected counts',
    );
    assert.equal((await store.approvals.list({ limit: 1, repositoryId: randomUUID() }, hours(3))).total, 0);
  });

  it('an approval by one person does not stand where two are needed: not in a new place, nor under a new rule', async () => {
    const { store, db } = await given();
    await people(store);
    const id = await registry(store);
    const [one, two, both] = (await images(store, id, ['17.4', '17.5', '17.6'], 'dev/pg')) as [string, string, string];
    const stateOf = async (digest: string, at: number) =>
      (await store.decisions.statesOf([digest], hours(at))).get(digest)?.state;
    const approve = (digest: string, person: string, at: number) =>
      codeOf(store.decisions.decide([verdict(digest, 'approved', { person, actor: NAMES[person]! })], hours(at)));
    await store.approvals.request(both, 'needed', { name: 'ann', person: ANN }, hours(1));
    for (const digest of [one, two, both]) assert.equal(await approve(digest, BOB, 1), null);
    await store.approvalRules.create(randomUUID(), { pattern: 'prod/**', people: 2 }, 'root', hours(2));
    assert.deepEqual(
      [await stateOf(one, 2), await stateOf(both, 2)],
      ['approved', 'approved'],
      'none of them stands there',
    );

    const audited = (await store.audit.head()).seq;
    await scan(store, id, {
      repository: 'prod/pg',
      tags: [
        { name: '17.4', digest: one },
        { name: '17.6', digest: both },
      ],
      images: [observation(one), observation(both)],
      now: hours(3),
    });
    assert.deepEqual(
      [await stateOf(one, 3), await stateOf(two, 3), await stateOf(both, 3)],
      ['pending', 'approved', 'approved'],
      'two people stand behind the last one',
    );
    const [decision] = (await store.decisions.list(one, { limit: 1 })).items;
    assert.deepEqual([decision?.actor, decision?.actorKind, decision?.state], ['pharos', 'system', 'pending']);
    assert.match(
      decision!.reason,
      /needs a second approver: it stands in prod\/pg, where the rule prod\/\*\* asks for two/,
    );
    const entries = (await store.audit.after(audited, 10)).filter(({ action }) => action === 'image.decide');
    assert.deepEqual(
      entries.map(({ actor, subject, reason }) => [actor, subject, reason]),
      [['pharos', one, decision!.reason]],
    );
    const [first] = (await store.approvals.list(ApprovalQuery.parse({}), hours(3))).items;
    assert.deepEqual([first?.digest, first?.why, first?.requests[0]?.requestedBy], [one, 'requested', 'bob']);
    assert.equal(await approve(one, BOB, 4), 'second-person-needed', 'who approved first is not the second person');
    assert.equal(await approve(one, CAT, 4), null);
    await scan(store, id, {
      repository: 'prod/copy',
      tags: [{ name: '17.4', digest: one }],
      images: [],
      now: hours(5),
    });
    assert.equal(await stateOf(one, 5), 'approved', 'now there are two');

    const rule = await store.approvalRules.create(randomUUID(), { pattern: 'dev/**', people: 2 }, 'root', hours(6));
    assert.deepEqual(
      [await stateOf(one, 6), await stateOf(two, 6), await stateOf(both, 6)],
      ['approved', 'pending', 'approved'],
    );
    await store.approvalRules.remove(rule.id);

    // A rule that came at the same moment as the approval: neither saw the other.
    await store.approvals.withdraw(two, { name: 'bob', person: BOB }, hours(7));
    assert.equal(await approve(two, CAT, 7), null);
    await sql`insert into approval_rules values (${rule.id}, 'dev/**', 2, now(), 'root')`.execute(db);
    assert.equal(await stateOf(two, 7), 'approved');
    await store.decisions.expire(hours(7));
    assert.equal(await stateOf(two, 7), 'pending');
  });

  it('under a rule for one person what a policy or another person approved stands, what the asker approved does not', async () => {
    const { store } = await given();
    await people(store);
    const [own, other, policy, robot] = await images(store, await registry(store), ['17.1', '17.2', '17.3', '17.4']);
    await store.approvals.request(own!, 'mine', { name: 'ann', person: ANN }, hours(1));
    await store.decisions.decide(
      [
        verdict(own!, 'approved', { person: ANN }),
        verdict(other!, 'approved', { person: ANN }),
        verdict(policy!, 'approved', { person: null, actorKind: 'policy', actor: 'signed' }),
        verdict(robot!, 'approved', { person: ROBOT, actorKind: 'token' }),
      ],
      hours(1),
    );
    await store.approvalRules.create(randomUUID(), { pattern: '**', people: 1 }, 'root', hours(2));
    const states = await store.decisions.statesOf([own!, other!, policy!, robot!], hours(2));
    assert.deepEqual(
      [...states.values()].map(({ state }) => state),
      ['pending', 'approved', 'approved', 'pending'],
    );
    const { items } = await store.activity.list({ limit: 10, type: 'image.state-changed' });
    assert.match(items[0]!.message, /2 images of postgresql put back to pending: It needs another approver/);
  });

  it('of a state that more tags have than are counted, the first page and the next are those of the order', async () => {
    const { store, db } = await given();
    const id = await registry(store);
    const [digest] = (await images(store, id, ['17.4', '17.5'])) as [string, string];
    await store.decisions.decide([verdict(digest, 'approved')], hours(1));
    const columns = await sql<{ list: string; values: string }>`
      select string_agg(column_name, ', ') as list, string_agg(case column_name when 'name' then $$'x' || lpad(n::text, 6, '0')$$
        else 't.' || column_name end, ', ') as values
      from information_schema.columns where table_name = 'tags' and table_schema = 'public'`.execute(db);
    const { list, values } = columns.rows[0]!;
    await sql
      .raw(`insert into tags (${list}) select ${values} from tags t, generate_series(1, 10050) n where t.name = '17.4'`)
      .execute(db);
    await countProfiles(db, [await repositoryId(store)]);
    const page = (more: object) =>
      store.tags.list(TagQuery.parse({ q: 'state:approved', limit: 3, ...more }), hours(2));
    const first = await page({ sort: '-name' });
    assert.deepEqual(
      first.items.map(({ name }) => name),
      ['x010050', 'x010049', 'x010048'],
    );
    assert.ok(first.total > 10_000 && first.totalIsEstimate);
    const second = await page({ sort: '-name', cursor: first.next! });
    assert.deepEqual(
      second.items.map(({ name, state }) => [name, state]),
      ['x010047', 'x010046', 'x010045'].map((name) => [name, 'approved']),
    );
    assert.deepEqual(
      (await page({ sort: 'name' })).items.map(({ name }) => name),
      ['17.4', 'x000001', 'x000002'],
    );
    const { facets } = await store.tags.facets(TagFacetsQuery.parse({}), hours(2));
    const state = facets.find(({ field }) => field === 'state')!;
    assert.deepEqual(
      state.values.map(({ value, count, atLeast }) => [value, count, atLeast]),
      [
        ['approved', 10_000, true],
        ['pending', 1, false],
      ],
    );
  });
}
