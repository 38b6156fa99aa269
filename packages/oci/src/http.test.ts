import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestKind } from './connection.ts';
import { createRegistry } from './registry.ts';
import { collect, connectionTo, json, MANIFEST_TYPE, manifestText, open, serve } from './testing.ts';

/** A raw TCP server: says `talk` to whoever connects, or does what the function does. */
async function raw(talk: (socket: Socket) => void): Promise<{ host: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('what goes wrong below HTTP has a name', async () => {
  const cases: [string, (socket: Socket) => void][] = [
    ['registry-unreachable', (socket) => socket.destroy()],
    ['response-invalid', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['plain-http-expected-tls', (socket) => socket.end(Buffer.from([0x15, 0x03, 0x01, 0, 2, 2, 22]))],
    [
      'plain-http-expected-tls',
      (socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
    ],
    ['response-invalid', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"tags":')],
    ['response-invalid', (socket) => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)],
    ['response-invalid', (socket) => socket.end('HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n')],
    ['timeout', () => {}],
    ['timeout', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{')],
  ];
  await Promise.all(
    cases.map(async ([code, talk]) => {
      await using server = await raw((socket) => socket.once('data', () => talk(socket)));
      await using registry = open(server.host, { limits: { headersMs: 300, bodyMs: 300 } });
      await assert.rejects(registry.ping(), { code }, `${code} ${talk}`);
    }),
  );
  await using nobody = open('127.0.0.1:1');
  await assert.rejects(nobody.ping(), { code: 'connection-refused', transient: true });
  await using nowhere = open('no-such-host.invalid');
  await assert.rejects(nowhere.ping(), { code: 'dns-failed' });
  await using unencrypted = await serve((_, response) => response.end());
  await using secure = open(unencrypted.host, { tls: {} });
  await assert.rejects(secure.ping(), { code: 'tls-expected-plain-http', hint: /plain_http/ });
});

test('a body that drips is ended, however short its pauses', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
  });
  await using registry = open(server.host, { limits: { bodyMs: 300 } });
  await assert.rejects(registry.ping(), { code: 'timeout' });
});

test('a 200 MB manifest is not read, announced or not', async () => {
  let sent = 0;
  await using server = await serve(({ url }, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    response.writeHead(200, {
      'content-type': MANIFEST_TYPE,
      ...(url.endsWith('announced') ? { 'content-length': 200 * chunk.length } : {}),
    });
    const pump = () => {
      while (sent < 200 && !response.destroyed) {
        sent += 1;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on('drain', pump);
    pump();
  });
  await using registry = open(server.host);
  await assert.rejects(registry.getManifest('x', 'streamed'), { code: 'body-too-large' });
  assert.ok(sent < 40, `${sent} MB left the server`);
  await assert.rejects(registry.getManifest('x', 'announced'), { code: 'body-too-large' });
});

test('a long error page is cut off and still understood', async () => {
  await using server = await serve((_, response) =>
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html>'.repeat(100_000)),
  );
  await using registry = open(server.host);
  await assert.rejects(registry.getManifest('x', 't'), { code: 'registry-failed', status: 502 });
});

test('a connection that idled too long for the registry costs one more request, not a failure', async () => {
  let count = 0;
  await using server = await raw((socket) => {
    socket.on('data', () => {
      count += 1;
      if (count === 2) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}');
    });
  });
  await using registry = open(server.host);
  await registry.ping();
  await registry.ping();
  assert.equal(count, 3);
  assert.equal(registry.requests, 3);
});

test('cancelling and closing end what is under way', async () => {
  await using server = await serve(() => {});
  await using registry = open(server.host, { limits: { concurrency: 1 } });
  const stop = new AbortController();
  const running = registry.ping(stop.signal);
  const waiting = registry.getManifest('x', 't', stop.signal);
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(running, { code: 'aborted' });
  await assert.rejects(waiting, { code: 'aborted' });
  await assert.rejects(registry.ping(AbortSignal.abort()), { code: 'aborted' });
  assert.equal(server.seen.length, 1);
  const another = registry.ping();
  await sleep(20);
  await registry.close();
  await assert.rejects(another, { code: 'aborted' });
  await assert.rejects(registry.ping(), { code: 'aborted' });
});

test('every request is counted and told', async () => {
  const told: [RequestKind, number][] = [];
  await using server = await serve(({ url }, response) =>
    url.endsWith('list?n=1000')
      ? json(response, { name: 'x', tags: ['a'] })
      : json(response, manifestText(), 200, { 'content-type': MANIFEST_TYPE }),
  );
  const registry = createRegistry(connectionTo(server.host), {
    userAgent: 'pharos/test',
    onRequest: ({ kind, status }) => told.push([kind, status]),
  });
  await collect(registry.listTags('x'));
  await registry.getManifest('x', 'a');
  await registry.close();
  assert.deepEqual(told, [
    ['tags', 200],
    ['manifest', 200],
  ]);
  assert.equal(registry.requests, 2);
  assert.equal(server.seen[0]?.headers['user-agent'], 'pharos/test');
});

test('addresses that are never dialled', async () => {
  for (const url of [
    '169.254.169.254',
    '0.0.0.0:5000',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '2852039166',
    '[64:ff9b::a9fe:a9fe]:5000',
  ]) {
    assert.throws(() => open(url), { code: 'address-refused' }, url);
  }
});
