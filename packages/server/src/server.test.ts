import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { StoreError } from '@pharos/store';
import { pino } from 'pino';
import { startServer } from './server.ts';
import { ADMIN_TOKEN, API, KEY, makeAgent, startTestServer, type TestServer } from './testing.ts';

let it: TestServer;
let webDir = '';
before(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'pharos-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>the UI</title>');
  await writeFile(join(webDir, 'assets', 'app-1a2b.js'), `// ${'x'.repeat(5000)}`);
  await writeFile(join(webDir, 'favicon.svg'), '<svg/>');
  it = await startTestServer({ webDir });
});
after(async () => {
  await it.stop();
  await rm(webDir, { recursive: true, force: true });
});

const page = { headers: { accept: 'text/html' } };

test('a port that is taken is a named error with a way out', async () => {
  await assert.rejects(
    startTestServer({ store: it.store, port: it.server.port }),
    (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, 'port-in-use');
      assert.match(error.message, new RegExp(String(it.server.port)));
      assert.match(error.hint, /--port/);
      return true;
    },
  );
});

test('a key, or a public URL, that is none does not start', async () => {
  const options = { store: it.store, host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }), version: '1' };
  await assert.rejects(startServer({ ...options, key: Buffer.alloc(16) }), { code: 'key-unusable' });
  await assert.rejects(startServer({ ...options, key: KEY, publicUrl: 'pharos' }), { code: 'address-invalid' });
});

test('the UI answers every page of its own, its assets for ever, and nothing else', async () => {
  for (const path of ['/', '/repositories/1/tags/17.4', '/setup', '/index.html']) {
    const answer = await it.send('GET', path, page);
    assert.equal(answer.status, 200, path);
    assert.match(answer.text, /the UI/, path);
    assert.equal(answer.headers.get('cache-control'), 'no-cache', path);
  }
  const icon = await it.send('GET', '/favicon.svg');
  assert.match(icon.headers.get('cache-control') ?? '', /max-age=86400/, 'asked for at every change of the address');
  const asset = await it.send('GET', '/assets/app-1a2b.js');
  assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(asset.headers.get('content-encoding'), 'gzip');
  for (const path of [
    '/assets/app-old.js',
    '/favicon.ico',
    `${API}/none`,
    '/assets/../../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
  ]) {
    const answer = await it.send('GET', path, page);
    assert.ok([400, 404].includes(answer.status) || answer.text.includes('the UI'), `${path}: ${answer.status}`);
    assert.ok(!answer.text.includes('root:'), path);
  }
  assert.equal((await it.send('GET', '/assets/app-old.js', page)).status, 404);
  assert.equal((await it.send('POST', '/', page)).status, 404);
});

test('every answer has the headers that keep a browser safe', async () => {
  for (const path of ['/', '/healthz', `${API}/setup`, `${API}/none`]) {
    const { headers } = await it.send('GET', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.match(headers.get('content-security-policy') ?? '', /script-src 'self';.*frame-ancestors 'none'/, path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
  }
});

test('without a built UI the page says how to build it, and the API works', async () => {
  const bare = await startTestServer({ store: it.store, webDir: join(webDir, 'missing') });
  const answer = await bare.send('GET', '/', page);
  assert.equal(answer.status, 200);
  assert.match(answer.text, /npm run build/);
  assert.equal((await bare.call('getStatistics')).status, 200);
  await bare.stop();
});

test('on loopback another name is refused: a page elsewhere cannot point its own name here', async () => {
  const status = (host: string, path: string) =>
    new Promise((resolve, reject) => {
      const { port } = it.server;
      request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  assert.equal(await status('evil.example', `${API}/setup`), 403);
  assert.equal(await status('evil.example', '/'), 403);
  assert.equal(await status(`localhost:${it.server.port}`, `${API}/setup`), 200);
  assert.equal(await status('[::1]', `${API}/setup`), 200);
});

test('readiness follows the database, liveness does not, and the cause is not told to strangers', async (t) => {
  assert.equal((await it.send('GET', '/readyz')).status, 200);
  const gone = t.mock.method(it.store, 'ping', async () => {
    throw new StoreError('database-unavailable', 'The database does not answer.', 'Check DATABASE_URL.');
  });
  const { status, body } = await it.send('GET', '/readyz');
  assert.deepEqual([status, body.code, body.hint], [503, 'database-unavailable', 'Check DATABASE_URL.']);
  assert.equal((await it.send('GET', '/healthz')).status, 200);
  gone.mock.restore();
});

test('an error inside is answered with the request id only, and logged with its cause', async (t) => {
  const broken = t.mock.method(it.store, 'statistics', async () => {
    throw new Error('connect ECONNREFUSED postgres://user:hunter2@db');
  });
  const { status, body, text } = await it.call('getStatistics');
  broken.mock.restore();
  assert.deepEqual([status, body.code], [500, 'internal']);
  assert.ok(!text.includes('hunter2') && !text.includes('ECONNREFUSED'));
  assert.ok(it.log.some((line) => line.includes(body.requestId) && line.includes('ECONNREFUSED')));
});

test('metrics count by route name, never by path', async () => {
  await it.call('getStatistics');
  const { text, headers } = await it.send('GET', '/metrics');
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(text, /pharos_http_requests_total\{route="getStatistics",method="GET",status="200"\} [1-9]/);
  for (const name of [
    'pharos_http_request_duration_seconds_bucket',
    'pharos_work_queue_depth',
    'pharos_agents_connected',
    'pharos_event_clients',
  ]) {
    assert.ok(text.includes(name), name);
  }
  assert.ok(!text.includes('/assets/'));
});

test('the stop lets what runs finish, wakes long polls, ends streams, and can be called twice', async (t) => {
  const second = await startTestServer({ store: it.store });
  const agent = makeAgent(second, 'stop-test');
  await agent.hello();
  const { body: config } = await agent.config();
  const stream = await fetch(`${second.server.url}${API}/events`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const poll = agent.poll(60, config.configVersion);
  const slow = Promise.withResolvers<void>();
  const statistics = it.store.statistics.bind(it.store);
  const begun = Promise.withResolvers<void>();
  t.mock.method(it.store, 'statistics', async (now: Date) => {
    begun.resolve();
    await slow.promise;
    return statistics(now);
  });
  const running = second.call('getStatistics');
  await begun.promise;
  const stopped = second.server.stop();
  assert.deepEqual((await poll).body.work, []);
  await stream.text();
  slow.resolve();
  assert.equal((await running).status, 200);
  await stopped;
  await second.server.stop();
  await assert.rejects(fetch(second.server.url));
});
