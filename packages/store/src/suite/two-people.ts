import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ApprovalQuery } from '@pharos/contract';
import { sql } from 'kysely';
import type { NewDecision } from '../decision-port.ts';
import { ANN, BOB, CAT, codeOf, images, NAMES, people, ROBOT, verdict } from './approval-given.ts';
import { type Given, hours, observation, registry, scan, T0 } from './given.ts';

/** Where two people are needed for an approval. */
export function twoPeopleSuite(given: () => Promise<Given>): void {
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
}
