import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ApprovalQuery, TagFacetsQuery, TagQuery } from '@pharos/contract';
import { sql } from 'kysely';
import { countProfiles } from '../tag-profiles.ts';
import { ANN, BOB, CAT, codeOf, images, NAMES, people, verdict } from './approval-given.ts';
import { digestOf, everything, type Given, hours, registry, repositoryId } from './given.ts';

/** The queue of what waits for a decision. */
export function approvalQueueSuite(given: () => Promise<Given>): void {
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
