import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Event, Scan } from '@pharos/contract';
import { createEventHub } from './events.ts';

const event = (n: number): Event => ({ type: 'agent', id: `agent-${n}` });

function listener() {
  let text = '';
  const stream = new PassThrough();
  stream.on('data', (chunk) => {
    text += chunk;
  });
  const response = Object.assign(stream, { writeHead: () => response }) as unknown as ServerResponse;
  return {
    response,
    stream,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => match[1]),
  };
}

test('a client that comes back gets what it missed, in order, and nothing twice', () => {
  const hub = createEventHub(() => new Date(1000));
  const first = listener();
  hub.attach(first.response, undefined);
  for (let n = 0; n < 3; n += 1) hub.emit(event(n));
  const ids = first.ids();
  assert.equal(ids.length, 3);
  const second = listener();
  hub.attach(second.response, ids[0]);
  assert.deepEqual(second.ids(), ids.slice(1));
  assert.match(second.text(), /data: \{"type":"agent","id":"agent-2"\}\n\n$/);
  const current = listener();
  hub.attach(current.response, ids[2]);
  assert.deepEqual(current.ids(), []);
  hub.close();
});

test('an id that is no longer known, or not ours, gets a reset', () => {
  const hub = createEventHub(() => new Date(1000));
  for (let n = 0; n < 1200; n += 1) hub.emit(event(n));
  for (const last of ['1000000', '7', 'nonsense', '99999999999999']) {
    const client = listener();
    hub.attach(client.response, last);
    assert.match(client.text(), /data: \{"type":"reset"\}/, last);
  }
  hub.close();
});

test('a client that does not read is cut off, and the others go on', () => {
  const hub = createEventHub(() => new Date(1000));
  const slow = listener();
  Object.defineProperty(slow.response, 'writableLength', { value: 2 * 1024 * 1024 });
  const quick = listener();
  hub.attach(slow.response, undefined);
  hub.attach(quick.response, undefined);
  hub.emit(event(1));
  assert.equal(slow.stream.destroyed, true);
  assert.equal(hub.clients(), 1);
  assert.equal(quick.ids().length, 1);
  hub.close();
  assert.equal(quick.stream.writableEnded, true);
});

test('progress of one scan is told sparingly, its end always', () => {
  const clock = { time: 1000 };
  const hub = createEventHub(() => new Date(clock.time));
  const client = listener();
  hub.attach(client.response, undefined);
  const scan = (status: Scan['status']) => ({ type: 'scan', scan: { id: 's', status } }) as Event;
  for (let n = 0; n < 50; n += 1) hub.emit(scan('running'));
  assert.equal(client.ids().length, 1);
  hub.emit(scan('complete'));
  assert.equal(client.ids().length, 2);
  hub.close();
});
