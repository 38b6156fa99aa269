import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { readCommand } from './command-line.ts';
import { FAULTS } from './faults.ts';
import { buildImage, buildSignature, digestOf } from './image.ts';
import { type MisbehavingOptions, type MisbehavingRegistry, startMisbehaving } from './misbehaving-registry.ts';
import { generateRepository, smallSet } from './seed-repository.ts';
import { DEFAULT_CREDENTIAL } from './sign-in.ts';

async function withRegistry(options: MisbehavingOptions, use: (registry: MisbehavingRegistry) => Promise<void>) {
  const registry = await startMisbehaving(options);
  try {
    await use(registry);
  } finally {
    await registry.stop();
  }
}

const basic = `Basic ${Buffer.from(`${DEFAULT_CREDENTIAL.username}:${DEFAULT_CREDENTIAL.password}`).toString('base64')}`;
const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;

describe('the good registry under the faults', () => {
  test('pages tags and catalog by n, last and Link, in byte order; clamps n', async () => {
    await withRegistry({ repositories: [generateRepository('a/b', 25)], pageSize: 10 }, async ({ url, content }) => {
      const found: string[] = [];
      let next: string | undefined = '/v2/a/b/tags/list?n=100';
      while (next) {
        const response: Response = await fetch(url + next);
        found.push(...((await response.json()) as { tags: string[] }).tags);
        next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      assert.equal(found.length, 25);
      assert.deepEqual(found, [...(content.tags('a/b') ?? [])].sort());
      assert.equal(await status(`${url}/v2/a/b/tags/list?n=x`), 400);
      assert.deepEqual(await (await fetch(`${url}/v2/_catalog`)).json(), { repositories: ['a/b'] });
    });
  });

  test('serves every manifest and blob under its digest, HEAD like GET, 304 for what is known', async () => {
    await withRegistry({ repositories: smallSet() }, async ({ url, content }) => {
      for (const repo of content.repositories()) {
        for (const tag of content.tags(repo) ?? []) {
          const response = await fetch(`${url}/v2/${repo}/manifests/${tag}`);
          const bytes = Buffer.from(await response.arrayBuffer());
          assert.equal(response.headers.get('docker-content-digest'), digestOf(bytes));
          const { config } = JSON.parse(bytes.toString());
          if (!config) continue;
          const blob = await fetch(`${url}/v2/${repo}/blobs/${config.digest}`);
          assert.equal(digestOf(Buffer.from(await blob.arrayBuffer())), config.digest);
        }
      }
      const path = `${url}/v2/nim/meta/llama-3.1-8b-instruct/manifests/latest`;
      const head = await fetch(path, { method: 'HEAD' });
      assert.ok(Number(head.headers.get('content-length')) > 100);
      assert.equal(await status(path, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } }), 304);
      assert.equal(await status(path, { headers: { accept: 'application/json' } }), 404);
      assert.equal(await status(path, { method: 'PUT', body: '{}' }), 405);
    });
  });

  test('content changes show at once: push, move, remove', async () => {
    await withRegistry({}, async ({ url, content }) => {
      const first = content.push('r', 'latest');
      const second = content.push('r', 'v2', buildImage({ name: 'two' }));
      assert.notEqual(first.digest, second.digest);
      const digest = async () => (await fetch(`${url}/v2/r/manifests/latest`)).headers.get('docker-content-digest');
      assert.equal(await digest(), first.digest);
      content.move('r', 'latest', second.digest);
      assert.equal(await digest(), second.digest);
      content.remove('r', 'latest');
      assert.equal(await status(`${url}/v2/r/manifests/latest`), 404);
      assert.equal(await status(`${url}/v2/r/manifests/${first.digest}`), 200);
      assert.deepEqual(await (await fetch(`${url}/v2/r/tags/list`)).json(), { name: 'r', tags: ['v2'] });
      content.removeRepository('r');
      assert.equal(await status(`${url}/v2/r/tags/list`), 404);
      assert.throws(() => content.remove('r', 'v2'));
    });
  });

  test('filters, afterRequests and times say when a fault strikes; two faults act together', async () => {
    await withRegistry({ repositories: [generateRepository('a', 2), generateRepository('b', 2)] }, async (registry) => {
      const list = (repo: string) => status(`${registry.url}/v2/${repo}/tags/list`);
      registry.fault = { name: 'status-500', repo: 'a', afterRequests: 1, times: 2 };
      assert.deepEqual(
        [await list('a'), await list('b'), await list('a'), await list('a'), await list('a')],
        [200, 200, 500, 500, 200],
      );
      assert.equal(registry.struck('status-500'), 2);
      registry.fault = ['empty-list', { name: 'status-403', path: /\/b\// }];
      assert.deepEqual([await list('a'), await list('b')], [200, 403]);
      assert.deepEqual(registry.fault, ['empty-list', 'status-403']);
      registry.fault = undefined;
      assert.equal(await list('b'), 200);
      assert.throws(
        () => {
          registry.fault = 'no-such' as never;
        },
        { code: 'unknown-fault' },
      );
    });
  });

  test('basic asks for the credential; content faults hide behind it', async () => {
    await withRegistry({ auth: 'basic', repositories: smallSet(), fault: 'tags-null' }, async ({ url, log }) => {
      const path = `${url}/v2/postgresql/tags/list`;
      const refused = await fetch(path);
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic /);
      assert.equal(await status(path, { headers: { authorization: basic } }), 200);
      assert.equal(log.at(-1)?.headers.authorization, basic);
    });
  });

  test('token: challenge with scope, GET and POST sign-in, scope is checked, life is short', async () => {
    await withRegistry({ auth: 'token', repositories: smallSet(), tokenTtlSeconds: 60 }, async (registry) => {
      const { url, signIn } = registry;
      const path = `${url}/v2/postgresql/tags/list`;
      const challenge = (await fetch(path)).headers.get('www-authenticate') ?? '';
      assert.equal(challenge, `Bearer realm="${url}/token",service="testbed",scope="repository:postgresql:pull"`);
      assert.equal(await status(`${url}/token`), 401);
      const scope = 'repository:postgresql:pull';
      const form = { grant_type: 'password', ...DEFAULT_CREDENTIAL, scope };
      const ways: [string, RequestInit][] = [
        [`${url}/token?scope=${scope}`, { headers: { authorization: basic } }],
        [`${url}/token`, { method: 'POST', body: new URLSearchParams(form) }],
      ];
      for (const [address, init] of ways) {
        const { token } = (await (await fetch(address, init)).json()) as { token: string };
        const headers = { authorization: `Bearer ${token}` };
        assert.equal(await status(path, { headers }), 200);
        assert.equal(await status(`${url}/v2/edb-postgres-advanced/tags/list`, { headers }), 401);
      }
      assert.equal(signIn.issued, 2);
      signIn.tokenTtlSeconds = -1;
      const { token } = signIn.newToken([scope]);
      const late = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
      assert.match(late.headers.get('www-authenticate') ?? '', /invalid_token/);
    });
  });

  test('a rate above requestsPerSecond is 429; latency is added', async () => {
    await withRegistry({ requestsPerSecond: 1, latencyMs: 1 }, async (registry) => {
      const found = await Promise.all(Array.from({ length: 6 }, () => status(`${registry.url}/v2/`)));
      assert.ok(found.includes(429) && found.includes(200));
      registry.requestsPerSecond = Number.POSITIVE_INFINITY;
      assert.equal(await status(`${registry.url}/v2/`), 200);
      assert.equal(registry.requestCount, 7);
    });
  });

  test('a signature tag names its subject', () => {
    const subject = buildImage();
    const { tag, image } = buildSignature(subject);
    assert.equal(tag, `${subject.digest.replace(':', '-')}.sig`);
    assert.ok(image.blobs.some(({ bytes }) => bytes.includes(subject.digest)));
  });
});

describe('npm run testbed', () => {
  test('reads its options and refuses what it does not know', () => {
    const command = readCommand(['--fault', 'link-loop', '--fault', 'tags-null', '--repo', 'a', '--port', '5001']);
    assert.equal(command.kind, 'run');
    assert.ok(command.kind === 'run');
    assert.equal(command.options.port, 5001);
    assert.deepEqual(command.options.fault, [
      { name: 'link-loop', repo: 'a' },
      { name: 'tags-null', repo: 'a' },
    ]);
    assert.throws(() => readCommand(['--fault', 'nope']), { code: 'unknown-fault' });
    assert.throws(() => readCommand(['--port', 'x']), { code: 'bad-argument' });
    assert.throws(() => readCommand(['--what']), { code: 'bad-argument' });
  });

  test('lists every fault from the command line', () => {
    const main = new URL('main.ts', import.meta.url).pathname;
    const listed = spawnSync(process.execPath, [main, '--list'], { encoding: 'utf8' });
    assert.equal(listed.status, 0);
    for (const [name, { line }] of Object.entries(FAULTS)) {
      assert.ok(listed.stdout.includes(name) && listed.stdout.includes(line), name);
    }
    const refused = spawnSync(process.execPath, [main, '--fault', 'nope'], { encoding: 'utf8' });
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /--list/);
  });
});
