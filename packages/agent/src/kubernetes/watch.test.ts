/** Following a kind, against a stand-in that answers as the API is documented to: pages, bookmarks, 410 Gone, broken streams. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type KubeObject, type KubernetesApi, KubernetesError } from './api.ts';
import { follow } from './watch.ts';

interface Script {
  /** One answer for each list, page by page. */
  lists: KubeObject[][];
  /** Lines of each watch; an error ends it so. */
  watches: (KubeObject | Error)[][];
}

const named = (name: string, resourceVersion = '1') => ({ metadata: { uid: name, name, resourceVersion } });
const page = (names: string[], more: object = {}) => ({
  metadata: { resourceVersion: '10', ...more },
  items: names.map((name) => named(name)),
});

/** Plays a script to its end; answers what was asked, and every state that was told. */
async function play({ lists, watches }: Script) {
  const stop = new AbortController();
  const asked: string[] = [];
  const states: string[][] = [];
  const troubles: unknown[] = [];
  const api: KubernetesApi = {
    call: async (_method, _path, { query = {} } = {}) => {
      asked.push(query.continue === undefined ? 'list' : `list ${query.continue}`);
      const pages = lists[0]!;
      const answer = pages.shift()!;
      if (pages.length === 0) lists.shift();
      return answer;
    },
    lines: async (_path, query, onLine) => {
      asked.push(`watch ${query.resourceVersion}`);
      assert.equal(query.allowWatchBookmarks, 'true');
      const lines = watches.shift();
      if (lines === undefined) {
        stop.abort();
        throw new Error('stopped');
      }
      for (const line of lines) {
        if (line instanceof Error) throw line;
        onLine(JSON.stringify(line));
      }
    },
  };
  await follow<string>({
    api,
    path: '/api/v1/pods',
    signal: stop.signal,
    keep: (object) => object.metadata.name,
    onChange: (items) => states.push([...items.values()].sort()),
    onTrouble: (error) => troubles.push(error),
    backOffMs: 1,
  });
  return { asked, states, troubles };
}

describe('following a kind, by a stand-in', () => {
  test('reads every page before it tells anything', async () => {
    const { asked, states } = await play({
      lists: [[page(['a'], { continue: 'more' }), page(['b'])]],
      watches: [],
    });
    assert.deepEqual(asked, ['list', 'list more', 'watch 10']);
    assert.deepEqual(states, [['a', 'b']]);
  });

  test('goes on from the last bookmark without a new list', async () => {
    const { asked, states } = await play({
      lists: [[page(['a'])]],
      watches: [
        [
          { type: 'ADDED', object: named('b', '11') },
          { type: 'BOOKMARK', object: named('', '42') },
        ],
        [{ type: 'DELETED', object: named('a', '43') }],
      ],
    });
    assert.deepEqual(asked, ['list', 'watch 10', 'watch 42', 'watch 43']);
    assert.deepEqual(states, [['a'], ['a', 'b'], ['b']]);
  });

  test('410 Gone, as an answer or as a line, reads the list again and is no trouble', async () => {
    const gone = new KubernetesError(410, { reason: 'Expired' }, 'too old');
    const line = { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old' } };
    const { asked, states, troubles } = await play({
      lists: [[page(['a'])], [page(['b'])], [page(['b', 'c'])]],
      watches: [[gone], [line]],
    });
    assert.deepEqual(asked, ['list', 'watch 10', 'list', 'watch 10', 'list', 'watch 10']);
    assert.deepEqual(states, [['a'], ['b'], ['b', 'c']]);
    assert.deepEqual(troubles, []);
  });

  test('a broken watch takes nothing away until a whole list says so', async () => {
    const { states, troubles } = await play({
      lists: [[page(['a', 'b'])], [page(['a', 'b'])]],
      watches: [[new KubernetesError(0, {}, 'broken')]],
    });
    assert.deepEqual(states, [
      ['a', 'b'],
      ['a', 'b'],
    ]);
    assert.equal(troubles.length, 1);
  });

  test('a list that breaks between two pages tells nothing', async () => {
    const stop = new AbortController();
    let lists = 0;
    const states: unknown[] = [];
    await follow<string>({
      api: {
        call: async () => {
          lists += 1;
          if (lists === 1) return page(['a'], { continue: 'more' });
          if (lists === 3) stop.abort();
          throw new KubernetesError(500, {}, 'broken');
        },
        lines: async () => {},
      },
      path: '/api/v1/pods',
      signal: stop.signal,
      keep: (object) => object.metadata.name,
      onChange: (items) => states.push(items),
      onTrouble: () => {},
      backOffMs: 1,
    });
    assert.deepEqual(states, []);
  });
});
