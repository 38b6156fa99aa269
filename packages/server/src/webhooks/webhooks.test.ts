import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { WEBHOOK_EVENTS, WEBHOOK_FAILURES } from '@pharos/contract';
import { RETRY_SECONDS } from '@pharos/library';
import type { Store } from '@pharos/store';
import { openTestStore } from '@pharos/store/testing';
import { Webhook as Verifier } from 'standardwebhooks';
import { makeAgent, startTestServer, type TestServer } from '../testing.ts';

interface Got {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An endpoint of somebody else: answers what it is told to, and keeps what came. */
class Endpoint {
  readonly got: Got[] = [];
  status = 200;
  headers: Record<string, string> = {};
  body = 'thanks';
  /** Set: nothing is answered before it resolves. */
  hold: Promise<void> | null = null;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void readAll(request).then(async (body) => {
        this.got.push({ headers: request.headers as Record<string, string>, body });
        await this.hold;
        response.writeHead(this.status, this.headers).end(this.body);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?team=a`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    if (await what()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error('It did not come to be.');
}

async function endpointOf(t: TestContext): Promise<{ endpoint: Endpoint; url: string }> {
  const endpoint = new Endpoint();
  t.after(() => endpoint.close());
  return { endpoint, url: await endpoint.listen() };
}

const settings = (url: string, more: object = {}) => ({
  name: `Hook ${url} ${JSON.stringify(more)}`.slice(0, 100),
  url,
  events: ['registry.state-changed'],
  allowHttp: true,
  allowPrivate: true,
  ...more,
});

/** Something that happens: the registry begins to fail, or answers again. */
async function happen(store: Store, state: 'error' | 'ok', now: number): Promise<void> {
  const { items } = await store.registries.list({ limit: 1 });
  await store.registries.setStatus(items[0]!.id, { state, message: 'Said so.', checks: [] }, new Date(now));
}

describe('outgoing webhooks', () => {
  let test: TestServer;
  let clock = Date.now();
  before(async () => {
    test = await startTestServer({ now: () => new Date(clock) });
    await makeAgent(test, 'here').hello();
    await test.call('createRegistry', {
      body: { name: 'production', url: 'registry.example', locationId: 'here', provider: 'oci' },
    });
    await happen(test.store, 'ok', clock);
  });
  after(() => test.stop());

  const create = async (url: string, more: object = {}) => {
    const { status, body } = await test.call('createWebhook', { body: settings(url, more) });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  };
  const deliveries = async (id: string) => (await test.call('listWebhookDeliveries', { params: { id } })).body.items;

  it('signs what happens so that another implementation accepts it, and only with the right secret', async (t) => {
    const { endpoint, url } = await endpointOf(t);
    const made = await create(url);
    assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    await happen(test.store, 'error', clock);
    await until(() => endpoint.got.length === 1);
    const { headers, body } = endpoint.got[0]!;
    // The verifier compares the time with the clock of this machine; ours stands still.
    assert.equal(headers['webhook-timestamp'], String(Math.floor(clock / 1000)));
    const verified = new Verifier(made.secret).verify(body, headers) as { type: string; data: { registry: string } };
    assert.deepEqual([verified.type, verified.data.registry], ['registry.state-changed', 'production']);
    assert.throws(() => new Verifier('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').verify(body, headers));
    assert.throws(() => new Verifier(made.secret).verify(`${body} `, headers));
    assert.equal(headers['content-type'], 'application/json');
    await until(async () => (await deliveries(made.id))[0]?.state === 'delivered');
    const [delivery] = await deliveries(made.id);
    assert.equal(headers['webhook-id'], `msg_${delivery.id}`);
    const detail = await test.call('getWebhookDelivery', { params: { id: made.id, deliveryId: delivery.id } });
    assert.equal(detail.body.payload, body);
    const [attempt] = detail.body.tries;
    assert.deepEqual(
      [attempt.status, attempt.responseBody, attempt.requestHeaders['webhook-signature']],
      [200, 'thanks', 'v1,…'],
    );
    // No answer but the one that made it holds the secret, nor does the log, nor the database in clear.
    const shown = await test.call('listWebhooks');
    assert.ok(!`${shown.text}${detail.text}${test.log.join('')}`.includes(made.secret.slice(6)));
    assert.ok(!`${test.log.join('')}`.includes(headers['webhook-signature']!));
  });

  it('signs with the old secret too for a day after a rotation', async (t) => {
    const { endpoint, url } = await endpointOf(t);
    const made = await create(url);
    const rotated = (await test.call('rotateWebhook', { params: { id: made.id } })).body;
    assert.notEqual(rotated.secret, made.secret);
    await test.call('testWebhook', { params: { id: made.id } });
    const { headers, body } = endpoint.got[0]!;
    assert.equal(headers['webhook-signature']!.split(' ').length, 2);
    for (const secret of [made.secret, rotated.secret]) new Verifier(secret).verify(body, headers);
    const real = clock;
    clock += 24 * 3_600_000 + 1000;
    await test.call('testWebhook', { params: { id: made.id } });
    clock = real;
    assert.equal(endpoint.got[1]!.headers['webhook-signature']!.split(' ').length, 1);
  });

  it('tries again with growing waits and the same id, then gives up; redelivery begins anew', async (t) => {
    const { endpoint, url } = await endpointOf(t);
    endpoint.status = 500;
    endpoint.body = 'x'.repeat(10_000);
    const made = await create(url);
    const begin = clock;
    await happen(test.store, 'ok', clock);
    for (const [tries, seconds] of RETRY_SECONDS.entries()) {
      await until(
        async () =>
          (await deliveries(made.id))[0]?.attempts === tries + 1 &&
          (await deliveries(made.id))[0]?.nextAttemptAt !== null &&
          endpoint.got.length === tries + 1,
      );
      await until(async () => (await deliveries(made.id))[0].status === 500);
      const [row] = await deliveries(made.id);
      const wait = Date.parse(row.nextAttemptAt) - clock;
      assert.ok(wait >= seconds * 1000 && wait <= seconds * 1200, `${wait} ms after ${tries + 1} tries`);
      clock = Date.parse(row.nextAttemptAt) + 1;
    }
    await until(async () => (await deliveries(made.id))[0]?.state === 'failed');
    assert.equal(endpoint.got.length, RETRY_SECONDS.length + 1);
    assert.ok(clock - begin > 24 * 3_600_000 && clock - begin < 36 * 3_600_000, 'about a day');
    assert.equal(new Set(endpoint.got.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.ok(new Set(endpoint.got.map(({ headers }) => headers['webhook-timestamp'])).size > 5);
    const [row] = await deliveries(made.id);
    const params = { id: made.id, deliveryId: row.id };
    const detail = (await test.call('getWebhookDelivery', { params })).body;
    assert.deepEqual([detail.tries[0].code, detail.tries[0].responseBody.length], ['webhook-refused', 2048]);
    endpoint.status = 204;
    endpoint.body = '';
    assert.equal((await test.call('redeliverWebhook', { params })).status, 200);
    await until(async () => (await deliveries(made.id))[0]?.state === 'delivered');
    assert.equal(endpoint.got.at(-1)!.headers['webhook-id'], `msg_${row.id}`);
    clock = begin;
  });

  it('follows no redirect, believes 410, and says what came of a test', async (t) => {
    const { endpoint, url } = await endpointOf(t);
    const other = await endpointOf(t);
    const made = await create(url);
    endpoint.status = 307;
    endpoint.headers = { location: other.url };
    const tested = await test.call('testWebhook', { params: { id: made.id } });
    assert.deepEqual(
      [tested.body.state, tested.body.status, tested.body.tries[0].code],
      ['failed', 307, 'webhook-redirected'],
    );
    assert.equal(other.endpoint.got.length, 0);
    assert.equal(JSON.parse(endpoint.got[0]!.body).type, 'ping');
    endpoint.status = 410;
    await happen(test.store, 'error', clock);
    await until(async () => !(await test.call('getWebhook', { params: { id: made.id } })).body.enabled);
    const { body } = await test.call('getWebhook', { params: { id: made.id } });
    assert.match(body.disabledReason, /410/);
    const [row] = (await test.call('listActivity', { query: { type: 'webhook.disabled' } })).body.items;
    assert.equal(row.subjectId, made.id);
    const refused = await test.call('redeliverWebhook', { params: { id: made.id, deliveryId: tested.body.id } });
    assert.equal(refused.status, 409);
  });

  it('dials no address that an administrator did not allow, also by name', async (t) => {
    const { endpoint, url } = await endpointOf(t);
    const refuse = async (bad: string, more: object = {}) => {
      const answer = await test.call('createWebhook', { body: settings(bad, { allowPrivate: false, ...more }) });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid-input'], bad);
    };
    for (const bad of [url, 'https://10.0.0.1/', 'https://[::1]/', 'https://[::ffff:10.0.0.1]/', 'https://0x7f000001/'])
      await refuse(bad);
    for (const bad of [
      'http://169.254.169.254/latest',
      'http://2852039166/',
      'http://[fd00:ec2::254]/',
      'http://100.100.100.200/',
      'http://[64:ff9b::169.254.169.254]/',
      'http://[fe80::1]/',
    ]) {
      await refuse(bad, { allowPrivate: true });
    }
    await refuse('http://hooks.example/', { allowHttp: false });
    await refuse('https://user:secret@hooks.example/');
    await refuse('ftp://hooks.example/');
    // A name is judged by what it resolves to, whenever it is dialled.
    const named = await create(url.replace('127.0.0.1', 'localhost'), { allowPrivate: false });
    const { body } = await test.call('testWebhook', { params: { id: named.id } });
    assert.equal(body.tries[0].code, 'webhook-address-private');
    assert.equal(body.message, WEBHOOK_FAILURES['webhook-address-private'][0]);
    await test.call('updateWebhook', { params: { id: named.id }, body: { allowPrivate: true } });
    assert.equal((await test.call('testWebhook', { params: { id: named.id } })).body.state, 'delivered');
    assert.equal(endpoint.got.length, 1);
    const worse = await test.call('updateWebhook', { params: { id: named.id }, body: { url, allowPrivate: false } });
    assert.equal(worse.status, 400);
  });

  it('is for administrators only, and offers no event without a producer', async () => {
    const token = await test.tokenOf('viewer');
    for (const name of ['listWebhooks', 'createWebhook'] as const) {
      const body = name === 'createWebhook' ? { body: settings('https://hooks.example/') } : {};
      assert.equal((await test.call(name, body, { token })).status, 403);
    }
    assert.equal((await test.call('listActivity', {}, { token })).status, 200);
    assert.ok(!(WEBHOOK_EVENTS as readonly string[]).includes('state.changed'));
    const pattern = await test.call('createWebhook', {
      body: settings('https://hooks.example/', { repositories: 're:(' }),
    });
    assert.deepEqual([pattern.body.code, pattern.body.errors[0].path], ['invalid-pattern', 'repositories']);
  });

  it('tells open pages of what happened', async () => {
    const stream = await fetch(`${test.server.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${await test.tokenOf('viewer')}` },
    });
    const reader = stream.body!.getReader();
    // The watch begins with what is there when somebody listens.
    await new Promise((done) => setTimeout(done, 2500));
    await happen(test.store, 'ok', clock);
    let text = '';
    while (!text.includes('"type":"activity"')) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    assert.match(text, /"type":"registry"/);
  });
});

describe('the outbox', () => {
  it('outlives the process: what was not sent is sent after a restart, once by two servers', async (t) => {
    const { endpoint, url } = await endpointOf(t);
    const store = await openTestStore();
    t.after(() => store.close());
    const one = await startTestServer({ store });
    await makeAgent(one, 'here').hello();
    await one.call('createRegistry', {
      body: { name: 'r', url: 'registry.example', locationId: 'here', provider: 'oci' },
    });
    const { body } = await one.call('createWebhook', { body: settings(url) });
    await one.stop();
    // Written while no server runs that could send it, as by a process that died right after its commit.
    await happen(store, 'error', Date.now());
    assert.equal(endpoint.got.length, 0);
    const [two, three] = await Promise.all([startTestServer({ store }), startTestServer({ store })]);
    t.after(async () => {
      await two.stop();
      await three.stop();
    });
    await until(async () => (await store.webhooks.deliveries(body.id, { limit: 1 }))?.items[0]?.state === 'delivered');
    assert.equal(endpoint.got.length, 1);
  });
});
