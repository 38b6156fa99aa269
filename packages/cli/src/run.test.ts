import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Command } from 'commander';
import { completionScript } from './completion.ts';
import { buildProgram } from './program.ts';
import { type Answer, listOf, problem, registry, rule, runIn } from './testing.ts';

const tree = (): Command => buildProgram({ io: undefined as never, exitCode: 0 });

function leavesOf(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  const inner = command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]));
  return [{ path, command }, ...inner];
}

test('every command has help with a description, and examples where it does something', async () => {
  for (const { path, command } of leavesOf(tree())) {
    const { code, stdout, stderr } = await runIn({}, ...path, '--help');
    assert.equal(code, 0, path.join(' '));
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`^Usage: pharos ?${path.join(' ')}`), path.join(' '));
    assert.ok(command.description() || command.summary(), `${path.join(' ')} has no description`);
    if (command.commands.length === 0) assert.match(stdout, /Examples:\n {2}\$ /, `${path.join(' ')} has no examples`);
  }
});

test('what is unknown is named, with a suggestion, exit code 2 and nothing on stdout', async () => {
  for (const [args, message] of [
    [['regstries'], /Unknown command 'regstries'[\s\S]*Did you mean registries/],
    [['rules', 'preveiw'], /Unknown command 'preveiw'[\s\S]*Did you mean preview/],
    [['tags', 'list', '--engin', 'pge'], /Unknown option '--engin'[\s\S]*Did you mean --engine/],
    [['tags', 'list', '--engine', 'oracle'], /postgresql, epas, pge/],
    [['tags', 'list', '--limit', '0'], /from 1 to 1000/],
    [['registries', 'get'], /Missing required argument 'registry'/],
    [['tokens', 'create', 'ci'], /needs --role, or --robot/],
    [['up', '--port', 'x'], /0 to 65535/],
  ] as [string[], RegExp][]) {
    const { code, stdout, stderr } = await runIn({}, ...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});

test('exit codes say what happened', async () => {
  const ends = async (answer: Answer | undefined): Promise<number> =>
    (await runIn({ api: () => answer }, 'registries', 'list')).code;
  assert.equal(await ends(listOf(registry())), 0);
  assert.equal(await ends(problem(500, 'internal')), 1);
  assert.equal(await ends(problem(409, 'name-taken')), 1);
  assert.equal(await ends(problem(400, 'invalid-input')), 2);
  assert.equal(await ends(problem(404, 'not-found')), 3);
  assert.equal(await ends(problem(401, 'unauthenticated')), 4);
  assert.equal(await ends(problem(403, 'forbidden')), 4);
  assert.equal(await ends(undefined), 5);
  assert.equal(await ends(problem(504, 'agent-timeout')), 5);
  assert.equal(await ends(problem(409, 'agent-absent')), 5);
});

test('with --json an error is a document on stderr', async () => {
  const { stdout, stderr, code } = await runIn(
    { api: () => problem(404, 'not-found', 'Gone.') },
    'tokens',
    'list',
    '--json',
  );
  assert.equal(code, 3);
  assert.equal(stdout, '');
  const { detail, status } = JSON.parse(stderr);
  assert.deepEqual([detail, status], ['Gone.', 404]);
  const usage = await runIn({}, 'tokens', 'lst', '--json');
  assert.equal(JSON.parse(usage.stderr).code, 'usage');
});

test('names and ids are understood, several of a name are not guessed', async () => {
  const here = registry();
  const api = ({ path }: { path: string }): Answer =>
    path === `/registries/${here.id}`
      ? { status: 200, body: here }
      : path.startsWith('/registries/')
        ? problem(404, 'not-found')
        : listOf(here, registry({ id: '33333333-3333-4333-8333-333333333333', name: 'production-2' }));
  const byId = await runIn({ api }, 'registries', 'get', here.id, '--json');
  assert.deepEqual(JSON.parse(byId.stdout), here);
  const byName = await runIn({ api }, 'registries', 'get', 'production', '-q');
  assert.equal(byName.stdout, `${here.id}\n`);
  assert.equal((await runIn({ api }, 'registries', 'get', 'prod')).code, 3);
  const twice = await runIn(
    { api: () => listOf(here, registry({ source: 'file' })) },
    'registries',
    'get',
    'production',
  );
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /2 are called "production"/);
});

test('a password comes from stdin or a variable, and only with a user name', async () => {
  const api = () => ({ status: 201, body: registry() });
  const add = ['registries', 'add', 'production', 'registry.example.com'];
  const piped = await runIn({ api, stdin: 'pa ss\n' }, ...add, '--username', 'robot', '--password-stdin');
  const sent = (piped.calls[0]!.body as { authentication: object }).authentication;
  assert.deepEqual(sent, { type: 'basic', username: 'robot', password: 'pa ss' });
  assert.doesNotMatch(piped.stdout + piped.stderr, /pa ss/);
  const token = await runIn({ api, env: { T: 'tok' } }, ...add, '--token-env', 'T');
  assert.deepEqual((token.calls[0]!.body as { authentication: object }).authentication, {
    type: 'token',
    token: 'tok',
  });
  assert.equal((await runIn({ api }, ...add, '--username', 'robot')).code, 2);
  assert.equal((await runIn({ api, stdin: 'x' }, ...add, '--password-stdin')).code, 2);
  assert.equal((await runIn({ api }, ...add, '--username', 'robot', '--password-env', 'NOT_SET')).code, 2);
});

test('identities of clouds: by flags, with the secret from elsewhere, and only with what belongs together', async () => {
  const api = () => ({ status: 201, body: registry() });
  const env = { S: 'canary-secret' };
  const add = (...flags: string[]) => runIn({ api, env }, 'registries', 'add', 'x', 'host', ...flags);
  const sent = async (...flags: string[]) => {
    const { calls, stdout, stderr } = await add(...flags);
    assert.doesNotMatch(stdout + stderr, /canary/);
    return (calls[0]!.body as { authentication: object }).authentication;
  };
  assert.deepEqual(await sent('--auth', 'acr'), { type: 'acr', method: 'workload_identity' });
  const principal = ['--auth', 'acr', '--auth-method', 'service_principal', '--client-id', 'c'];
  assert.deepEqual(await sent(...principal, '--tenant-id', 't', '--secret-env', 'S'), {
    type: 'acr',
    method: 'service_principal',
    tenantId: 't',
    clientId: 'c',
    clientSecret: 'canary-secret',
  });
  assert.deepEqual(await sent('--auth', 'ecr', '--region', 'eu-central-1'), { type: 'ecr', region: 'eu-central-1' });
  assert.deepEqual(await sent('--auth', 'gcp'), { type: 'gcp' });
  for (const wrong of [
    [...principal, '--secret-env', 'S'],
    ['--auth', 'ecr', '--access-key-id', 'A'],
    ['--auth', 'gcp', '--region', 'eu-central-1'],
    ['--role-arn', 'x'],
    ['--auth', 'gcp', '--username', 'u'],
  ]) {
    const refused = await add(...wrong);
    assert.equal(refused.code, 2, wrong.join(' '));
    assert.equal(refused.calls.length, 0);
  }
});

test('a registry takes the address of its API and a budget, and loses them by "none"', async () => {
  const before = registry({ budget: { requestsPerDay: 1000, concurrency: 4 } });
  const api = ({ method }: { method: string }): Answer => ({
    ...(method === 'GET' ? listOf(before) : { status: 200, body: before }),
  });
  const run = async (...args: string[]) => {
    const { calls, code } = await runIn({ api }, 'registries', ...args);
    return { code, body: calls.at(-1)?.body as { apiUrl?: unknown; budget?: unknown } | undefined };
  };
  const flags = ['--api-url', 'https://api.example.com', '--requests-per-day', '10000', '--concurrency', '2'];
  const added = await run('add', 'production', 'registry.example.com', ...flags);
  assert.equal(added.body?.apiUrl, 'https://api.example.com');
  assert.deepEqual(added.body?.budget, { requestsPerDay: 10_000, concurrency: 2 });
  const edited = await run('edit', 'production', '--requests-per-day', 'none', '--api-url', 'none');
  assert.deepEqual([edited.body?.apiUrl, edited.body?.budget], [null, { requestsPerDay: null, concurrency: 4 }]);
  assert.equal((await run('edit', 'production', '--interval', '1h')).body?.budget, undefined);
  for (const wrong of [
    ['--concurrency', '65'],
    ['--requests-per-day', '0'],
    ['--api-url', 'api.example.com'],
  ]) {
    assert.equal((await run('edit', 'production', ...wrong)).code, 2, wrong.join(' '));
  }
});

test('what changed about a registry is a list, with what was before', async () => {
  const change = {
    id: 7,
    at: '2026-01-01T00:00:00.000Z',
    subject: 'tls',
    from: 'ok',
    to: 'error',
    message: 'Expired.',
  };
  const api = ({ path }: { path: string }): Answer =>
    path.includes('/events') ? listOf({ ...change, code: 'tls-expired' }) : listOf(registry());
  const { stdout, code } = await runIn({ api }, 'registries', 'events', 'production');
  assert.equal(code, 0);
  assert.match(stdout, /tls +ok +error +Expired\./);
});

test('a registry with tags is removed only with --yes', async () => {
  const api = ({ method }: { method: string }): Answer => (method === 'DELETE' ? { status: 204 } : listOf(registry()));
  const asked = await runIn({ api }, 'registries', 'remove', 'production');
  assert.equal(asked.code, 2);
  assert.ok(!asked.calls.some((call) => call.method === 'DELETE'));
  const sure = await runIn({ api }, 'registries', 'remove', 'production', '--yes');
  assert.equal(sure.code, 0);
  assert.ok(sure.calls.some((call) => call.method === 'DELETE'));
});

test('a probe that fails gives 6, one that nobody answers 5', async () => {
  const probe = async (state: string, code: string | null): Promise<number> => {
    const status = { state, message: 'It failed.', code, checks: [], checkedAt: null };
    const api = ({ method }: { method: string }): Answer =>
      method === 'POST' ? { status: 200, body: status } : listOf(registry());
    return (await runIn({ api }, 'registries', 'probe', 'production')).code;
  };
  assert.equal(await probe('ok', null), 0);
  assert.equal(await probe('warning', 'catalog-unavailable'), 0);
  assert.equal(await probe('error', 'unauthorized'), 6);
  assert.equal(await probe('error', 'connection-refused'), 5);
});

test('scan --wait follows every scan to its end and gives 6 when one is partial', async () => {
  const scan = (status: string) => ({
    id: '44444444-4444-4444-8444-444444444444',
    registry: 'production',
    repository: null,
    status,
    requests: 7,
    tags: { listed: 3, seen: 3, added: 1, moved: 0, missing: 0, retired: 0, failed: 1 },
    progress: { done: 1, total: 3, step: 'reading' },
    message: '',
    hint: null,
    failures: [{ subject: 'pg:17', code: 'timeout', message: 'No answer.', hint: null }],
  });
  let polls = 0;
  const api = ({ method, path }: { method: string; path: string }): Answer => {
    if (method === 'POST') return { status: 202, body: scan('running') };
    if (path.startsWith('/scans/')) return { status: 200, body: scan(polls++ === 0 ? 'running' : 'partial') };
    return listOf(registry());
  };
  const { code, stdout, stderr } = await runIn({ api, isTerminal: true, env: { NO_COLOR: '1' } }, 'scan', '--wait');
  assert.equal(code, 6);
  assert.match(stdout, /^partial {2}production {2}3 tags, 1 added, 1 failed, 7 requests$/m);
  assert.match(stdout, /pg:17: No answer. \(timeout\)/);
  assert.match(stderr, /1\/3 \(33 %\) reading/);
});

test('flags of a rule change what they name and keep the rest', async () => {
  const before = rule({ tags: [{ include: ['17.*'], exclude: ['*-debug'], order: 'version', keep: 5 }] });
  const api = ({ method }: { method: string }): Answer =>
    method === 'PATCH' ? { status: 200, body: before } : listOf(before);
  const { calls, code } = await runIn({ api }, 'rules', 'edit', 'postgres', '--keep', '9', '--scheme', 'semver');
  assert.equal(code, 0);
  assert.deepEqual(calls.find((call) => call.method === 'PATCH')?.body, {
    tags: [
      {
        include: ['17.*'],
        exclude: ['*-debug'],
        order: 'version',
        version: { scheme: 'semver', prerelease: 'include', parsedOnly: false },
        keep: 9,
      },
    ],
  });
  const unscheduled = await runIn({ api }, 'rules', 'edit', 'postgres', '--no-schedule');
  assert.deepEqual(unscheduled.calls.find((call) => call.method === 'PATCH')?.body, { schedule: null });
  const both = await runIn({ api }, 'rules', 'edit', 'postgres', '--no-schedule', '--every', '1h');
  assert.deepEqual([both.code, both.calls.length], [2, 0]);
  const two = rule({ tags: [before.tags[0], before.tags[0]] });
  assert.equal((await runIn({ api: () => listOf(two) }, 'rules', 'edit', 'postgres', '--keep', '9')).code, 2);
  assert.equal((await runIn({ api: () => listOf(before) }, 'rules', 'edit', 'postgres')).code, 2);
});

test('--all reads every page and answers one body', async () => {
  const api = ({ path }: { path: string }): Answer => {
    const second = path.includes('cursor=two');
    const items = [registry({ name: second ? 'b' : 'a' })];
    return { status: 200, body: { items, next: second ? null : 'two', total: 2 } };
  };
  const { stdout, calls } = await runIn({ api }, 'registries', 'list', '--all', '--json');
  const body = JSON.parse(stdout);
  assert.deepEqual([body.items.length, body.next, body.total], [2, null, 2]);
  assert.match(calls[0]!.path, /limit=1000/);
});

test('a token is the only thing on stdout', async () => {
  const api = () => ({ status: 201, body: { id: rule().id, token: 'ph_abc', expiresAt: null } });
  const { stdout, stderr } = await runIn({ api }, 'tokens', 'create', 'eu', '--role', 'agent');
  assert.equal(stdout, 'ph_abc\n');
  assert.match(stderr, /not shown again/);
});

test('completion scripts are valid and know commands, options and choices', async () => {
  const program = tree();
  const bash = completionScript(program, 'bash');
  const checked = spawnSync('bash', ['-n'], { input: bash });
  assert.equal(checked.status, 0, String(checked.stderr));
  const complete = (...words: string[]): string[] => {
    const script = `${bash}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _pharos; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    return stdout.trim().split('\n').filter(Boolean);
  };
  assert.deepEqual(complete('pharos', 'regi'), ['registries']);
  assert.deepEqual(complete('pharos', 'rules', 'pre'), ['preview']);
  assert.deepEqual(complete('pharos', 'tags', 'list', '--eng'), ['--engine']);
  assert.deepEqual(complete('pharos', 'tags', 'list', '--engine', ''), ['postgresql', 'epas', 'pge']);
  assert.deepEqual(complete('pharos', 'completion', ''), ['bash', 'zsh']);
  const zsh = (await runIn({}, 'completion', 'zsh')).stdout;
  assert.match(zsh, /^#compdef pharos/);
  assert.match(zsh, /'registries:connect container registries'/);
  const hasZsh = spawnSync('zsh', ['-n'], { input: zsh });
  if (hasZsh.error === undefined) assert.equal(hasZsh.status, 0, String(hasZsh.stderr));
  assert.equal((await runIn({}, 'completion', 'fish')).code, 2);
});
