import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ADMIN_TOKEN, API, answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';
import { digestOf, readObservation, wholeScan } from './testing-registry.ts';

const location = 'eu-west';
let it: TestServer;
let agent: ReturnType<typeof makeAgent>;
let registryId = '';

before(async () => {
  it = await startTestServer();
  agent = makeAgent(it, location);
  await agent.hello({ epoch: 2 });
  const body = { name: 'Team registry', url: 'registry.example.com', locationId: location };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  registryId = created.body.id;
  await it.call('createRule', { body: { name: 'Postgres', repositories: { include: ['postgresql'] } } });
});
after(() => it.stop());

/** Reports a whole scan of one repository. */
async function report(scanId: string, repository: string, tags: Record<string, string>) {
  const images = [...new Set(Object.values(tags))].map((digest) => readObservation(digest));
  const scan = { scanId, agentId: agent.agentId, epoch: 2, registryId, repository, tags, images };
  const { begin, chunk, commit } = wholeScan(scan);
  const params = { id: scanId };
  const begun = await agent.call('agentScanBegin', { body: begin });
  assert.equal(begun.status, 200, begun.text);
  const progress = { done: 1, total: 2, requests: 1, step: 'reading' };
  assert.equal((await agent.call('agentScanProgress', { params, body: progress })).status, 204);
  const taken = await agent.call('agentScanChunk', { params: { ...params, n: 0 }, body: chunk });
  assert.equal(taken.status, 200, taken.text);
  return agent.call('agentScanCommit', { params, body: { ...commit, requests: 5 } });
}

/** Listens; `seen` resolves with the first event that fits. */
async function nextEvent(fits: (event: { type: string; [key: string]: unknown }) => boolean) {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await fetch(`${it.server.url}${API}/events`, { headers });
  const read = async () => {
    let text = '';
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString('utf8');
      const events = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] as string));
      const event = events.find(fits);
      if (event) return event;
    }
  };
  return { seen: read() };
}

test('Sync now: two presses are one scan; its report becomes visible whole, and who watches is told', async () => {
  const pressed = await Promise.all([
    it.call('createScan', { body: { registryId } }),
    it.call('createScan', { body: { registryId } }),
  ]);
  assert.deepEqual(
    pressed.map((answer) => answer.status),
    [202, 202],
    pressed[0]?.text,
  );
  assert.equal(pressed[0]?.body.id, pressed[1]?.body.id);
  const work = await agent.work();
  assert.ok(work.kind === 'scan' && work.scanId === pressed[0]?.body.id && work.repository === null);
  const again = await it.call('createScan', { body: { registryId } });
  assert.equal(again.body.id, work.scanId, 'a running scan answers for a new press');

  const scanId = randomUUID();
  const { seen } = await nextEvent((event) => event.type === 'repository' && event.registryId === registryId);
  const first = { '17.4-2503310734': digestOf('a'), '17.5-2505310734': digestOf('b'), '17': digestOf('b') };
  const committed = await report(scanId, 'postgresql', first);
  assert.equal(committed.status, 200, committed.text);
  assert.deepEqual([committed.body.status, committed.body.added], ['complete', 3]);
  assert.ok(await seen);
  assert.deepEqual((await report(scanId, 'postgresql', first)).body, committed.body, 'sent twice it answers the same');
  const done = { kind: 'scan', status: 'complete', requests: 6, message: '', code: null, hint: null };
  assert.equal((await agent.result(work.id, done)).status, 204);
  assert.equal((await agent.result(work.id, done)).status, 204, 'said twice it is no error');

  const { body: repositories } = await it.call('listRepositories', {});
  assert.deepEqual(
    [repositories.total, repositories.items[0].name, repositories.items[0].tagCount],
    [1, 'postgresql', 3],
  );
  const id = repositories.items[0].id;
  const { body: tags } = await it.call('listRepositoryTags', { params: { id } });
  assert.equal(tags.total, 3);
  const { body: tag } = await it.call('getTag', { params: { id, name: '17' } });
  assert.equal(tag.digest, digestOf('b'));
  const { body: history } = await it.call('getTagHistory', { params: { id, name: '17' } });
  assert.equal(history.items[0].digest, digestOf('b'));
  const metrics = await it.send('GET', '/metrics');
  assert.match(metrics.text, /pharos_ingested_tags_total 3\n/);
  assert.match(metrics.text, /pharos_scans_total\{status="complete"\} 1\n/);
});

test('a scan that the agent refuses before it begins is failed at once, with the reason', async () => {
  const { body: before } = await it.call('listRepositories', {});
  const { body: scan } = await it.call('createScan', { body: { repositoryId: before.items[0].id } });
  const work = await agent.work();
  assert.ok(work.kind === 'scan' && work.repository === 'postgresql');
  const refusal = {
    kind: 'scan',
    status: 'failed',
    requests: 0,
    message: 'Not mine.',
    code: 'registry-unknown',
    hint: 'Look.',
  };
  assert.equal((await agent.result(work.id, refusal)).status, 204);
  const { body } = await it.call('getScan', { params: { id: scan.id } });
  assert.deepEqual(
    [body.status, body.message, body.code, body.hint],
    ['failed', 'Not mine.', 'registry-unknown', 'Look.'],
  );
  const { body: repositories } = await it.call('listRepositories', {});
  assert.equal(repositories.items[0].tagCount, 3, 'nothing known is lost');
});

test('a listing larger than the usual body is taken from an agent, and one beyond its limit is not', async () => {
  const names = Array.from({ length: 60_000 }, (_, n) => `18.0-${String(n).padStart(20, '0')}`);
  const body = { registryId, repositories: null, tags: [{ repository: 'postgresql', names }], message: null };
  assert.ok(JSON.stringify(body).length > 1024 * 1024);
  assert.equal((await agent.call('agentListing', { body })).status, 204);
  const rule = { name: 'Large', repositories: { include: ['postgresql'] }, registryId };
  assert.equal((await it.call('previewRule', { body: { rule } })).body.counts.included, 60_000);
  const names17 = ['17', '17.4-2503310734', '17.5-2505310734'];
  const small = { ...body, tags: [{ repository: 'postgresql', names: names17 }] };
  assert.equal((await agent.call('agentListing', { body: small })).status, 204);
  const status = { message: 'x'.repeat(2 * 1024 * 1024) };
  const { body: problem } = await agent.call('agentRegistryStatus', { params: { id: registryId }, body: status });
  assert.equal(problem.code, 'too-large');
});

test('a report that is not what was sent, out of order, or of another location is refused', async () => {
  const id = randomUUID();
  const begin = { scanId: id, parentId: null, agentId: agent.agentId, epoch: 2, registryId, repository: 'other' };
  const more = { ruleIds: [], trigger: 'schedule', startedAt: new Date().toISOString() };
  assert.equal((await agent.call('agentScanBegin', { body: { ...begin, ...more } })).status, 200);
  const empty = { sha256: createHash('sha256').update('{"tags":[],"images":[]}').digest('hex'), tags: [], images: [] };
  const late = await agent.call('agentScanChunk', { params: { id, n: 3 }, body: empty });
  assert.deepEqual(
    [late.status, late.body.code, late.body.errors[0].message],
    [409, 'chunk-out-of-order', 'expected 0'],
  );
  const stale = await agent.call('agentScanBegin', { body: { ...begin, ...more, scanId: randomUUID(), epoch: 1 } });
  assert.deepEqual([stale.status, stale.body.code], [409, 'stale-scan']);
  const stranger = makeAgent(it, 'elsewhere');
  await stranger.hello();
  const foreign = await stranger.call('agentScanBegin', {
    body: { ...begin, ...more, scanId: randomUUID(), agentId: stranger.agentId, epoch: 1 },
  });
  assert.deepEqual([foreign.status, foreign.body.code], [403, 'forbidden']);
  assert.deepEqual((await stranger.config()).body.registries, [], 'it does not get the registries of others either');
});

test('a preview says what comes in and what stays out and why; refresh asks through the agent', async () => {
  const rule = {
    name: 'Preview',
    repositories: { include: ['postgresql'] },
    tags: [{ exclude: ['17.4*'] }],
    registryId,
  };
  const { body } = await it.call('previewRule', { body: { rule } });
  assert.deepEqual([body.counts.included, body.counts.excluded, body.counts.new], [2, 1, 0]);
  assert.deepEqual(
    body.excluded.map((item: { tag: string; reason: string; clause: string }) => [item.tag, item.reason, item.clause]),
    [['17.4-2503310734', 'tag-excluded', 'tags.0.exclude.0']],
  );
  assert.equal(body.known[0].registryId, registryId);
  const refreshing = it.call('previewRule', { body: { rule, refresh: true } });
  const work = await agent.work();
  assert.equal(work.kind, 'list');
  const listing = {
    registryId,
    repositories: ['postgresql'],
    tags: [{ repository: 'postgresql', names: ['17', '17.4-2503310734', '17.5-2505310734', '18.0-2509250734'] }],
    message: null,
  };
  assert.equal(
    (await agent.result(work.id, { kind: 'list', listing: { ...listing, registryId: randomUUID() }, requests: 2 }))
      .status,
    400,
  );
  assert.equal((await agent.result(work.id, { kind: 'list', listing, requests: 2 })).status, 204);
  const { body: fresh } = await refreshing;
  assert.deepEqual([fresh.counts.included, fresh.counts.new], [3, 1]);
});

test('explain and the tags that stayed out say which clause decided, as the preview does', async () => {
  const query = { repository: 'postgresql', tag: '18.0-2509250734' };
  const { body } = await it.call('explainTag', { query });
  assert.deepEqual([body.items.length, body.items[0].inLibrary, body.items[0].listedAt !== null], [1, false, true]);
  assert.deepEqual(
    body.items[0].rules.map((one: { rule: { name: string } }) => one.rule.name).includes('Postgres'),
    true,
  );
  const unknown = await it.call('explainTag', { query: { ...query, tag: 'never-listed' } });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not-found']);
  const repository = (await it.call('listRepositories', {})).body.items[0];
  const left = await it.call('listLeftOut', { params: { id: repository.id }, query: {} });
  assert.equal(left.status, 200);
  assert.equal(left.body.total, left.body.items.length);
});

test('a preview of a changed rule says what would leave', async () => {
  const rule = { name: 'Postgres', repositories: { include: ['postgresql'] }, tags: [{ include: ['17.5*'] }] };
  const { body } = await it.call('previewRule', { body: { rule } });
  assert.deepEqual([body.counts.included, body.counts.leaving], [1, 2]);
});

test('an image is read deeper by the agent that can reach it', async () => {
  const digest = digestOf('b');
  const reading = it.call('readImage', { params: { digest } });
  const work = await agent.work();
  assert.ok(work.kind === 'describe' && work.digest === digest && work.repository === 'postgresql');
  const platforms = [{ os: 'linux', architecture: 'arm64', variant: null, digest: digestOf('child'), size: 99 }];
  const wrong = { kind: 'describe', ok: true, message: '', observation: readObservation(digestOf('other')) };
  assert.equal((await agent.result(work.id, wrong)).body.code, 'invalid-digest');
  const right = { ...wrong, observation: readObservation(digest, { detail: 'platforms', platforms }) };
  assert.equal((await agent.result(work.id, right)).status, 204);
  const { status, body } = await reading;
  assert.deepEqual([status, body.detail, body.platforms[0].architecture], [200, 'platforms', 'arm64']);
  assert.equal((await it.call('readImage', { params: { digest } })).status, 200, 'the second time nobody is asked');
});
