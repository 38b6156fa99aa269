import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { AdmissionReport, ImageState, ReportedRefusal } from '@pharos/contract';
import type { Store } from '../store.ts';
import { AGENT, digestOf, type Given, hello, hours, observation, registry, scan, T0 } from './given.ts';

const decide = (store: Store, digest: string, state: ImageState, more: object = {}) =>
  store.decisions.decide([{ digest, state, reason: 'test', actor: 'alice', actorKind: 'session', ...more }], T0);

const refusal = (more: Partial<ReportedRefusal> = {}): ReportedRefusal => ({
  operation: 'CREATE',
  namespace: 'team',
  kind: 'Pod',
  name: 'web-',
  user: 'system:serviceaccount:kube-system:replicaset-controller',
  image: 'registry.example:5000/x:1',
  path: 'spec.containers[0].image',
  digest: null,
  state: 'unknown',
  code: 'unknown',
  message: 'It is unknown.',
  mode: 'enforce',
  count: 3,
  firstAt: T0.toISOString(),
  lastAt: T0.toISOString(),
  ...more,
});

const report = (refusals: ReportedRefusal[] = [], more: Partial<AdmissionReport> = {}): AdmissionReport => ({
  agentId: AGENT,
  reportId: randomUUID(),
  mode: 'enforce',
  state: 'ok',
  message: '',
  generation: 7,
  issuedAt: T0.toISOString(),
  images: 2,
  maxAgeSeconds: 3600,
  pinTags: true,
  exemptNamespaces: ['kube-system'],
  startedAt: T0.toISOString(),
  admitted: 5,
  warned: 1,
  refused: 3,
  audited: 0,
  exempted: 0,
  refusals,
  dropped: 0,
  ...more,
});

/** What admission control is told, and what it tells. */
export function admissionSuite(given: () => Promise<Given>): void {
  it('tells a location its decided images, with platforms and tags, and nothing of another location', async () => {
    const { store } = await given();
    const here = await registry(store, { url: 'registry.example:5000/team' });
    const there = await registry(store, { name: 'Other', url: 'other.example', locationId: 'there' });
    const [index, child, old, pending] = ['index', 'child', 'old', 'pending'].map(digestOf) as [
      string,
      string,
      string,
      string,
    ];
    const platform = { os: 'linux', architecture: 'amd64', variant: null, digest: child, size: null };
    const images = [index, old, pending].map((digest) => observation(digest, { platforms: [platform] }));
    await scan(store, here, {
      tags: [
        { name: '17', digest: old },
        { name: '16', digest: pending },
      ],
      images,
    });
    await scan(store, here, {
      tags: [
        { name: '17', digest: index },
        { name: '16', digest: pending },
      ],
      images,
      now: hours(1),
    });
    await scan(store, there, {
      tags: [{ name: '17', digest: digestOf('there') }],
      images: [observation(digestOf('there'))],
    });
    const before = await store.admission.mark('here');
    await decide(store, index, 'approved', { expiresAt: hours(2) });
    await decide(store, old, 'rejected', { successor: index });
    await decide(store, digestOf('there'), 'approved');
    assert.notEqual(await store.admission.mark('here'), before, 'a decision is a change');

    const content = await store.admission.content('here');
    const by = (one: { digest: string }, other: { digest: string }) => (one.digest < other.digest ? -1 : 1);
    assert.deepEqual(
      content.images,
      [
        {
          digest: index,
          state: 'approved' as const,
          expiresAt: hours(2).getTime(),
          successor: null,
          platforms: [child],
        },
        // It stands under no tag any more, and counts all the same.
        { digest: old, state: 'rejected' as const, expiresAt: null, successor: index, platforms: [child] },
      ].sort(by),
    );
    assert.deepEqual(content.repositories, [
      { repository: 'registry.example:5000/team/postgresql', tags: [['17', index]] },
    ]);
    const other = await store.admission.content('there');
    assert.deepEqual(
      other.images.map(({ digest }) => digest),
      [digestOf('there')],
    );
  });

  it('drops a tag about which two registries of the same name disagree', async () => {
    const { store } = await given();
    const one = await registry(store);
    const two = await registry(store, { name: 'The same again' });
    for (const [registryId, image] of [
      [one, 'a'],
      [two, 'b'],
    ] as const) {
      const digest = digestOf(image);
      const same = { name: '16', digest: digestOf('same') };
      const images = [observation(digest), observation(digestOf('same'))];
      await scan(store, registryId, { tags: [{ name: '17', digest }, same], images });
      await decide(store, digest, 'approved');
    }
    await decide(store, digestOf('same'), 'approved');
    const { repositories, images } = await store.admission.content('here');
    assert.deepEqual(repositories, [
      { repository: 'registry.example:5000/postgresql', tags: [['16', digestOf('same')]] },
    ]);
    assert.equal(images.length, 3);
  });

  it('raises the generation with the content, and above what an agent has had; nobody lifts it above the clock', async () => {
    const { store } = await given();
    await registry(store);
    const next = (sha: string, atLeast: number, at = T0) => store.admission.generation('here', sha, atLeast, at);
    const first = await next('one', 0);
    assert.equal(await next('one', 0, hours(1)), first);
    const second = await next('two', 0);
    assert.ok(second > first);
    const restored = await next('two', second + 1000, hours(1));
    assert.ok(restored > second + 1000, 'an agent that had more believes the next one');
    assert.equal(await next('two', hours(900).getTime(), hours(1)), restored);
  });

  it('keeps a report once, counts the same refusal on one row, and tells what is news', async () => {
    const { store, db } = await given();
    await hello(store);
    const body = report([refusal(), refusal({ name: 'api-', mode: 'audit' })]);
    assert.deepEqual(await store.admission.report(body, T0), { news: 2 });
    assert.deepEqual(await store.admission.report(body, T0), { news: 0 }, 'sent twice is sent once');
    assert.deepEqual(await store.admission.report(report([refusal({ count: 4 })]), hours(0.5)), { news: 0 });
    assert.deepEqual(await store.admission.report(report([refusal()]), hours(3)), { news: 1 });
    assert.equal(await store.admission.report(report([], { agentId: randomUUID() }), T0), null);

    const { items, total } = await store.admission.refusals({ limit: 10 });
    assert.equal(total, 2);
    assert.deepEqual(items.map(({ name, count }) => [name, count]).sort(), [
      ['api-', 3],
      ['web-', 10],
    ]);
    assert.equal((await store.admission.refusals({ limit: 10, locationId: 'there' })).total, 0);
    const page = await store.admission.refusals({ limit: 1 });
    const rest = await store.admission.refusals({ limit: 1, cursor: page.next! });
    assert.notEqual(rest.items[0]!.id, page.items[0]!.id);

    const status = (await store.admission.list({ limit: 10 })).items[0]!;
    assert.deepEqual(
      [status.agent, status.locationId, status.generation, status.refused, status.reportedAt],
      ['agent one', 'here', 7, 3, hours(3).toISOString()],
    );
    const told = (await store.activity.list({ limit: 10, type: 'admission.refused' })).items.map(
      ({ message }) => message,
    );
    assert.deepEqual(told, [
      'Admission control of here refused Pod team/web-',
      'Admission control of here would have refused Pod team/api-',
      'Admission control of here refused Pod team/web-',
    ]);
    const { sql } = await import('kysely');
    const audited = await sql<{ action: string; outcome: string }>`select action, outcome from audit_events
      where action like 'admission.%' order by seq desc limit 3`.execute(db);
    assert.deepEqual(audited.rows[0], { action: 'admission.refuse', outcome: 'denied' });
    assert.equal(audited.rows.length, 3);
  });

  it('keeps the last 1,000 refusals of a location', async () => {
    const { store } = await given();
    await hello(store);
    for (let round = 0; round < 11; round += 1) {
      const list = Array.from({ length: 100 }, (_, at) =>
        refusal({ name: `pod-${round}-${at}`, lastAt: hours(round).toISOString() }),
      );
      await store.admission.report(report(list), hours(round));
    }
    const { total, items } = await store.admission.refusals({ limit: 1 });
    assert.equal(total, 1000);
    assert.match(items[0]!.name, /^pod-10-/);
  });
}
