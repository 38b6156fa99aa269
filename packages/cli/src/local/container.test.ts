import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Inspected, listDatabases, portsOf, removeDatabase, startDatabase, stopDatabase } from './container.ts';
import { type EngineName, findEngine } from './engine.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const RUN = {
  ...{ repository: 'registry.example.com/postgresql', digest: DIGEST, name: 'pharos-postgresql', user: 'postgres' },
  ...{ port: 0, plainHttp: true, hostNetwork: false },
};

/**
 * Stands in for podman and docker: notes how it was called, and answers as they do. Each publishes on the port that the
 * test listens on, docker only while the container runs.
 */
const STAND_IN = (node: string) => `#!${node}
const fs = require('node:fs');
const [name, port, file] = [process.argv[1].split('/').at(-1), process.env.STAND_IN_PORT, process.env.STAND_IN_FILE];
const args = process.argv.slice(2);
const state = JSON.parse(fs.readFileSync(file, 'utf8'));
state.calls.push(args);
const say = (text) => process.stdout.write(text + '\\n');
const at = (flag) => args[args.indexOf(flag) + 1];
const verb = args[0];
if (verb === 'image') say(args.at(3).includes('RepoDigests') ? JSON.stringify(['x@' + (state.digest ?? '${DIGEST}')]) : '0');
if (verb === 'run') {
  const labels = args.filter((_, n) => args[n - 1] === '--label').map((text) => text.split(/=(.*)/));
  const asked = args.includes('--publish') ? at('--publish').split(':') : null;
  state.container = { labels: Object.fromEntries(labels), asked, name: at('--name'), status: 'running' };
  state.password = process.env.PHAROS_PASSWORD;
  state.port = process.env.PHAROS_PORT;
  state.listen = process.env.PHAROS_LISTEN;
}
if (verb === 'start') state.container.status = 'running';
if (verb === 'stop') state.container.status = 'exited';
if (verb === 'rm') delete state.container;
if (verb === 'ps') say(state.container ? 'c0ffee' : '');
if (verb === 'inspect') {
  const { labels, asked, name: called, status } = state.container;
  const key = asked && asked[2] + '/tcp';
  const isShown = asked && (name === 'podman' || status === 'running');
  const wanted = name === 'podman' ? port : asked?.[1];
  say(JSON.stringify([{
    Name: name === 'docker' ? '/' + called : called,
    State: { Status: status },
    Config: { Labels: labels },
    NetworkSettings: { Ports: isShown ? { [key]: [{ HostIp: '127.0.0.1', HostPort: port }] } : {} },
    HostConfig: { PortBindings: asked ? { [key]: [{ HostIp: '127.0.0.1', HostPort: wanted }] } : {} },
  }]));
}
fs.writeFileSync(file, JSON.stringify(state));
`;

async function standIn(t: TestContext, name: EngineName) {
  const directory = mkdtempSync(join(tmpdir(), 'pharos-engine-'));
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const { port } = server.address() as { port: number };
  const file = join(directory, 'state.json');
  writeFileSync(file, JSON.stringify({ calls: [] }));
  writeFileSync(join(directory, name), STAND_IN(process.execPath));
  chmodSync(join(directory, name), 0o755);
  const env = { PATH: directory, STAND_IN_PORT: String(port), STAND_IN_FILE: file };
  const engine = await findEngine(env, undefined);
  assert.equal(engine.name, name, 'the one that answers');
  const state = () => JSON.parse(readFileSync(file, 'utf8'));
  return {
    engine,
    port,
    state,
    server,
    change: (over: object) => writeFileSync(file, JSON.stringify({ ...state(), ...over })),
  };
}

for (const name of ['podman', 'docker'] as const) {
  test(`${name} on a bridge: published on loopback, and the port is read back from the engine`, async (t) => {
    const { engine, port, state } = await standIn(t, name);
    const started = await startDatabase(engine, RUN, () => {});
    assert.deepEqual([started.port, started.state, started.password], [port, 'running', state().password]);
    const { calls, port: inner, listen } = state();
    assert.deepEqual(
      calls.find(([verb]: string[]) => verb === 'pull'),
      [...['pull', ...(name === 'podman' ? ['--tls-verify=false'] : []), `${RUN.repository}@${DIGEST}`]],
    );
    const run = calls.find(([verb]: string[]) => verb === 'run');
    assert.deepEqual(run.slice(0, -1), [
      ...['run', '--detach', '--name', 'pharos-postgresql'],
      ...['--cap-drop=all', '--security-opt', 'no-new-privileges', '--pids-limit', '512'],
      ...['--publish', '127.0.0.1::5432', '--user', 'postgres'],
      ...['--label', 'io.pharos.local=true', '--label', `io.pharos.local.digest=${DIGEST}`],
      ...['--label', `io.pharos.local.repository=${RUN.repository}`, '--label', 'io.pharos.local.user=postgres'],
      ...['--env', 'PHAROS_PASSWORD', '--env', 'PHAROS_USER', '--env', 'PHAROS_PORT', '--env', 'PHAROS_LISTEN'],
      ...['--env', 'TZ=UTC', '--entrypoint', '/bin/sh', `${RUN.repository}@${DIGEST}`, '-c'],
    ]);
    assert.deepEqual([inner, listen], ['5432', '*'], 'it listens in its own network');
    assert.match(run.at(-1), /LISTEN" != 127\.0\.0\.1 .*'host all all all scram-sha-256' >> "\$data\/pg_hba\.conf"/);
    assert.ok(!JSON.stringify(calls).includes(started.password!), 'the password is on no command line');
    assert.match(JSON.stringify(calls.find(([verb]: string[]) => verb === 'exec')), /-h 127\.0\.0\.1 -p 5432/);

    await stopDatabase(engine, RUN.name);
    const [stopped] = await listDatabases(engine);
    // docker gives another free port at the next start, and says nothing until then.
    assert.deepEqual(
      [stopped?.name, stopped?.state, stopped?.port],
      [RUN.name, 'exited', name === 'podman' ? port : null],
    );
    const again = await startDatabase(engine, RUN, () => {});
    assert.deepEqual([again.port, again.password], [port, null]);
    await removeDatabase(engine, RUN.name);
    assert.deepEqual(await listDatabases(engine), []);
    const verbs = state().calls.filter(([verb]: string[]) => verb === 'stop' || verb === 'rm');
    assert.deepEqual(verbs, [
      ['stop', '-t', '20', RUN.name],
      ['rm', '--force', '--volumes', RUN.name],
    ]);
  });

  test(`${name} with a port of one's own, and on the network of this machine`, async (t) => {
    const { engine, port, state } = await standIn(t, name);
    const flag = (key: string) => {
      const run = state().calls.findLast(([verb]: string[]) => verb === 'run') as string[];
      return run.includes(key) ? run[run.indexOf(key) + 1] : null;
    };
    assert.equal((await startDatabase(engine, { ...RUN, port }, () => {})).port, port);
    assert.equal(flag('--publish'), `127.0.0.1:${port}:5432`);
    await removeDatabase(engine, RUN.name);

    const shared = await startDatabase(engine, { ...RUN, port, hostNetwork: true }, () => {});
    assert.deepEqual(
      [shared.port, flag('--publish'), state().port, state().listen],
      [port, null, String(port), '127.0.0.1'],
    );
    await stopDatabase(engine, RUN.name);
    assert.equal((await listDatabases(engine))[0]?.port, port, 'both sides are one port, whether it runs or not');
  });
}

test('other bytes than the approved ones do not start, and another image does not take the name', async (t) => {
  const { engine, state, change } = await standIn(t, 'docker');
  change({ digest: `sha256:${'cd'.repeat(32)}` });
  await assert.rejects(
    startDatabase(engine, RUN, () => {}),
    { code: 'container-digest-differs' },
  );
  assert.ok(!state().calls.some(([verb]: string[]) => verb === 'run'));
  change({ digest: DIGEST });
  await startDatabase(engine, RUN, () => {});
  const other = { ...RUN, digest: `sha256:${'ef'.repeat(32)}` };
  await assert.rejects(
    startDatabase(engine, other, () => {}),
    { code: 'container-name-taken' },
  );
});

test('ports as the engines tell them, of containers that an earlier version started too', () => {
  const container = (over: Partial<Inspected>, labels = {}): Inspected => ({
    ...{ Name: 'a', State: { Status: 'running' }, Config: { Labels: labels } },
    ...over,
  });
  const bound = (key: string, port: string) => ({ [key]: [{ HostPort: port }] });
  const label = { 'io.pharos.local.port': '40001' };
  for (const [what, over, labels, expected] of [
    ['published', { NetworkSettings: { Ports: bound('5432/tcp', '40001') } }, {}, [5432, 40001]],
    [
      'exposed by the image and not published',
      { NetworkSettings: { Ports: { '8080/tcp': null, ...bound('5432/tcp', '40001') } } },
      {},
      [5432, 40001],
    ],
    [
      'docker, standing still',
      { HostConfig: { PortBindings: bound('5432/tcp', '') }, NetworkSettings: { Ports: {} } },
      {},
      [5432, null],
    ],
    ['podman, a free one not yet taken', { HostConfig: { PortBindings: bound('5432/tcp', '0') } }, {}, [5432, null]],
    [
      'a port of its own, standing still',
      { HostConfig: { PortBindings: bound('5432/tcp', '40001') } },
      {},
      [5432, 40001],
    ],
    [
      'earlier: the same on both sides',
      { HostConfig: { PortBindings: bound('40001/tcp', '40001') } },
      label,
      [40001, 40001],
    ],
    [
      'on the network of this machine',
      { NetworkSettings: { Ports: {} }, HostConfig: { PortBindings: null } },
      label,
      [40001, 40001],
    ],
  ] as const) {
    const { inner, outer } = portsOf(container(over as Partial<Inspected>, labels));
    assert.deepEqual([inner, outer], expected, what);
  }
});
