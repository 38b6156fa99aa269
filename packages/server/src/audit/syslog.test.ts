import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { openTestStore } from '@pharos/store/testing';
import { createAuditSyslog } from './syslog.ts';

/** A receiver of octet-counted syslog (RFC 6587). */
async function receiver(): Promise<{ url: string; messages(): string[]; stop(): Promise<void> }> {
  let heard = Buffer.alloc(0);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `tcp://127.0.0.1:${port}`,
    messages() {
      const all: string[] = [];
      for (let rest = heard; rest.length > 0; ) {
        const blank = rest.indexOf(' ');
        const length = Number(rest.subarray(0, blank).toString());
        all.push(rest.subarray(blank + 1, blank + 1 + length).toString('utf8'));
        rest = rest.subarray(blank + 1 + length);
      }
      return all;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

const log = { warn: () => {}, info: () => {} };

test('every entry is sent once, in its order, and goes on where it stopped after a restart and after the receiver was away', async () => {
  const store = await openTestStore();
  const first = await receiver();
  const event = (subject: string, detail = {}) => ({
    ...{ actor: 'a"da]\n<1>', actorKind: 'session' as const, action: 'rule.update', outcome: 'denied' as const },
    ...{ subjectKind: 'rule', subject, detail },
  });
  try {
    await store.audit.append(event('one', { päss: 'wörd' }), new Date());
    await store.audit.append(event('two', { long: 'x'.repeat(20_000) }), new Date());
    const sending = createAuditSyslog({ url: first.url, ca: null, store, log });
    await sending.run();
    await sending.run();
    sending.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [one, two, none] = first.messages();
    assert.equal(none, undefined);
    assert.match(one!, /^<108>1 \d{4}-.*Z \S+ pharos - rule\.update \[audit@32473 seq="1" actor="a\\"da\\\] <1>" /);
    assert.match(one!, /outcome="denied" subject="one".* hash="[0-9a-f]{64}"\] \uFEFF.*wörd/);
    assert.match(two!, /the detail is too long for syslog$/);
    await first.stop();

    await store.audit.append(event('three'), new Date());
    const again = createAuditSyslog({ url: first.url, ca: null, store, log });
    await again.run();
    const second = await receiver();
    const elsewhere = createAuditSyslog({ url: second.url, ca: null, store, log });
    await elsewhere.run();
    elsewhere.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(
      second.messages().map((message) => /subject="(\w+)"/.exec(message)?.[1]),
      ['three'],
    );
    await second.stop();
  } finally {
    await store.close();
  }
});

test('an address without TLS that is not on loopback is refused', () => {
  for (const url of ['tcp://syslog.example.com', 'udp://127.0.0.1', 'https://x', 'nothing']) {
    assert.throws(() => createAuditSyslog({ url, ca: null, store: {} as never, log }), { code: 'syslog-invalid' });
  }
});
