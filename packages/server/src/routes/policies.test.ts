import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { evaluatePoliciesDue } from '../policies/policy-evaluator.ts';
import { startTestServer, type TestServer } from '../testing.ts';
import { testContext } from '../testing-context.ts';
import { digestOf, readObservation, storeScan, teamRegistry } from '../testing-registry.ts';

let it: TestServer;
const agentId = randomUUID();
const now = () => new Date();
const ONE = digestOf('one');
const SPEC = {
  name: 'signed',
  effect: 'require',
  requirements: { signedBy: 'any' },
  scope: { repositories: ['db/**'] },
};

before(async () => {
  it = await startTestServer();
  const agent = { agentId, epoch: 1, name: 'agent', locationId: 'here', version: '0', embedded: false };
  const more = { publicKey: 'key', configPath: null, registries: [], rules: [], clock: now().toISOString() };
  await it.store.agents.hello({ ...agent, ...more }, now());
  const { id: registryId } = await it.store.registries.create(teamRegistry('here'), now());
  const repositories = { 'db/postgresql': ONE, other: digestOf('other') };
  for (const [repository, digest] of Object.entries(repositories)) {
    const images = [readObservation(digest)];
    await storeScan(it.store, { agentId, registryId, repository, tags: { '17.4': digest }, images, at: now() });
  }
});
after(() => it.stop());

test('tried out, it says what it would do and changes nothing; enforced, it does', async () => {
  const preview = await it.call('previewPolicy', { body: { spec: SPEC } });
  assert.equal(preview.status, 200, preview.text);
  assert.deepEqual([preview.body.images, preview.body.counts], [1, { pass: 0, fail: 0, unknown: 1 }]);
  assert.deepEqual(preview.body.effects, {
    ...{ approved: 0, rejected: 0, blocked: 1, blockedApproved: 0, blockedAlone: 1 },
  });
  assert.deepEqual(preview.body.difference, { blocked: 1, freed: 0 });
  assert.deepEqual(preview.body.before, { pass: 0, fail: 0, unknown: 0 });
  assert.equal(preview.body.examples.blocked[0].isNew, true);
  assert.deepEqual(preview.body.reasons, [{ requirement: 'signedBy', outcome: 'unknown', count: 1 }]);
  const [example] = preview.body.examples.unknown;
  assert.deepEqual(
    [example.repository, example.tag, example.sentence],
    ['db/postgresql', '17.4', 'No trusted key signed this digest.'],
  );
  assert.equal((await it.call('listPolicies')).body.total, 0);

  const made = await it.call('createPolicy', { body: { ...SPEC, mode: 'enforce' } });
  assert.equal(made.status, 201, made.text);
  const shown = await it.call('getImagePolicies', { params: { digest: ONE } });
  assert.equal(shown.body.isApprovable, false);
  assert.equal(shown.body.sentence, '"signed" forbids its approval: No trusted key signed this digest.');
  const refused = await it.call('decideImage', {
    params: { digest: ONE },
    body: { state: 'approved', reason: 'please' },
  });
  assert.deepEqual([refused.status, refused.body.code], [409, 'policy-blocks']);
  const summary = await it.call('decideImages', {
    body: { digests: [ONE], state: 'approved', reason: 'x', dryRun: true },
  });
  assert.equal(summary.body.refused[0].code, 'policy-blocks', 'the summary before a bulk decision says so too');
  const { body: other } = await it.call('decideImage', {
    params: { digest: digestOf('other') },
    body: { state: 'approved', reason: 'ok' },
  });
  assert.equal(other.state, 'approved', 'another repository');

  // The same draft in its own place makes no difference; one that asks for less sets the image free.
  const policyId = made.body.id;
  const same = (await it.call('previewPolicy', { body: { spec: SPEC, policyId } })).body;
  assert.deepEqual([same.difference, same.before.unknown], [{ blocked: 0, freed: 0 }, 1]);
  assert.equal(same.examples.blocked[0].isNew, false);
  const easier = { ...SPEC, requirements: { minAgeDays: 0 } };
  const freed = (await it.call('previewPolicy', { body: { spec: easier, policyId } })).body;
  assert.deepEqual([freed.difference, freed.effects.blocked], [{ blocked: 0, freed: 1 }, 0]);
  assert.equal(freed.examples.freed[0].repository, 'db/postgresql');
  const elsewhere = { ...SPEC, scope: { repositories: ['nothing'] } };
  const left = (await it.call('previewPolicy', { body: { spec: elsewhere, policyId } })).body;
  assert.deepEqual([left.images, left.examples.freed[0].sentence], [0, 'It is out of the scope.']);

  await evaluatePoliciesDue({ ...testContext(it.store), store: it.store });
  assert.equal((await it.call('getPolicy', { params: { id: made.body.id } })).body.results.unknown, 1);
  const changed = await it.call('updatePolicy', { params: { id: made.body.id }, body: { ...SPEC, mode: 'report' } });
  assert.equal(changed.body.version, 2);
  const versions = await it.call('listPolicyVersions', { params: { id: made.body.id } });
  assert.deepEqual(
    versions.body.items.map((each: { spec: { mode: string } }) => each.spec.mode),
    ['report', 'enforce'],
  );
  assert.equal((await it.call('deletePolicy', { params: { id: made.body.id } })).status, 204);
});

test('a look in steps finds what a look at once finds', async () => {
  const spec = { ...SPEC, scope: {}, requirements: { minAgeDays: 0 } };
  const whole = (await it.call('previewPolicy', { body: { spec } })).body;
  assert.deepEqual([whole.looked, whole.isWhole, whole.next, whole.counts.pass], [2, true, null, 2]);
  const one = (await it.call('previewPolicy', { body: { spec, limit: 1 } })).body;
  assert.deepEqual([one.looked, one.isWhole], [1, false]);
  const two = (await it.call('previewPolicy', { body: { spec, limit: 1, after: one.next } })).body;
  assert.deepEqual([two.looked, two.isWhole, two.next], [1, true, null]);
  const passed = [one, two].flatMap(({ examples }) => examples.pass.map((each: { digest: string }) => each.digest));
  assert.deepEqual(
    passed,
    whole.examples.pass.map((each: { digest: string }) => each.digest),
  );
});

test('tried out, it says who runs now what it would block or reject', async () => {
  const none = await it.call('previewPolicy', { body: { spec: SPEC } });
  assert.deepEqual(none.body.inUse, { images: 0, uses: 0, first: [] });
  const pod = (name: string, digest: string) => ({
    ...{ namespace: 'team', name, container: 'postgres', image: 'registry.example/db/postgresql:17.4', digest },
    ...{ pinned: digest, owner: 'Cluster/orders' },
  });
  const scope = { apiVersion: 'v1', kind: 'Pod', namespace: '' };
  const usages = [...'abcdefg'].map((name) => pod(name, ONE)).concat(pod('other', digestOf('other')));
  const report = { agentId, epoch: 1, sequence: 1, scope, complete: true, usages };
  assert.equal(await it.store.usages.report(report, now()), true);
  const { body } = await it.call('previewPolicy', { body: { spec: SPEC } });
  assert.deepEqual([body.inUse.images, body.inUse.uses], [1, 7], 'what is out of its scope does not count');
  const [hit] = body.inUse.first;
  assert.deepEqual(
    [hit.repository, hit.tag, hit.digest, hit.state, hit.effect, hit.uses],
    ['db/postgresql', '17.4', ONE, 'pending', 'blocked', 7],
  );
  assert.deepEqual(
    hit.where.map((use: { locationId: string; name: string; owner: string }) => [use.locationId, use.name, use.owner]),
    [...'abcde'].map((name) => ['here', name, 'Cluster/orders']),
  );
  const isPassed = { ...SPEC, requirements: { minAgeDays: 0 } };
  assert.equal((await it.call('previewPolicy', { body: { spec: isPassed } })).body.inUse.images, 0);
  const rejecting = { ...SPEC, effect: 'reject', requirements: { kindAsDeclared: true, minAgeDays: 10 } };
  const rejected = await it.call('previewPolicy', { body: { spec: rejecting } });
  assert.deepEqual(
    [rejected.body.effects.rejected, rejected.body.inUse.first[0]?.effect],
    [1, 'rejected'],
    rejected.text,
  );
});

test('what cannot be a policy is refused where it is wrong', async () => {
  for (const [body, path] of [
    [{ ...SPEC, requirements: {} }, 'requirements'],
    [{ ...SPEC, scope: { repositories: ['a', 're:('] } }, 'scope.repositories.1'],
    [{ ...SPEC, requirements: { vulnerabilities: { above: 'nasty' } } }, 'requirements.vulnerabilities.above'],
    [{ ...SPEC, requirements: { signedby: 'any' } }, 'requirements'],
  ] as const) {
    const { status, body: problem } = await it.call('createPolicy', { body });
    assert.equal(status, 400, JSON.stringify(problem));
    assert.equal(problem.errors[0].path, path, JSON.stringify(problem));
  }
  const late = { digest: ONE, policyId: randomUUID(), reason: 'x', expiresAt: '2020-01-01T00:00:00Z' };
  assert.equal((await it.call('askPolicyException', { body: late })).status, 400);
});
