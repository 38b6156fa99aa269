import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { PolicySpec } from '@pharos/contract';
import { decisionsOf } from '../decisions.ts';
import type { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import { codeOf } from './approval-given.ts';
import { digestOf, type Given, hours, observation, registry, scan, T0 } from './given.ts';

const ANN = '00000000-0000-4000-8000-00000000000a';
const BOB = '00000000-0000-4000-8000-00000000000b';
const person = (id: string) => ({ name: id === ANN ? 'ann' : 'bob', person: id });

const spec = (more: object) =>
  PolicySpec.parse({ name: 'one', effect: 'require', mode: 'enforce', requirements: { sbom: true }, ...more });

async function image(store: Store, name: string, repository = 'postgresql'): Promise<string> {
  const digest = digestOf(`${repository} ${name}`);
  const id = (await store.registries.list({ limit: 1 })).items[0]?.id ?? (await registry(store));
  await scan(store, id, { repository, tags: [{ name, digest }], images: [observation(digest)], now: T0 });
  return digest;
}

async function settled(store: Store, at: Date) {
  let decided = 0;
  for (;;) {
    const done = await store.policies.settle((await store.policies.current()).version, at, 50);
    decided += done.decided;
    if (done.evaluated === 0) return decided;
  }
}

const approve = (store: Store, digest: string, at = hours(1)) =>
  store.decisions.decide(
    [{ digest, state: 'approved', reason: 'because', actor: 'ann', actorKind: 'session', person: ANN }],
    at,
  );

/** Policies, results, exceptions. */
export function policiesSuite(given: () => Promise<Given>): void {
  it('keeps every version, says what was true of each image, and forgets nothing when a policy goes', async () => {
    const { store } = await given();
    const digest = await image(store, '17.4');
    const id = randomUUID();
    const made = await store.policies.create(id, spec({ mode: 'report' }), 'ann', T0);
    assert.deepEqual([made.version, made.results], [1, { pass: 0, fail: 0, unknown: 0 }]);
    assert.equal(await codeOf(store.policies.create(randomUUID(), spec({}), 'ann', T0)), 'name-taken');
    assert.equal(await settled(store, hours(1)), 0);
    assert.equal((await store.policies.get(id))?.results.unknown, 1);
    await approve(store, digest);
    const changed = await store.policies.update(id, spec({ requirements: { minAgeDays: 0 } }), 'bob', hours(2));
    assert.deepEqual(
      [changed?.version, changed?.results.unknown],
      [2, 0],
      'old results are not those of the new version',
    );
    await settled(store, hours(3));
    assert.equal((await store.policies.get(id))?.results.pass, 1);
    assert.equal(await store.policies.remove(id), true);
    const versions = await store.policies.versions(id, { limit: 10 });
    assert.deepEqual(
      versions?.items.map(({ version, by }) => [version, by]),
      [
        [2, 'bob'],
        [1, 'ann'],
      ],
    );
    assert.equal(await store.policies.versions(randomUUID(), { limit: 10 }), null);
  });

  it('an enforced requirement forbids an approval to people and policies alike; a reported one does not', async () => {
    const { store } = await given();
    const digest = await image(store, '17.4');
    const id = randomUUID();
    await store.policies.create(id, spec({}), 'ann', T0);
    await store.policies.create(
      randomUUID(),
      spec({ name: 'by itself', effect: 'approve', requirements: { minAgeDays: 0 } }),
      'ann',
      T0,
    );
    assert.equal(await settled(store, hours(1)), 0);
    await assert.rejects(approve(store, digest), (error: StoreError) => {
      assert.equal(error.code, 'policy-blocks');
      assert.match(error.message, /The policy "one" forbids its approval: No list of its packages was read/);
      return true;
    });
    const other = await image(store, '9', 'elsewhere');
    await store.policies.update(id, spec({ scope: { repositories: ['postgresql'] } }), 'ann', hours(1));
    assert.equal(await settled(store, hours(2)), 1, 'what is not in its scope is approved by the other policy');
    assert.equal((await store.decisions.statesOf([other], hours(3))).get(other)?.state, 'approved');
    await store.policies.update(id, spec({ mode: 'report' }), 'ann', hours(3));
    await approve(store, digest, hours(4));
  });

  it('approves what passes, rejects what fails, and leaves alone what a person has decided', async () => {
    const { store } = await given();
    const [old, young] = [await image(store, '17.4'), await image(store, '17.5')];
    await store.policies.create(
      randomUUID(),
      spec({ name: 'old enough', effect: 'approve', requirements: { minAgeDays: 1 } }),
      'ann',
      T0,
    );
    assert.equal(await settled(store, hours(1)), 0, 'a quarantine');
    await store.decisions.decide(
      [{ digest: young, state: 'rejected', reason: 'no', actor: 'ann', actorKind: 'session', person: ANN }],
      hours(2),
    );
    assert.equal(await settled(store, hours(20)), 0, 'not due yet');
    assert.equal(await settled(store, hours(30)), 1, 'the clock ended it');
    const states = await store.decisions.statesOf([old, young], hours(31));
    assert.deepEqual([states.get(old)?.state, states.get(young)?.state], ['approved', 'rejected']);
    const [decision] = (await store.decisions.list(old, { limit: 1 })).items;
    assert.deepEqual([decision?.actorKind, decision?.actor], ['policy', 'old enough']);
    assert.match(decision!.reason, /"old enough" \(version 1\)/);

    const model = await image(store, '1', 'models/one');
    const reject = spec({
      name: 'no',
      effect: 'reject',
      requirements: { platforms: ['linux/s390x'] },
      scope: { repositories: ['models/*'] },
    });
    await store.policies.create(randomUUID(), reject, 'ann', hours(31));
    await settled(store, hours(32));
    const { state } = (await store.decisions.statesOf([model], hours(33))).get(model)!;
    assert.ok(['pending', 'rejected'].includes(state));
    const facts = (await store.policies.facts([model], hours(33)))[0]!;
    assert.equal(state, facts.platforms.length === 0 ? 'pending' : 'rejected', 'unknown is no failure');
  });

  it('an exception needs another person, holds for one policy until its end, and two never add up', async () => {
    const { store } = await given();
    for (const [id, name] of [
      [ANN, 'ann'],
      [BOB, 'bob'],
    ] as const) {
      await store.users.create({ id, name, kind: 'person', passwordHash: null, grants: [] }, T0);
    }
    const digest = await image(store, '17.4');
    const [one, two] = [randomUUID(), randomUUID()];
    await store.policies.create(one, spec({}), 'ann', T0);
    const asked = { digest, policyId: one, reason: 'a trial', expiresAt: hours(10).toISOString() };
    const exception = await store.policies.askException(randomUUID(), asked, person(ANN), T0);
    assert.deepEqual([exception.state, exception.places], ['asked', ['postgresql:17.4']]);
    assert.equal(await codeOf(approve(store, digest)), 'policy-blocks', 'asking is not having');
    const confirm = (by: { name: string; person: string | null }) =>
      codeOf(store.policies.confirmException(exception.id, by, hours(1)));
    assert.equal(await confirm(person(ANN)), 'second-person-needed');
    assert.equal(await confirm({ name: 'program', person: null }), 'second-person-needed');
    assert.equal(await confirm({ name: 'ghost', person: randomUUID() }), 'second-person-needed');
    assert.equal(await confirm(person(BOB)), null);
    assert.equal(await confirm(person(BOB)), 'conflict');

    await store.policies.create(two, spec({ name: 'two', requirements: { signedBy: 'any' } }), 'ann', hours(1));
    const more = await store.policies.askException(randomUUID(), { ...asked, policyId: two }, person(ANN), hours(1));
    await store.policies.confirmException(more.id, person(BOB), hours(1));
    assert.equal(await codeOf(approve(store, digest)), 'policy-blocks', 'two exceptions do not add up');
    await store.policies.remove(two);
    assert.equal(await codeOf(approve(store, digest, hours(11))), 'policy-blocks', 'it has ended');
    assert.equal(await codeOf(approve(store, digest, hours(2))), null);
    const revoked = await store.policies.revokeException(exception.id, 'ann', hours(3));
    assert.equal(revoked?.state, 'revoked');
    assert.equal((await store.policies.exceptions({ limit: 10, digest }, hours(3))).items.length, 1);
  });

  it('what is verified of an image, or read of it, makes it due again', async () => {
    const { store } = await given();
    const digest = await image(store, '17.4');
    const id = randomUUID();
    await store.policies.create(id, spec({ mode: 'report' }), 'ann', T0);
    await settled(store, hours(1));
    const { version } = await store.policies.current();
    assert.equal((await store.policies.settle(version, hours(1), 10)).evaluated, 0);
    await store.images.observe(observation(digest, { detail: 'platforms' }), hours(2), []);
    assert.equal((await store.policies.settle(version, hours(2), 10)).evaluated, 1);
  });

  it('a dry run of many decisions reads the policies once, and says of each image what a decision would', async () => {
    const { store, db } = await given();
    const digests = [await image(store, '17.4'), await image(store, '17.5'), await image(store, '1', 'free')];
    await store.policies.create(randomUUID(), spec({ scope: { repositories: ['postgresql'] } }), 'ann', T0);
    let reads = 0;
    const counting = db.withPlugin({
      transformQuery: ({ node }) => {
        if (node.kind === 'RawNode' && node.sqlFragments.join('').includes('left join policies')) reads += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const decisions = digests.map(
      (digest) =>
        ({ digest, state: 'approved', reason: 'x', actor: 'ann', actorKind: 'session', person: ANN }) as const,
    );
    const { refused, decided } = await decisionsOf(counting).check(decisions, hours(1));
    assert.deepEqual(
      refused.map(({ digest, code }) => [digest, code]),
      digests.slice(0, 2).map((digest) => [digest, 'policy-blocks']),
    );
    assert.deepEqual([decided, reads], [1, 1]);
    const [refusal] = refused;
    await assert.rejects(store.decisions.decide(decisions.slice(0, 1), hours(1)), (error: StoreError) => {
      assert.deepEqual([error.message, error.hint], [refusal!.message, refusal!.hint]);
      return true;
    });
  });
}
