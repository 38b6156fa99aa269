import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { readCommand } from './command-line.ts';
import { DIALECTS, type DialectName } from './dialects.ts';
import { startMisbehaving } from './misbehaving-registry.ts';
import { DEFAULT_CREDENTIAL } from './sign-in.ts';
import {
  api,
  BULK,
  basic,
  CREDENTIALS,
  ecrCall,
  type Json,
  linked,
  type Pairs,
  REPO,
  type Reader,
  read,
  truth,
  withDialect,
} from './testing.ts';

const PASSWORD = DEFAULT_CREDENTIAL.password;

describe('each dialect serves the same content', () => {
  for (const name of Object.keys(DIALECTS) as DialectName[]) {
    test(`${name}: /v2 gives all tags, and manifests under their digests`, async () => {
      await withDialect({ dialect: name, pullLimit: 1 }, async ({ url, content }) => {
        const pages = await linked<{ tags: string[] }>(`${url}/v2/${REPO}/tags/list?n=7`);
        assert.deepEqual(pages.flatMap(({ tags }) => tags).sort(), [...(content.tags(REPO) ?? [])]);
        const { response } = await read(`${url}/v2/${REPO}/manifests/18.0`);
        assert.equal(response.headers.get('docker-content-digest'), content.resolve(REPO, '18.0'));
      });
    });
  }

  for (const [name, reader] of Object.entries(BULK) as [DialectName, Reader][]) {
    test(`${name}: its own API gives all tags with their digests, and nothing without the credential`, async () => {
      await withDialect({ dialect: name }, async (registry) => {
        assert.deepEqual(await reader(registry, {}), truth(registry.content));
      });
      await withDialect({ dialect: name, auth: 'token' }, async (registry) => {
        await assert.rejects(reader(registry, {}));
        const headers = (await CREDENTIALS[name]?.(registry)) ?? {};
        assert.deepEqual(await reader(registry, headers), truth(registry.content));
      });
    });

    if (name === 'gar') continue; // its bulk list is that of /v2
    test(`${name}: apiClosed closes it and leaves /v2`, async () => {
      await withDialect({ dialect: name, apiClosed: true }, async (registry) => {
        await assert.rejects(reader(registry, {}));
        assert.equal((await fetch(`${registry.url}/v2/${REPO}/tags/list`)).status, 200);
        registry.apiClosed = false;
        assert.deepEqual(await reader(registry, {}), truth(registry.content));
      });
    });
  }

  test('NGC has no bulk list; the search of the catalog finds repositories', async () => {
    await withDialect({ dialect: 'ngc', auth: 'token' }, async (registry) => {
      const q = encodeURIComponent(JSON.stringify({ query: 'orgName:team', page: 0, pageSize: 100 }));
      const search = `${api(registry)}/v2/search/catalog/resources/CONTAINER?q=${q}`;
      type Found = { results: { resources: { resourceId: string }[] }[] };
      const { body } = await read<Found>(search);
      assert.deepEqual(
        body.results[0]?.resources.map(({ resourceId }) => resourceId),
        [REPO, 'team/other'],
      );
      registry.signIn.mode = 'open';
      assert.equal((await fetch(`${registry.url}/v2/_catalog`)).status, 404);
      registry.apiClosed = true;
      assert.equal((await fetch(search)).status, 403);
    });
  });
});

describe('how each asks to sign in', () => {
  const CHALLENGES: Partial<Record<DialectName, RegExp>> = {
    acr: /^Bearer realm="[^"]+\/oauth2\/token",service="127\.0\.0\.1:\d+",scope="repository:team\/db\/postgresql:metadata_read"/,
    ecr: /^Basic realm="http[^"]+",service="ecr\.amazonaws\.com"$/,
    gar: /\/v2\/token",service="127/,
    gitlab: /\/jwt\/auth",service="container_registry"/,
    harbor: /\/service\/token",service="harbor-registry"/,
    quay: /\/v2\/auth",service="127\.0\.0\.1:\d+"/,
    dockerhub: /service="registry\.docker\.io"/,
    ghcr: /service="ghcr\.io"/,
    ngc: /^Bearer realm="http[^"]+\/proxy_auth\?scope=repository:team\/db\/postgresql:pull"$/,
    openshift: /realm="[^"]+\/openshift\/token"/,
  };
  for (const [name, challenge] of Object.entries(CHALLENGES) as [DialectName, RegExp][]) {
    test(`${name}: the challenge, and the way through it`, async () => {
      await withDialect({ dialect: name, auth: 'token' }, async ({ url, signIn }) => {
        const list = `${url}/v2/${REPO}/tags/list`;
        const refused = await fetch(list);
        assert.equal(refused.status, 401);
        const asked = refused.headers.get('www-authenticate') ?? '';
        assert.match(asked, challenge);
        const login = { authorization: basic(signIn.credential.username) };
        if (asked.startsWith('Basic')) return void (await read(list, { headers: login }));
        const realm = new URL(/realm="([^"]+)"/.exec(asked)?.[1] ?? '');
        const scope = /scope="([^"]+)"/.exec(asked)?.[1];
        if (scope) realm.searchParams.set('scope', scope);
        const { body } = await read<{ token?: string; access_token?: string }>(realm.href, { headers: login });
        await read(list, { headers: { authorization: `Bearer ${body.token ?? body.access_token}` } });
      });
    });
  }

  test('those that are known by their challenge give it at /v2/ even when they are open', async () => {
    for (const dialect of ['harbor', 'gitlab', 'quay', 'openshift'] as const) {
      await withDialect({ dialect }, async ({ url }) => assert.equal((await fetch(`${url}/v2/`)).status, 401));
    }
  });

  test('ACR: a token for pull lists no tags, and a refresh token is a password', async () => {
    await withDialect({ dialect: 'acr', auth: 'token' }, async ({ url, signIn }) => {
      const { token } = signIn.newToken([`repository:${REPO}:pull`]);
      const headers = { authorization: `Bearer ${token}` };
      assert.equal((await fetch(`${url}/v2/${REPO}/tags/list`, { headers })).status, 401);
      assert.equal((await fetch(`${url}/acr/v1/${REPO}/_tags`, { headers })).status, 401);
      assert.equal((await fetch(`${url}/v2/${REPO}/manifests/18.0`, { headers })).status, 200);
      const login = { authorization: basic('00000000-0000-0000-0000-000000000000', signIn.newPassword()) };
      await read(`${url}/oauth2/token?scope=repository:${REPO}:pull,metadata_read`, { headers: login });
    });
  });

  test('ECR: a wrong signature is refused; the password that it gives opens /v2', async () => {
    await withDialect({ dialect: 'ecr', auth: 'basic' }, async (registry) => {
      const wrong = await ecrCall(api(registry), 'GetAuthorizationToken', {}, 'wrong');
      assert.equal(((await wrong.json()) as Json).__type, 'InvalidSignatureException');
      const given = await ecrCall(api(registry), 'GetAuthorizationToken', {}, PASSWORD);
      const { authorizationData } = (await given.json()) as { authorizationData: Pairs[] };
      const authorization = `Basic ${authorizationData[0]?.authorizationToken}`;
      await read(`${registry.url}/v2/${REPO}/tags/list`, { headers: { authorization } });
    });
  });
});

describe('npm run testbed', () => {
  test('takes a dialect, and refuses one that it does not know', async () => {
    const command = readCommand(['--dialect', 'acr', '--api-closed', '--referrers', '--fault', 'link-loop']);
    assert.ok(command.kind === 'run');
    const { dialect, apiClosed, referrers } = command.options;
    assert.deepEqual({ dialect, apiClosed, referrers }, { dialect: 'acr', apiClosed: true, referrers: true });
    assert.throws(() => readCommand(['--dialect', 'nope']), { code: 'unknown-dialect' });
    await assert.rejects(startMisbehaving({ dialect: 'nope' as never }), { code: 'unknown-dialect' });
  });

  test('--list and --help name every dialect', () => {
    const main = new URL('main.ts', import.meta.url).pathname;
    const listed = spawnSync(process.execPath, [main, '--list'], { encoding: 'utf8' }).stdout;
    const helped = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' }).stdout;
    for (const [name, { line }] of Object.entries(DIALECTS)) {
      assert.ok(listed.includes(`  ${name} `) && listed.includes(line) && helped.includes(name), name);
    }
  });
});
