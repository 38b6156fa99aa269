/** `pharos up` as a person starts it: the launcher, a real process, a real database, the sample registry. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accessFile } from './access-file.ts';
import { temporaryDirectory } from './testing.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../bin/pharos.mjs', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One world for a test: a directory and an environment without the settings of whoever runs the tests. */
function worldOf(t: TestContext) {
  const cwd = temporaryDirectory(t);
  // Where Node keeps what it compiled is no setting of Pharos, and twenty commands start here.
  const { PATH, NODE_COMPILE_CACHE = '' } = process.env;
  const env = { PATH, HOME: cwd, NODE_COMPILE_CACHE };
  const start = (script: string, ...args: string[]): ChildProcess => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      cwd,
      env,
      detached: true,
    });
    // The whole group: a launcher that is killed cannot take its child along.
    t.after(() => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    });
    return child;
  };
  const collect = async (child: ChildProcess): Promise<Ended> => {
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout?.on('data', (part) => {
      ended.stdout += part;
    });
    child.stderr?.on('data', (part) => {
      ended.stderr += part;
    });
    [ended.code] = await once(child, 'close');
    return ended;
  };
  return {
    cwd,
    start,
    collect,
    pharos: (...args: string[]) => collect(start(MAIN, ...args)),
    json: async (...args: string[]) => {
      const { code, stdout, stderr } = await collect(start(MAIN, ...args, '--json'));
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    },
  };
}

/** The banner, once it is whole; fails with what the process said when it ends before. */
function banner(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    child.stderr?.on('data', (part) => {
      errors += part;
    });
    child.stdout?.on('data', (part) => {
      text += part;
      if (/^Stop /m.test(text)) resolve(text);
    });
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill(signal);
  return (await closed)[0];
}

/** Reads again until the condition holds, at most twenty times. */
async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    const value = await read();
    if (holds(value)) return value;
    assert.ok(turn < 20, `it did not come to hold: ${JSON.stringify(value).slice(0, 1000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('up: address and one-time link, the sample in the library, commands that find it', {
  timeout: 240_000,
}, async (t) => {
  const world = worldOf(t);
  const first = world.start(MAIN, 'up', '--port', '0');
  const text = await banner(first);
  const url = /^Open +(http:\/\/127\.0\.0\.1:\d+)$/m.exec(text)?.[1];
  assert.ok(url, text);
  assert.match(text, new RegExp(`^Set up +${url}/setup\\S*token=\\S{20,}$`, 'm'));
  assert.match(text, /^Reads +the sample registry \(\d+ repositories\)$/m);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);

  const scans = await world.json('scan', '--wait');
  assert.equal(scans.status, 'complete');
  const tags = await world.json('tags', 'list', 'postgresql', '--limit', '1000');
  assert.ok(tags.items.length > 10);
  const image = await world.json('images', 'get', tags.items[0].digest.slice(0, 24));
  assert.equal(image.digest, tags.items[0].digest);
  assert.deepEqual((await world.json('status')).problems, []);
  const gone = await world.pharos('tags', 'get', 'postgresql:no-such-tag', '--json');
  assert.equal(gone.code, 3);
  assert.equal(JSON.parse(gone.stderr).code, 'not-found');

  await t.test('another process in the same data directory is refused, and a taken port is named', async () => {
    const again = await world.pharos('up', '--port', '0');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /data-directory-in-use/);
    assert.ok(existsSync(accessFile(join(world.cwd, 'pharos-data'))), 'the running one keeps its access file');
    const taken = await world.pharos('up', '--data-dir', 'other', '--port', new URL(url).port);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /port-in-use[\s\S]*hint:/);
  });

  let second = first;
  await t.test('kill -9 and a new start: the library is as it was, the old link and token are void', async () => {
    const before = JSON.parse(readFileSync(accessFile(join(world.cwd, 'pharos-data')), 'utf8'));
    await kill(first, 'SIGKILL');
    assert.equal((await world.pharos('status')).code, 5, 'the access file that was left behind leads nowhere');
    second = world.start(LAUNCHER, 'up', '--port', '0');
    const next = await banner(second);
    assert.notEqual(/token=(\S+)/.exec(next)?.[1], /token=(\S+)/.exec(text)?.[1]);
    const after = JSON.parse(readFileSync(accessFile(join(world.cwd, 'pharos-data')), 'utf8'));
    const old = await fetch(`${after.url}/api/v1/tokens`, { headers: { authorization: `Bearer ${before.token}` } });
    assert.equal(old.status, 401);
    const kept = await world.json('tags', 'list', 'postgresql', '--limit', '1000');
    assert.deepEqual(kept.items.map(digestOf), tags.items.map(digestOf));
  });

  await t.test('a registry of one’s own, with a rule, by file; the sample then has done its work', async () => {
    const port = /127\.0\.0\.1:\d+/.exec((await world.json('registries', 'list')).items[0].url)?.[0];
    const registry = `{ kind: Registry, name: own, url: "${port}", tls: { plainHttp: true } }`;
    const rule = '{ kind: Rule, name: own, registry: own, repositories: { include: ["nim/**"] }, declaredKind: model }';
    writeFileSync(join(world.cwd, 'own.yaml'), `${registry}\n---\n${rule}\n`);
    assert.equal((await world.pharos('apply', '-f', 'own.yaml')).code, 0);
    const unchanged = await world.pharos('apply', '-f', 'own.yaml', '--exit-code');
    assert.equal(unchanged.code, 0);
    assert.equal(unchanged.stdout, 'registry own  unchanged\nrule own  unchanged\n');
    await world.pharos('scan', '--registry', 'own', '--wait');
    const models = await until(
      () => world.json('repositories', 'list', '--registry', 'own'),
      (body) => body.items.length > 0,
    );
    assert.ok(models.items.every(({ kind }: { kind: string }) => kind === 'model'));

    assert.equal(await kill(second, 'SIGTERM'), 0, 'SIGTERM stops it in order');
    assert.ok(!existsSync(accessFile(join(world.cwd, 'pharos-data'))));
    const third = world.start(MAIN, 'up', '--port', '0');
    assert.match(await banner(third), /^Reads +registries of the library$/m);
    const names = (await world.json('registries', 'list')).items.map(({ name }: { name: string }) => name);
    assert.deepEqual(
      names.filter((name: string) => name === 'own'),
      ['own'],
    );
    assert.equal(await kill(third, 'SIGINT'), 0);
  });
});

test('mistakes before the start are told in a sentence, and nothing is left behind', {
  timeout: 120_000,
}, async (t) => {
  const world = worldOf(t);
  writeFileSync(join(world.cwd, 'agent.yaml'), 'agent:\n  beacon_servr: stdout\n');
  const wrong = await world.pharos('up', '--agent-config', 'agent.yaml', '--port', '0');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /line 2/);
  assert.ok(!existsSync(join(world.cwd, 'pharos-data')));
  const missing = await world.pharos('agent', '--check');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /agent-config-missing/);
  assert.ok(missing.stderr.includes(world.cwd) && missing.stderr.includes('/etc/beacon'), 'it says where it looked');
});

function digestOf({ name, digest }: { name: string; digest: string }): string {
  return `${name} ${digest}`;
}
