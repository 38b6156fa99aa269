/** Running an image on this machine, through the API: the engine is a stand-in here, a real one in test/local-run.test.ts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { imageOf, type LocalLibrary, startLocalLibrary } from './local-runs/testing.ts';

const TAG = '17.4';
const digest = imageOf('postgresql', TAG);
let library: LocalLibrary;
const call: LocalLibrary['it']['call'] = (...input) => library.it.call(...input);
const body = (over: object = {}) => ({ repositoryId: library.repositoryId, tag: TAG, digest, ...over });

describe('databases on the machine of the server', () => {
  before(async () => {
    library = await startLocalLibrary();
  });
  after(() => library.it.stop());

  test('what is not approved, not a database, or moved meanwhile does not start', async () => {
    const pending = await call('startLocalRun', { body: body() });
    assert.deepEqual([pending.status, pending.body.code], [409, 'image-not-approved']);
    await library.decide('approved', digest);
    const other = `sha256:${'9'.repeat(64)}`;
    const moved = await call('startLocalRun', { body: body({ digest: other }) });
    assert.deepEqual([moved.status, moved.body.code], [409, 'conflict']);
    assert.deepEqual(library.engine.calls, [], 'the engine was never asked');
  });

  test('starts the digest, tells the password once, and shows the line that connects', async () => {
    const waits = library.engine.hold();
    const starting = call('startLocalRun', { body: body() });
    await waits.reached;
    const during = await call('listLocalRuns');
    assert.deepEqual([during.body.items[0].state, during.body.items[0].message], ['starting', 'Pulling the image …']);
    const twice = await call('startLocalRun', { body: body() });
    assert.deepEqual([twice.status, twice.body.code], [409, 'conflict']);
    waits.release();
    const started = await starting;
    assert.equal(started.status, 201, started.text);
    assert.equal(started.body.password, 'told-once');
    assert.match(started.body.psql, /^psql "host=127\.0\.0\.1 port=54321 user=postgres dbname=postgres"$/);
    assert.equal(library.engine.calls.at(-1), `start registry.example.com/postgresql@${digest}`);
    const listed = await call('listLocalRuns');
    assert.deepEqual([listed.body.enabled, listed.body.items[0].state], [true, 'running']);
    assert.ok(!listed.text.includes('told-once'));
    assert.ok(!library.it.log.join('').includes('told-once'));
  });

  test('stops and removes, and each is in the audit log', async () => {
    const { name } = (await call('listLocalRuns')).body.items[0];
    assert.equal((await call('stopLocalRun', { params: { name } })).status, 204);
    assert.equal((await call('listLocalRuns')).body.items[0].state, 'stopped');
    assert.equal((await call('removeLocalRun', { params: { name } })).status, 204);
    assert.deepEqual((await call('listLocalRuns')).body.items, []);
    assert.equal((await call('removeLocalRun', { params: { name } })).status, 404);
    const audit = await call('listAuditEvents', { query: { limit: 50 } });
    for (const action of ['local-run.start', 'local-run.stop', 'local-run.remove'])
      assert.ok(audit.text.includes(action), action);
  });

  test('a failed start stays with its cause and what the container said, until it is removed', async () => {
    library.engine.fail({ message: 'The container ended by itself.', hint: 'See its log.' });
    const failed = await call('startLocalRun', { body: body() });
    assert.deepEqual([failed.status, failed.body.code, failed.body.hint], [409, 'local-run-failed', 'See its log.']);
    const [run] = (await call('listLocalRuns')).body.items;
    assert.deepEqual(
      [run.state, run.message, run.log],
      ['failed', 'The container ended by itself.', ['FATAL: no space left']],
    );
    assert.equal((await call('removeLocalRun', { params: { name: run.name } })).status, 204);
    assert.deepEqual((await call('listLocalRuns')).body.items, []);
  });

  test('a role that makes no clusters sees and starts nothing', async () => {
    const token = await library.it.tokenOf('viewer');
    assert.equal((await call('listLocalRuns', {}, { token })).status, 403);
    assert.equal((await call('startLocalRun', { body: body() }, { token })).status, 403);
  });
});

test('a server that was started without an engine says so and starts nothing', async () => {
  const off = await startLocalLibrary(false);
  try {
    assert.deepEqual((await off.it.call('listLocalRuns')).body, { enabled: false, engine: null, items: [] });
    await off.decide('approved', digest);
    const refused = await off.it.call('startLocalRun', { body: { repositoryId: off.repositoryId, tag: TAG, digest } });
    assert.deepEqual([refused.status, refused.body.code], [404, 'local-runs-off']);
    const stopped = await off.it.call('stopLocalRun', { params: { name: 'x' } });
    assert.deepEqual([stopped.status, stopped.body.code], [404, 'local-runs-off']);
  } finally {
    await off.it.stop();
  }
});
