import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Registry, RegistryPatch, Rule } from '@pharos/contract';
import { type Answer, type Call, listOf, problem, registry, rule, runIn, temporaryDirectory } from '../testing.ts';
import { readDocuments } from './document.ts';
import { NOTHING } from './known.ts';
import type { Known } from './noun.ts';
import { plan } from './plan.ts';
import type { Step } from './step.ts';

const FILE = `
registries:
  - name: production
    url: https://Registry.Example.com/
    interval: 5m
    authentication: { type: basic, username: robot, password: $REGISTRY_PASSWORD }
rules:
  - name: postgres
    registry: production
    kind: postgres
    repositories: { include: ["postgres*"] }
    tags: [{ include: ["17.*"], keep: 20 }]
`;

const read = (text: string, env: Record<string, string> = { REGISTRY_PASSWORD: 'hunter2' }) =>
  readDocuments(['-'], { env, cwd: '/', stdin: [text] } as never);
const signedIn = { authentication: { type: 'basic', username: 'robot', secret: 'stored' } };
const known = (registries: object[], rules: object[] = []): Known => ({
  ...NOTHING,
  registries: registries as Registry[],
  rules: rules as Rule[],
});
const bodyOf = (step: Step | undefined): RegistryPatch => step?.body ?? {};
const words = (steps: ReturnType<typeof plan>) => steps.map((step) => `${step.noun} ${step.name} ${step.action}`);

test('what is not there is created, registries before rules, and the secret is not shown', async () => {
  const steps = plan(await read(FILE), known([]));
  assert.deepEqual(words(steps), ['registry production create', 'rule postgres create']);
  assert.doesNotMatch(JSON.stringify(steps.map((step) => step.changes)), /hunter2/);
  assert.deepEqual(bodyOf(steps[0]).authentication, { type: 'basic', username: 'robot', password: 'hunter2' });
});

test('applying twice changes nothing: the library shows addresses and defaults in its own way', async () => {
  const tags = [{ include: ['17.*'], exclude: [], order: 'version', keep: 20 }];
  const steps = plan(await read(FILE), known([registry(signedIn)], [rule({ tags })]));
  assert.deepEqual(words(steps), ['registry production unchanged', 'rule postgres unchanged']);
});

test('a difference is told field by field', async () => {
  const before = registry({
    ...signedIn,
    intervalSeconds: 60,
    tls: { caCerts: '', skipVerify: true, plainHttp: false },
  });
  const [first, second] = plan(await read(FILE), known([before], [rule({ tags: [] })]));
  assert.equal(first?.action, 'update');
  assert.deepEqual(first?.changes, [
    { field: 'tls.skipVerify', before: 'true', after: null },
    { field: 'interval', before: '60s', after: '300s' },
  ]);
  assert.ok(!('authentication' in bodyOf(first)), 'the credential is left alone');
  const set = '{"exclude":[],"include":["17.*"],"keep":20,"order":"version"}';
  assert.deepEqual(second?.changes, [{ field: 'tags.0', before: null, after: set }]);
});

test('a credential is sent when it must be: other user, void, new address, or asked for', async () => {
  const documents = await read(FILE);
  const sends = (over: object, options = {}): boolean => {
    const [step] = plan({ ...documents, rules: [] }, known([registry({ ...signedIn, ...over })]), options);
    return step?.action === 'update' && 'authentication' in bodyOf(step);
  };
  assert.equal(sends({}), false);
  assert.equal(sends({ authentication: { ...signedIn.authentication, username: 'other' } }), true);
  assert.equal(sends({ authentication: { ...signedIn.authentication, secret: 'void' } }), true);
  assert.equal(sends({ url: 'old.example.com' }), true);
  assert.equal(sends({}, { updateSecrets: true }), true);
});

test('API address and budget are compared field by field, and left out they are none', async () => {
  const wanted = await read(`
kind: Registry
name: production
url: registry.example.com
apiUrl: https://api.example.com
budget: { requestsPerDay: 10000 }
authentication: { type: basic, username: robot, password: x }
`);
  const budget = { requestsPerDay: 10_000, concurrency: null };
  const same = registry({ ...signedIn, apiUrl: 'https://api.example.com', budget });
  assert.deepEqual(words(plan(wanted, known([same]))), ['registry production unchanged']);
  const [step] = plan(wanted, known([registry({ ...signedIn, budget: { ...budget, concurrency: 2 } })]));
  assert.deepEqual(
    step?.changes.map(({ field, before, after }) => [field, before, after]),
    [
      ['apiUrl', null, 'https://api.example.com'],
      ['budget.concurrency', '2', null],
      ['authentication', 'basic robot', 'basic robot, new credential'],
    ],
  );
  const [dropped] = plan(await read('{ kind: Registry, name: production, url: registry.example.com }'), known([same]));
  const { apiUrl, budget: wide } = bodyOf(dropped);
  assert.deepEqual([dropped?.action, apiUrl, wide?.requestsPerDay], ['update', null, null]);
});

test('sign-in that the file leaves out stays as it is', async () => {
  const documents = await read('kind: Registry\nname: production\nurl: registry.example.com\n');
  assert.deepEqual(words(plan(documents, known([registry(signedIn)]))), ['registry production unchanged']);
});

test('certificates are compared by their text', async () => {
  const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;
  const documents = await read(
    JSON.stringify({
      kind: 'Registry',
      name: 'production',
      url: 'registry.example.com',
      tls: { caCerts: pem('AAAA') },
    }),
  );
  const withCa = (caCerts: string) => known([registry({ tls: { caCerts, skipVerify: false, plainHttp: false } })]);
  assert.equal(plan(documents, withCa(`${pem('AAAA')}\n`))[0]?.action, 'unchanged');
  assert.equal(plan(documents, withCa(pem('BBBB')))[0]?.action, 'update');
});

test('what comes from an agent file is left alone; another location or registry is refused', async () => {
  const documents = await read(FILE);
  const steps = plan(documents, known([registry({ source: 'file' })], [rule({ source: 'file' })]));
  assert.deepEqual(words(steps), ['registry production skip', 'rule postgres skip']);
  const moved = await read('{ kind: Registry, name: production, url: registry.example.com, location: eu }');
  assert.deepEqual(words(plan(moved, known([registry()]))), ['registry production conflict']);
  const lost = await read('{ kind: Rule, name: a, registry: gone, repositories: { include: [x] } }');
  assert.deepEqual(words(plan(lost, known([]))), ['rule a conflict']);
});

test('every mistake is told at once, with file and line, and without secrets', async () => {
  const wrong = async (text: string, ...expected: RegExp[]) => {
    await assert.rejects(read(text, {}), (error: { code: string; errors: { path: string; message: string }[] }) => {
      assert.equal(error.code, 'apply-invalid');
      const lines = error.errors.map(({ path, message }) => `${path}: ${message}`).join('\n');
      for (const one of expected) assert.match(lines, one);
      return true;
    });
  };
  await wrong(FILE, /stdin line 6.*REGISTRY_PASSWORD is not set/);
  await wrong('kind: Registry\nname: a\nurl: h\nurll: x\n', /line 4.*"urll".*"url"/);
  await wrong(
    'rules:\n  - name: a\n    repositories: { include: [] }\n  - nam: b\n',
    /line 3 repositories\.include/,
    /line 4.*name/,
  );
  await wrong('kind: Registry\nname: a\n\turl: h\n', /line 3/);
  await wrong('kind: Regisrty\nname: a\n', /line 1: Unknown kind "Regisrty"\. Did you mean "Registry"\?$/);
  await wrong('kind: Quark\nname: a\n', /Unknown kind "Quark"\. Write one of "kind: Registry"/);
  await wrong('policys: []\n', /line 1: Unknown key "policys"\. Did you mean "policies"\?$/);
  await wrong(
    'clusters:\n  - name: a\n    location: x\n    image: a:1\n  - { name: b, location: x, image: a:1, storage: 5 }\nruls: []\n',
    /line 2 storage: is missing\./,
    /line 5 storage: expected string, received number; or expected object, received number/,
    /line 6: Unknown key "ruls"\. Did you mean "rules"\?/,
  );
  await wrong('registries: {}\n', /must be a list/);
  await wrong('kind: Registry\nname: a\nurl: h\ninterval: soon\n', /line 4.*duration/);
  await wrong(
    '{kind: Registry, name: a, url: h}\n---\n{kind: Registry, name: a, url: h}\n',
    /line 3: The registry "a" stands at stdin line 1/,
  );
  const bomb = `a: &a [${'x,'.repeat(9)}x]\n${[...'bcdefghij'].map((key, index) => `${key}: &${key} [${`*${'abcdefghi'[index]},`.repeat(9)}]`).join('\n')}\n`;
  await wrong(bomb, /alias/i);
});

test('"$$" stands for a dollar sign', async () => {
  const text = '{ kind: Registry, name: a, url: h, authentication: { type: basic, username: u, password: $$PATH } }';
  const { registries } = await read(text, { PATH: 'no' });
  assert.deepEqual(registries[0]?.input.authentication, { type: 'basic', username: 'u', password: '$PATH' });
});

/** A control plane that remembers. */
function controlPlane(): { api: (call: Call) => Answer; changes: () => Call[] } {
  const registries: object[] = [];
  const rules: object[] = [];
  const changes: Call[] = [];
  const api = (call: Call): Answer => {
    const [, noun] = call.path.split(/[/?]/);
    const rows = noun === 'rules' ? rules : registries;
    if (call.method === 'GET') return listOf(...rows);
    changes.push(call);
    const { name } = call.body as { name: string };
    if (name === 'broken') return problem(400, 'invalid-input', 'Not this one.');
    const { password: _, ...signIn } = (call.body as { authentication?: Record<string, string> }).authentication ?? {};
    const row =
      noun === 'rules'
        ? rule(call.body as object as Record<string, unknown>)
        : registry({ name, authentication: { username: null, ...signIn, secret: 'stored' } });
    rows.push(row);
    return { status: 201, body: row };
  };
  return { api, changes: () => changes };
}

test('pharos apply: dry run changes nothing, the first run creates, the second changes nothing', async (t) => {
  const cwd = temporaryDirectory(t);
  mkdirSync(join(cwd, 'library'));
  writeFileSync(join(cwd, 'library/all.yaml'), FILE);
  writeFileSync(join(cwd, 'library/notes.txt'), 'not YAML: [');
  const { api, changes } = controlPlane();
  const world = { api, cwd, env: { REGISTRY_PASSWORD: 'hunter2' } };
  const dry = await runIn(world, 'apply', '-f', 'library', '--dry-run');
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, /^registry production {2}would be created\n {2}\+ url: registry.example.com$/m);
  assert.equal(changes().length, 0);
  assert.equal((await runIn(world, 'apply', '-f', 'library', '--exit-code')).code, 6);
  assert.equal(changes().length, 0);
  const first = await runIn(world, 'apply', '-f', 'library');
  assert.equal(first.code, 0, first.stderr + first.stdout);
  assert.deepEqual(
    changes().map(({ method, path }) => `${method} ${path}`),
    ['POST /registries', 'POST /rules'],
  );
  const second = await runIn(world, 'apply', '-f', 'library', '--exit-code');
  assert.equal(second.code, 0);
  assert.equal(second.stdout, 'registry production  unchanged\nrule postgres  unchanged\n');
  const json = JSON.parse((await runIn(world, 'apply', '-f', 'library', '--json')).stdout);
  assert.deepEqual(
    json.items.map(({ kind, action }: Record<string, string>) => `${kind} ${action}`),
    ['registry unchanged', 'rule unchanged'],
  );
  assert.equal(changes().length, 2);
  assert.doesNotMatch(dry.stdout + first.stdout, /hunter2/);
});

test('one that fails does not stop the others, and decides the exit code', async (t) => {
  const cwd = temporaryDirectory(t);
  const one = (name: string) => `{ kind: Rule, name: ${name}, repositories: { include: [x] } }`;
  writeFileSync(join(cwd, 'a.yaml'), `${one('broken')}\n---\n${one('fine')}\n`);
  const { api } = controlPlane();
  const { code, stdout } = await runIn({ api, cwd }, 'apply', '-f', 'a.yaml');
  assert.equal(code, 2);
  assert.match(stdout, /rule broken {2}failed[\s\S]*Not this one[\s\S]*rule fine {2}created/);
  assert.equal((await runIn({ api, cwd }, 'apply', '-f', 'gone.yaml')).code, 2);
});
