import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from './probe.ts';
import { CONFIG, collect, connectionTo, MANIFEST_TYPE, manifestText, open, sha256 } from './testing.ts';

const missing = spawnSync('docker-registry', ['--version']).error !== undefined;

/** A free port of loopback; another process might take it in between, which then fails loudly. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startRegistry(): Promise<{ host: string } & AsyncDisposable> {
  const dir = mkdtempSync(join(tmpdir(), 'pharos-oci-real-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(dir, 'data') }, delete: { enabled: true } },
    http: { addr: host, secret: 'x' },
    log: { level: 'error', accesslog: { disabled: true } },
  };
  // JSON is YAML.
  writeFileSync(join(dir, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(dir, 'config.yml')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (let i = 0; i < 100 && !(await fetch(`http://${host}/v2/`).catch(() => null)); i += 1) await sleep(50);
  return {
    host,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function push(host: string, repository: string, tag: string, manifest: string, blobs: string[]): Promise<void> {
  for (const blob of blobs) {
    const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    const location = new URL(begun.headers.get('location')!, `http://${host}`);
    location.searchParams.set('digest', sha256(blob));
    assert.equal(
      (await fetch(location, { method: 'PUT', body: blob, headers: { 'content-type': 'application/octet-stream' } }))
        .status,
      201,
    );
  }
  const put = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': MANIFEST_TYPE },
  });
  assert.equal(put.status, 201, await put.text());
}

test('a real Distribution registry is read as it is', {
  skip: missing && 'docker-registry is not installed',
}, async () => {
  await using server = await startRegistry();
  const { host } = server;
  await using registry = open(host);
  assert.deepEqual(await collect(registry.listRepositories()), []);
  await assert.rejects(collect(registry.listTags('none')), { code: 'repository-not-found', absence: 'repository' });

  const text = manifestText({ annotations: { 'org.opencontainers.image.version': '17.4' } });
  await push(host, 'team/postgresql', '17.4-2503310734', text, [CONFIG, 'layer']);
  await push(host, 'team/postgresql', 'latest', text, []);
  assert.deepEqual(
    await collect(registry.listRepositories({ pageSize: 5000 })),
    ['team/postgresql'],
    'n over 1000 is refused, and read without',
  );
  assert.deepEqual((await collect(registry.listTags('team/postgresql', { pageSize: 1 }))).sort(), [
    '17.4-2503310734',
    'latest',
  ]);

  const head = await registry.headManifest('team/postgresql', 'latest');
  assert.deepEqual(head, { digest: sha256(text), mediaType: MANIFEST_TYPE, size: text.length });
  const { manifest, digest } = await registry.getManifest('team/postgresql', '17.4-2503310734');
  assert.equal(digest, sha256(text));
  assert.ok(manifest.kind === 'manifest' && manifest.config !== null);
  assert.deepEqual((await registry.getConfig('team/postgresql', manifest.config)).json, JSON.parse(CONFIG));
  await assert.rejects(registry.getManifest('team/postgresql', 'gone'), { code: 'manifest-not-found', absence: 'tag' });
  await assert.rejects(registry.headManifest('team/postgresql', 'gone'), {
    code: 'manifest-not-found',
    absence: 'tag',
  });

  assert.equal(
    (await fetch(`http://${host}/v2/team/postgresql/manifests/${digest}`, { method: 'DELETE' })).status,
    202,
  );
  assert.deepEqual(await collect(registry.listTags('team/postgresql')), [], 'Distribution writes tags: null');
  const result = await probe(connectionTo(host));
  assert.deepEqual(
    result.checks.filter(({ state }) => state === 'error'),
    [],
  );
});

test('what skopeo says is what this client says', {
  skip: (missing || spawnSync('skopeo', ['--version']).error !== undefined) && 'skopeo is not installed',
}, async () => {
  await using server = await startRegistry();
  await push(server.host, 'pg', '17', manifestText(), [CONFIG, 'layer']);
  execFileSync('skopeo', [
    'copy',
    '-q',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    `docker://${server.host}/pg:17`,
    `docker://${server.host}/copied:18`,
  ]);
  const raw = execFileSync('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${server.host}/copied:18`]);
  await using registry = open(server.host);
  const content = await registry.getManifest('copied', '18');
  assert.equal(content.digest, sha256(raw));
  assert.deepEqual(Buffer.from(content.bytes), raw);
});
