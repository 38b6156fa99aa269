import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isQuery } from './query.ts';
import { type Call, listOf, runIn } from './testing.ts';

test('tells queries from the names of repositories', () => {
  for (const query of ['engine:epas', '-kind:model', 'platform:linux/arm64', 'full 17', '"a"', 'registry:"a b"']) {
    assert.ok(isQuery(query), query);
  }
  for (const name of ['postgresql', 'localhost:5000/postgresql', 'nim/meta/llama', 'a-b'])
    assert.ok(!isQuery(name), name);
});

const invalid = (call: Call) =>
  call.path.startsWith('/tags')
    ? {
        status: 400,
        body: {
          type: 'about:blank',
          status: 400,
          code: 'invalid-query',
          title: 'The query cannot be read',
          detail: 'There is no field "enigne".',
          hint: 'Did you mean engine?',
          errors: [{ path: 'q', message: 'There is no field "enigne".', position: 5 }],
        },
      }
    : listOf();

test('an error in a query is shown below its character and ends as bad input', async () => {
  const { code, stderr, stdout } = await runIn({ api: invalid }, 'tags', 'list', 'full enigne:epas');
  assert.deepEqual([code, stdout], [2, '']);
  const lines = stderr.split('\n');
  const at = lines.findIndex((line) => line.includes('full enigne:epas'));
  assert.equal(lines[at + 1]!.indexOf('^'), lines[at]!.indexOf('enigne'));
  assert.match(stderr, /Did you mean engine\?/);
  const json = JSON.parse((await runIn({ api: invalid }, 'tags', 'facets', 'full enigne:epas', '--json')).stderr);
  assert.deepEqual(json.errors, [{ path: 'q', message: 'There is no field "enigne".', position: 5 }]);
});

test('a query goes to the server as it was typed, joined with --search', async () => {
  const asked = async (...args: string[]) => {
    const { calls } = await runIn({ api: () => listOf() }, ...args);
    return new URL(calls.at(-1)!.path, 'http://x').searchParams.get('q');
  };
  assert.equal(
    await asked('tags', 'list', 'engine:epas -major:<16', '--search', 'full'),
    'engine:epas -major:<16 full',
  );
  assert.equal(await asked('repositories', 'list', 'extension:vector'), 'extension:vector');
  assert.equal(await asked('tags', 'list'), null);
});

test('one word that names no repository is told how to search for it', async () => {
  const ran = await runIn({ api: () => listOf() }, 'tags', 'list', "tri'xie");
  assert.equal(ran.code, 3);
  assert.match(ran.stderr, /See "pharos repositories list", or search .*: pharos tags list --search 'tri'\\''xie'/);
});

test('a pattern of a rule that cannot be run is shown with its character', async () => {
  const refusing = (path: string) => () => ({
    status: 400,
    body: {
      type: 'about:blank',
      status: 400,
      code: 'invalid-pattern',
      title: 'A pattern cannot be run',
      detail: 'missing closing ).',
      hint: 'The syntax is RE2.',
      errors: [{ path, message: 'missing closing ).', position: 4 }],
    },
  });
  const flags = ['--repository', 'apps/**', '--tag', 'a', '--tag', 're:x('];
  for (const [path, ...args] of [
    ['tags.0.include.1', 'rules', 'add', 'apps', ...flags],
    ['rule.tags.0.include.1', 'rules', 'preview', ...flags],
  ] as const) {
    const { code, stderr } = await runIn({ api: refusing(path) }, ...args);
    assert.equal(code, 2, stderr);
    const lines = stderr.split('\n');
    const at = lines.findIndex((line) => line.trim() === 're:x(');
    assert.equal(lines[at + 1]?.indexOf('^'), lines[at]!.indexOf('('), stderr);
  }
});
