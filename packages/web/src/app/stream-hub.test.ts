import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStreamHub, type FromTab, type Port, type Source, type ToTab } from './stream-hub.ts';

const CONNECTING = 0;
const CLOSED = 2;

interface FakeSource extends Source {
  readyState: number;
  isClosed: boolean;
}

function open() {
  const sources: FakeSource[] = [];
  const hub = createStreamHub(() => {
    const source: FakeSource = {
      readyState: CONNECTING,
      isClosed: false,
      onopen: null,
      onerror: null,
      onmessage: null,
      close: () => {
        source.isClosed = true;
      },
    };
    sources.push(source);
    return source;
  });
  function tab() {
    const told: ToTab[] = [];
    const port: Port = { onmessage: null, postMessage: (message) => told.push(message) };
    hub.attach(port);
    return {
      /** What it was told since the last time it was asked. */
      told: () => told.splice(0).filter(({ say }) => say !== 'here'),
      say: (message: FromTab) => port.onmessage?.({ data: message } as MessageEvent),
    };
  }
  const last = () => sources.at(-1)!;
  return {
    tab,
    sources,
    opens: () => last().onopen?.({} as never),
    breaks: (readyState: number) => {
      last().readyState = readyState;
      last().onerror?.({} as never);
    },
    sends: (data: string, lastEventId = '') => last().onmessage?.({ data, lastEventId } as MessageEvent<string>),
  };
}

const listen = { say: 'listen', who: 'ada' } as const;

test('eight tabs have one stream, and all of them hear what it says', () => {
  const hub = open();
  const tabs = Array.from({ length: 8 }, () => hub.tab());
  for (const tab of tabs) tab.say(listen);
  hub.opens();
  hub.sends('news', '7');
  assert.equal(hub.sources.length, 1);
  for (const tab of tabs)
    assert.deepEqual(tab.told().slice(-2), [
      { say: 'open', missed: false },
      { say: 'event', data: 'news' },
    ]);
});

test('the stream stays when the tab that opened it goes, and ends with the last', () => {
  const hub = open();
  const [first, second] = [hub.tab(), hub.tab()];
  first.say(listen);
  hub.opens();
  second.say(listen);
  first.say({ say: 'leave' });
  assert.equal(hub.sources[0]!.isClosed, false);
  first.told();
  hub.sends('after');
  assert.deepEqual(first.told(), []);
  assert.deepEqual(second.told(), [
    { say: 'open', missed: false },
    { say: 'event', data: 'after' },
  ]);
  second.say({ say: 'leave' });
  assert.equal(hub.sources[0]!.isClosed, true);
});

test('a cut is resumed by the id of the last event; before there was one, events may be lost', () => {
  const hub = open();
  const tab = hub.tab();
  tab.say(listen);
  hub.opens();
  hub.breaks(CONNECTING);
  hub.opens();
  assert.deepEqual(tab.told().slice(1), [{ say: 'cut' }, { say: 'open', missed: true }]);
  hub.sends('one', '1');
  hub.breaks(CONNECTING);
  hub.opens();
  assert.deepEqual(tab.told().slice(1), [{ say: 'cut' }, { say: 'open', missed: false }]);
  assert.equal(hub.sources.length, 1, 'the browser reconnects by itself');
});

test('a refusal reaches every tab; the next that asks opens the stream again, and all read anew', () => {
  const hub = open();
  const [first, second] = [hub.tab(), hub.tab()];
  for (const tab of [first, second]) tab.say(listen);
  hub.opens();
  hub.sends('one', '1');
  for (const tab of [first, second]) tab.told();
  hub.breaks(CLOSED);
  for (const tab of [first, second]) assert.deepEqual(tab.told(), [{ say: 'refused' }]);
  for (const tab of [first, second]) tab.say(listen);
  assert.equal(hub.sources.length, 2);
  hub.opens();
  for (const tab of [first, second]) assert.deepEqual(tab.told().at(-1), { say: 'open', missed: true });
});

test('whoever signs in gets a stream of their own session', () => {
  const hub = open();
  const [first, second] = [hub.tab(), hub.tab()];
  first.say(listen);
  hub.opens();
  second.say({ say: 'listen', who: 'grace' });
  assert.equal(hub.sources[0]!.isClosed, true);
  hub.opens();
  assert.deepEqual(first.told().at(-1), { say: 'open', missed: true });
  assert.equal(hub.sources.length, 2);
});
