/** The acceptance, for either database: a real docker-registry with 3 repositories and 60 tags in an agent file. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buildImage, type Distribution, seedHttp, startDistribution } from '@pharos/testbed';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor, writeAgentFile } from './pharos.ts';

const REPOSITORIES = ['postgresql', 'edb-postgres-advanced', 'edb-postgres-extended'];

/** Counted in scans alone: no test waits for hours. */
const RETIRE_SOON = { PHAROS_MISSING_SCANS: '4', PHAROS_MISSING_HOURS: '0' };

/** Declares the tests inside a `describe`. `environment` is asked when they begin, e.g. for a DATABASE_URL. */
export function privateRegistrySuite(environment: () => Promise<Record<string, string>>): void {
  let registry: Distribution;
  let pharos: Pharos;
  const wanted = new Map<string, string>();
  let agentFile: string;

  /** Pushes one image as a client does, and answers the digest that the registry gave it. */
  async function push(repository: string, tag: string, name: string): Promise<string> {
    const digests = await seedHttp(registry.url, [{ name: repository, tags: [[tag, buildImage({ name })]] }]);
    return digests[repository]![tag]!;
  }

  before(async () => {
    registry = await startDistribution({ auth: 'open' });
    for (const repository of REPOSITORIES) {
      for (let minor = 1; minor <= 20; minor++) {
        const tag = `17.${minor}-25033107${String(minor).padStart(2, '0')}`;
        wanted.set(`${repository}:${tag}`, await push(repository, tag, `${repository}:${tag}`));
      }
    }
    agentFile = writeAgentFile({ url: registry.host, repositories: REPOSITORIES });
    pharos = await startPharos({
      args: ['--agent-config', agentFile],
      env: { ...RETIRE_SOON, ...(await environment()) },
    });
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  test('all 60 tags appear, with the digests that the registry itself answers', async () => {
    await waitFor(async () => (await libraryTags(pharos.client)).size === 60, '60 tags');
    assert.deepEqual(await libraryTags(pharos.client), wanted);
    for (const [name, digest] of wanted) {
      const [repository, tag] = name.split(':');
      const answer = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, {
        method: 'HEAD',
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
      });
      assert.equal(answer.headers.get('docker-content-digest'), digest);
    }
  });

  test('repositories carry kind, description of the file, and their last scan', async () => {
    const { items } = await pharos.client('listRepositories', { query: {} });
    assert.deepEqual(items.map((item) => item.name).sort(), [...REPOSITORIES].sort());
    for (const repository of items) {
      assert.equal(repository.kind, 'postgres');
      assert.equal(repository.description, `The ${repository.name} repository`);
      assert.equal(repository.tagCount, 20);
      assert.equal(repository.newestTag, '17.20-2503310720');
      assert.equal(repository.lastScan?.status, 'complete');
      assert.ok(
        repository.warnings.some((warning) => /plain.?http/i.test(warning)),
        'plain_http is told',
      );
    }
  });

  test('a pushed tag appears at the next scan', async () => {
    const digest = await push('postgresql', '17.21-2504010000', 'new');
    wanted.set('postgresql:17.21-2504010000', digest);
    await waitFor(
      async () => (await libraryTags(pharos.client)).get('postgresql:17.21-2504010000') === digest,
      'the new tag',
    );
  });

  test('a moved tag shows its history, newest first', async () => {
    const first = await push('postgresql', '17', 'floating-1');
    await waitFor(async () => (await libraryTags(pharos.client)).get('postgresql:17') === first, 'the floating tag');
    const second = await push('postgresql', '17', 'floating-2');
    await waitFor(async () => (await libraryTags(pharos.client)).get('postgresql:17') === second, 'the moved tag');
    wanted.set('postgresql:17', second);
    const repository = (await pharos.client('listRepositories', { query: { q: 'postgresql' } })).items[0]!;
    const history = await pharos.client('getTagHistory', { params: { id: repository.id, name: '17' }, query: {} });
    assert.deepEqual(
      history.items.map((entry) => entry.digest),
      [second, first],
    );
    assert.deepEqual(
      history.items.map((entry) => entry.current),
      [true, false],
    );
    assert.ok((await pharos.client('getTag', { params: { id: repository.id, name: '17' } })).movedAt);
  });

  test('a deleted tag is marked as missing first, and retired after the configured complete scans', async () => {
    const digest = wanted.get('postgresql:17.1-2503310701')!;
    registry.removeTag('postgresql', '17.1-2503310701');
    const repository = (await pharos.client('listRepositories', { query: { q: 'postgresql' } })).items[0]!;
    const tag = await waitFor(async () => {
      const found = await pharos.client('getTag', { params: { id: repository.id, name: '17.1-2503310701' } });
      return found.presence === 'missing' ? found : null;
    }, 'the tag to be missing');
    assert.equal(tag.digest, digest);
    assert.ok(tag.missingSince);
    const { client } = pharos;
    const params = { id: repository.id, name: '17.1-2503310701' };
    await waitFor(async () => (await client('getTag', { params })).presence === 'retired', 'the tag to be retired');
    const { items } = await client('getTagHistory', { params, query: {} });
    assert.equal(items[0]!.digest, digest, 'its history stays');
    const { items: listed } = await client('listRepositoryTags', {
      params: { id: repository.id },
      query: { q: '17.1-' },
    });
    assert.deepEqual(listed, [], 'and it has left the list');
    wanted.delete('postgresql:17.1-2503310701');
  });

  test('stopping the registry removes nothing and says why', async () => {
    await registry.pause();
    const repository = await waitFor(async () => {
      const found = (await pharos.client('listRepositories', { query: { q: 'postgresql' } })).items[0]!;
      return found.lastScan?.status === 'failed' ? found : null;
    }, 'a failed scan');
    assert.equal(repository.lastScan!.code, 'connection-refused');
    assert.match(repository.lastScan!.message, /Nothing accepts connections/);
    assert.deepEqual(await libraryTags(pharos.client), wanted);
    // What was found when it was probed does not stay on show: the status says what is wrong now, and what to do.
    const { checks } = await waitFor(async () => {
      const { status } = (await pharos.client('listRegistries', { query: {} })).items[0]!;
      return status.state === 'error' && status.code === 'connection-refused' ? status : null;
    }, 'the status of the registry');
    assert.ok(
      checks.some((check) => check.state === 'error' && check.cure),
      JSON.stringify(checks),
    );
  });
}
