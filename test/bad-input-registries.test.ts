/**
 * Bad input, part 1: registries that cannot be read. All of them stand in one agent file beside a healthy one, so every
 * test also shows that one bad thing stays one (docs/reliability.md).
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  available,
  buildImage,
  DEFAULT_CREDENTIAL,
  type Distribution,
  freePort,
  generateRepository,
  type MisbehavingRegistry,
  startDistribution,
  startMisbehaving,
} from '@pharos/testbed';
import { agentFile, type FileEntry } from './support/agent-file.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';
import { assertRegistryTold, command, completeScans, registryNamed, repositoryNamed } from './support/told.ts';

const { distribution, openssl } = available();
const WRONG = { type: 'basic', username: DEFAULT_CREDENTIAL.username, password: 'not-the-password' };
const RIGHT = { type: 'basic', ...DEFAULT_CREDENTIAL };

describe('registries that cannot be read', () => {
  let pharos: Pharos;
  let healthy: MisbehavingRegistry;
  const standIns: MisbehavingRegistry[] = [];
  const distributions: Distribution[] = [];
  const entries: FileEntry[] = [];

  async function standIn(options: Parameters<typeof startMisbehaving>[0], repository: string) {
    const registry = await startMisbehaving({ repositories: [generateRepository(repository, 3)], ...options });
    standIns.push(registry);
    return registry;
  }

  async function real(auth: 'htpasswd' | 'tls', repository: string) {
    const registry = await startDistribution({ auth });
    registry.seed([{ name: repository, tags: [['17.4-2503310734', buildImage({ name: repository })]] }]);
    distributions.push(registry);
    return registry;
  }

  before(async () => {
    healthy = await standIn({}, 'healthy');
    const [basic, page, no401, no404] = await Promise.all([
      standIn({ auth: 'basic' }, 'behind-basic'),
      standIn({ fault: 'html-login' }, 'behind-login'),
      standIn({ fault: 'catalog-401' }, 'uncatalogued-401'),
      standIn({ fault: 'catalog-404' }, 'uncatalogued-404'),
    ]);
    const add = (name: string, url: string, repository: string, more: Partial<FileEntry> = {}) =>
      entries.push({ name, url, repositories: [repository], ...more });
    add('healthy', healthy.url, 'healthy');
    add('unknown-host', 'registry.invalid', 'somewhere');
    add('nobody-there', `127.0.0.1:${await freePort()}`, 'nowhere');
    add('wrong-password', basic.url, 'behind-basic', { authentication: WRONG });
    add('login-page', page.url, 'behind-login');
    add('catalog-401', no401.url, 'uncatalogued-401');
    add('catalog-404', no404.url, 'uncatalogued-404');
    if (!distribution.skip) {
      const { host } = await real('htpasswd', 'behind-htpasswd');
      add('wrong-htpasswd', host, 'behind-htpasswd', { authentication: WRONG });
      add('right-htpasswd', host, 'behind-htpasswd', { authentication: RIGHT });
      if (!openssl.skip) {
        const { host: tls, ca } = await real('tls', 'behind-tls');
        add('unknown-ca', tls, 'behind-tls', { tls: {} });
        add('given-ca', tls, 'behind-tls', { tls: { ca_certs: ca! } });
        add('skipped-ca', tls, 'behind-tls', { tls: { skip_verify: true } });
      }
    }
    pharos = await startPharos({ args: ['--agent-config', agentFile(entries)] });
  });
  after(async () => {
    await pharos?.stop();
    await Promise.all([...standIns, ...distributions].map((registry) => registry.stop()));
    cleanUp();
  });

  /** Waits for two more complete scans of the healthy registry. */
  async function assertHealthyGoesOn() {
    const { id } = await repositoryNamed(pharos.client, 'healthy');
    const count = await completeScans(pharos.client, id);
    await waitFor(async () => (await completeScans(pharos.client, id)) >= count + 2, 'scans of the healthy registry');
    assert.equal((await registryNamed(pharos.client, 'healthy')).status.state, 'warning', 'plain_http, nothing worse');
  }

  async function tagsOf(registry: string): Promise<string[]> {
    const { id } = await registryNamed(pharos.client, registry);
    const { items } = await pharos.client('listTags', { query: { registryId: id, sort: 'name' } });
    return items.map((tag) => tag.name);
  }

  test('an address that does not resolve', async () => {
    await assertRegistryTold(pharos, 'unknown-host', 'dns-failed');
    await assertHealthyGoesOn();
  });

  test('an address where nobody listens', async () => {
    await assertRegistryTold(pharos, 'nobody-there', 'connection-refused');
    await assertHealthyGoesOn();
  });

  test('a wrong password (Basic)', async () => {
    const registry = await assertRegistryTold(pharos, 'wrong-password', 'unauthorized');
    assert.equal(registry.status.checks.find((check) => check.state === 'error')?.id, 'sign-in');
    assert.ok(!pharos.output().includes(WRONG.password));
    await assertHealthyGoesOn();
  });

  test('a wrong password (Distribution with htpasswd); the right one works beside it', {
    skip: distribution.skip,
  }, async () => {
    await assertRegistryTold(pharos, 'wrong-htpasswd', 'unauthorized');
    assert.deepEqual(await tagsOf('wrong-htpasswd'), []);
    await waitFor(async () => (await tagsOf('right-htpasswd')).length === 1, 'the tag behind the right password');
  });

  test('an unknown authority; ca_certs cures it, skip_verify works with a warning', {
    skip: distribution.skip || openssl.skip,
  }, async () => {
    const registry = await assertRegistryTold(pharos, 'unknown-ca', 'tls-untrusted');
    assert.match(registry.status.checks.find((check) => check.id === 'tls')?.cure ?? '', /ca_certs/);
    assert.deepEqual(await tagsOf('unknown-ca'), []);

    await waitFor(async () => (await tagsOf('given-ca')).length === 1, 'the tag behind the given authority');
    assert.deepEqual((await registryNamed(pharos.client, 'given-ca')).warnings, []);

    await waitFor(async () => (await tagsOf('skipped-ca')).length === 1, 'the tag behind the unchecked certificate');
    const skipped = await registryNamed(pharos.client, 'skipped-ca');
    assert.ok(skipped.warnings.some((warning) => /skip.?verify/i.test(warning)));
    const { items } = await pharos.client('listRepositories', { query: { registryId: skipped.id } });
    assert.ok(
      items[0]!.warnings.some((warning) => /skip.?verify/i.test(warning)),
      'also where its repositories are',
    );
  });

  for (const name of ['catalog-401', 'catalog-404']) {
    test(`no _catalog (${name}): named repositories are read all the same, and the probe says so`, async () => {
      await waitFor(async () => (await tagsOf(name)).length === 3, 'its tags');
      const { id } = await registryNamed(pharos.client, name);
      const status = await pharos.client('probeRegistry', { params: { id } });
      assert.equal(status.state, 'warning');
      const check = status.checks.find((each) => each.id === 'catalog');
      assert.equal(check?.state, 'warning');
      assert.equal(check?.code, 'catalog-unavailable');
      assert.match(check?.cure ?? '', /[Nn]ame the repositories/);
      assert.equal(status.checks.find((each) => each.id === 'tags')?.state, 'ok');
      const printed = await command(pharos, 'registries', 'probe', name);
      assert.ok(printed.stdout.includes(check?.cure ?? '?'), printed.stdout + printed.stderr);
    });
  }

  test('a login page in place of the API', async () => {
    await assertRegistryTold(pharos, 'login-page', 'not-a-registry');
    await assertHealthyGoesOn();
  });

  test('and in all that the library holds what could be read, and nothing else', async () => {
    const tags = await libraryTags(pharos.client);
    const allowed = ['healthy', 'uncatalogued-401', 'uncatalogued-404', 'behind-htpasswd', 'behind-tls'];
    for (const name of tags.keys()) assert.ok(allowed.includes(name.split(':')[0]!), name);
    assert.equal((await fetch(`${pharos.url}/readyz`)).status, 200);
  });
});
