import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Call, listOf, problem, registry, rule, runIn } from '../testing.ts';

const ANSWER = {
  registryId: registry().id,
  registry: 'production',
  repository: 'postgresql',
  repositoryId: null,
  tag: '17.4-rc1',
  included: false,
  inLibrary: false,
  listedAt: '2026-01-01T00:00:00.000Z',
  rules: [
    {
      rule: { id: rule().id, name: 'releases' },
      included: false,
      code: 'tag-excluded',
      reason: 'A tag pattern of the rule excludes it.',
      clause: 'tags.0.exclude.1',
      text: '*-rc*',
    },
  ],
};
const api = ({ path }: Call): Answer =>
  path.startsWith('/explain') ? { status: 200, body: { items: [ANSWER] } } : listOf(registry());
const asked = (calls: Call[]) =>
  Object.fromEntries(new URL(calls.at(-1)!.path, 'http://localhost').searchParams.entries());

test('every rule is told with its answer, its sentence, and the clause with its text', async () => {
  const { code, stdout, calls } = await runIn({ api }, 'explain', 'postgresql:17.4-rc1');
  assert.equal(code, 0);
  assert.deepEqual(asked(calls), { repository: 'postgresql', tag: '17.4-rc1' });
  assert.match(stdout, /registry +production/);
  assert.match(stdout, /answer +not in the library/);
  assert.match(stdout, /releases +no +tags\.0\.exclude\.1 = \*-rc\* +A tag pattern of the rule excludes it\./);
});

test('--json is the answer as it came', async () => {
  const { code, stdout } = await runIn({ api }, 'explain', 'postgresql:17.4-rc1', '--json');
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { items: [ANSWER] });
});

test('a registry is named before the repository or by --registry; other slashes belong to the repository', async () => {
  const registryId = registry().id;
  const before = await runIn({ api }, 'explain', 'production/team/postgresql:17');
  assert.deepEqual(asked(before.calls), { registryId, repository: 'team/postgresql', tag: '17' });
  const flag = await runIn({ api }, 'explain', 'team/postgresql:17', '--registry', 'production');
  assert.deepEqual(asked(flag.calls), { registryId, repository: 'team/postgresql', tag: '17' });
  const none = await runIn({ api }, 'explain', 'team/postgresql:17');
  assert.deepEqual(asked(none.calls), { repository: 'team/postgresql', tag: '17' });
});

test('a tag that nobody lists gives 3, a reference without a tag 2 and no call', async () => {
  const absent = await runIn({ api: () => problem(404, 'not-found', 'No registry lists it.') }, 'explain', 'a:1');
  assert.equal(absent.code, 3);
  assert.match(absent.stderr, /No registry lists it\./);
  assert.equal(absent.stdout, '');
  const wrong = await runIn({ api }, 'explain', 'localhost:5000/postgresql');
  assert.equal(wrong.code, 2);
  assert.equal(wrong.calls.length, 0);
  assert.equal((await runIn({ api }, 'explain', 'postgresql:17', '--registry', 'elsewhere')).code, 3);
});
