/** Bad input, part 3: what people write. Rules whose pattern cannot be run, and YAML. Nothing of it changes anything. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ApiError, Problem } from '@pharos/contract';
import { cleanUp, makeFolder, type Pharos, runPharos, startPharos } from './support/pharos.ts';
import { assertRefused, command } from './support/told.ts';

function file(name: string, text: string): string {
  const path = join(makeFolder(), name);
  writeFileSync(path, text);
  return path;
}

const DISCOVERY = `agent:
  beacon_server: stdout
dispatcher:
  location_id: eu-west
  capabilities:
    provisioning:
      images:
        discovery:
`;
/** Ten levels of ten: 10^10 strings when somebody resolves it. */
const BOMB = `a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol","lol"]
${[...'bcdefghij'].map((key, n) => `${key}: &${key} [${Array(10).fill(`*${'abcdefghi'[n]}`).join(',')}]`).join('\n')}
`;

after(cleanUp);

describe('a pattern that cannot be run', () => {
  let pharos: Pharos;
  before(async () => {
    pharos = await startPharos({ env: { PHAROS_SAMPLE: 'false' } });
  });
  after(async () => {
    await pharos?.stop();
  });

  const cases = [
    ['a look-ahead', 're:(?=17)', 3],
    ['a back-reference', 're:(a)\\1', 6],
    ['an open bracket', '17.[0-9', 3],
  ] as const;
  for (const [what, pattern, position] of cases) {
    test(`${what}: the API answers 400 with path and position, the CLI exit code 2`, async () => {
      const rule = { name: 'bad', repositories: { include: ['postgres*'] }, tags: [{ include: ['17.*', pattern] }] };
      for (const [call, path] of [
        [() => pharos.client('createRule', { body: rule }), 'tags.0.include.1'],
        [() => pharos.client('previewRule', { body: { rule } }), 'rule.tags.0.include.1'],
      ] as const) {
        const problem = await (call() as Promise<unknown>).then(
          () => assert.fail('it was taken'),
          (error: ApiError): Problem => error.problem,
        );
        assert.equal(problem.status, 400);
        assert.equal(problem.code, 'invalid-pattern');
        assert.equal(problem.errors?.[0]?.path, path);
        assert.equal(problem.errors?.[0]?.position, position);
        assert.ok(problem.detail && problem.hint);
      }
      assertRefused(await command(pharos, 'rules', 'add', 'bad', '--repository', 'postgres*', '--tag', pattern), {
        code: 'invalid-pattern',
        exit: 2,
      });
      assert.deepEqual((await pharos.client('listRules', { query: {} })).items, []);
    });
  }

  test('in the file of an agent it is refused with its line', async () => {
    const text = `${DISCOVERY}          registry:
            url: registry.example.com
            rules:
              - name: bad
                repositories: { include: ["re:(?=17)"] }
`;
    assertRefused(await runPharos(['agent', '--check', '-f', file('beacon_agent.yaml', text)]), {
      code: 'agent-config-invalid',
      exit: 2,
      says: /line 1[123]/,
    });
  });

  const applied: [what: string, text: string, says: RegExp][] = [
    ['a tab', 'registries:\n  - name: a\n\turl: b\n', /line 3/],
    ['an alias bomb', `${BOMB}registries: []\n`, /[Aa]lias/],
    ['a misspelt key', 'rules:\n  - name: a\n    repositorys: { include: ["*"] }\n', /line [23].*repositor/s],
  ];
  for (const [what, text, says] of applied) {
    test(`pharos apply: ${what} is refused with its place, and nothing is applied`, async () => {
      const good = 'kind: Registry\nname: good\nurl: registry.example.com\n';
      const ended = await command(pharos, 'apply', '-f', file('a-good.yaml', good), '-f', file('b-bad.yaml', text));
      assertRefused(ended, { code: 'apply-invalid', exit: 2, says });
      assert.deepEqual((await pharos.client('listRegistries', { query: {} })).items, []);
    });
  }

  test('pharos apply names the line of a misspelt key and the one that was meant', async () => {
    const text = 'rules:\n  - name: a\n    repositories: { include: ["*"] }\n    descripton: a typing error\n';
    assert.match((await command(pharos, 'apply', '-f', file('bad.yaml', text))).stderr, /line 4.*"description"/s);
  });
});

describe("bad YAML in the agent's file", () => {
  const cases: [what: string, text: string, says: RegExp][] = [
    ['a tab', `${DISCOVERY}\t  interval: 5m\n`, /line 9.*tab/s],
    ['an alias bomb', BOMB, /line 2.*[Aa]lias/s],
    ['a misspelt key', DISCOVERY.replace('location_id', 'locaton_id'), /line 4.*"locaton_id".*"location_id"/s],
    ['a key twice', `${DISCOVERY}          interval: 5m\n          interval: 6m\n`, /line 10/],
    ['a value of the wrong type', `${DISCOVERY}          registries: yes please\n`, /line 9.*registries/s],
    ['a variable that is not set', `${DISCOVERY}          registry: { url: $NOT_SET_ANYWHERE }\n`, /NOT_SET_ANYWHERE/],
  ];
  for (const [what, text, says] of cases) {
    test(`${what}: refused with line and next step by --check, agent and up alike`, async () => {
      const path = file('beacon_agent.yaml', text);
      const data = ['--data-dir', join(makeFolder(), 'data')];
      const expected = { code: 'agent-config-invalid', exit: 2, says };
      const runs = await Promise.all([
        runPharos(['agent', '--check', '-f', path]),
        runPharos(['agent', '-f', path, ...data]),
        runPharos(['up', '--port', '0', '--agent-config', path, ...data]),
      ]);
      for (const ended of runs) {
        assertRefused(ended, expected);
        assert.ok(ended.stderr.includes(path), 'the file is named');
      }
    });
  }

  test('a file that is not there', async () => {
    assertRefused(await runPharos(['agent', '--check', '-f', '/nonexistent/beacon_agent.yaml']), {
      code: 'agent-config-invalid',
      exit: 2,
      says: /no such file/i,
    });
  });

  test('a secret that slipped into a wrong place is not printed', async () => {
    const text = DISCOVERY.replace('beacon_server: stdout', 'access_key: [canary-5e1f]').concat(
      '          registry: { url: "https://u:canary-5e1f@registry.example.com", authentication: { type: basic, username: u, password: { a: canary-5e1f } } }\n',
    );
    const { code, stdout, stderr } = await runPharos(['agent', '--check', '-f', file('beacon_agent.yaml', text)]);
    assert.equal(code, 2);
    assert.doesNotMatch(stdout + stderr, /canary-5e1f/);
  });
});
