/** Bad input, part 2: what a registry may hold or answer for one repository or tag. The rest of it goes on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildImage,
  generateRepository,
  MEDIA_TYPES,
  type MisbehavingRegistry,
  startMisbehaving,
} from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';
import { command, completeScans, repositoryNamed, scanNow } from './support/told.ts';

const MIB = 1024 * 1024;

describe('what a registry may hold', () => {
  let registry: MisbehavingRegistry;
  let pharos: Pharos;
  let pushes = 0;

  before(async () => {
    const names = ['healthy', 'broken', 'huge', 'endless'];
    registry = await startMisbehaving({ repositories: names.map((name) => generateRepository(name, 4)) });
    // Only versions: of the names that never end, none is wanted.
    const rules = [{ name: 'versions', repositories: { include: names }, tags: [{ include: ['1*', 'bad-*'] }] }];
    const entries = [{ name: 'registry', url: registry.url, rules, repositories: ['missing'] }];
    pharos = await startPharos({ args: ['--agent-config', agentFile(entries)] });
    await waitFor(async () => (await libraryTags(pharos.client)).size === 16, 'the first complete library');
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  async function assertHealthyGoesOn() {
    const { id } = await repositoryNamed(pharos.client, 'healthy');
    const count = await completeScans(pharos.client, id);
    pushes += 1;
    const tag = `17.${pushes}-2607010101`;
    registry.content.push('healthy', tag, { name: `healthy ${tag}` });
    await waitFor(async () => (await completeScans(pharos.client, id)) >= count + 2, 'scans of the healthy repository');
    assert.ok((await libraryTags(pharos.client)).has(`healthy:${tag}`), 'its new tag came in');
  }

  test('a repository that does not exist', async () => {
    const scan = await waitFor(async () => {
      const { items } = await pharos.client('listScans', { query: { limit: 200 } });
      return items.find((item) => item.code === 'repository-not-found');
    }, 'a scan that says so');
    assert.equal(scan.repository, 'missing');
    assert.ok(scan.message.includes('missing') && scan.hint, 'a sentence and a next step');
    assert.ok(pharos.output().includes('repository-not-found'), 'the log names it');
    const { stdout } = await command(pharos, 'scans', 'get', scan.id);
    assert.ok(stdout.includes('repository-not-found') && stdout.includes(scan.hint!), stdout);
    await assertHealthyGoesOn();
  });

  /** One bad tag: named failure at its scan, in the CLI and the log; the tags beside it and those known before stay. */
  async function assertTagFailsAlone(repository: string, tag: string, code: string) {
    const before = await libraryTags(pharos.client);
    const { id } = await repositoryNamed(pharos.client, repository);
    pushes += 1;
    const beside = `18.${pushes}-2607010101`;
    registry.content.push(repository, beside, { name: `beside ${tag}` });
    const scan = await scanNow(pharos.client, id);
    const failure = scan.failures.find((each) => each.subject.includes(tag));
    assert.equal(failure?.code, code, JSON.stringify(scan.failures));
    assert.ok(failure?.message && failure.hint, 'a sentence and a next step');
    const { stdout } = await command(pharos, 'scans', 'get', scan.id);
    assert.ok(stdout.includes(code) && stdout.includes(tag), stdout);
    const after = await libraryTags(pharos.client);
    assert.ok(after.has(`${repository}:${beside}`), 'the tag beside it came in');
    assert.ok(!after.has(`${repository}:${tag}`), 'the bad one did not');
    for (const [name, digest] of before) assert.equal(after.get(name), digest, `${name} stays`);
  }

  test('a manifest that is none', async () => {
    const digest = registry.content.addManifest('broken', MEDIA_TYPES.oci.manifest, Buffer.from('this is no manifest'));
    registry.content.tag('broken', 'bad-text', digest);
    await assertTagFailsAlone('broken', 'bad-text', 'manifest-invalid');
    registry.content.remove('broken', 'bad-text');
    await assertHealthyGoesOn();
  });

  test('a manifest that is an index as well', async () => {
    const image = JSON.parse(buildImage({ name: 'two faces' }).bytes.toString());
    const both = {
      ...image,
      manifests: [{ mediaType: MEDIA_TYPES.oci.manifest, digest: image.config.digest, size: 5 }],
    };
    registry.content.tag('broken', 'bad-faces', registry.content.addManifest('broken', MEDIA_TYPES.oci.manifest, both));
    await assertTagFailsAlone('broken', 'bad-faces', 'manifest-ambiguous');
    registry.content.remove('broken', 'bad-faces');
  });

  test('a manifest of 200 MB: refused, and the memory of the process stays bounded', async () => {
    registry.content.push('huge', 'bad-huge', { name: 'huge' });
    registry.fault = { name: 'manifest-huge', tag: 'bad-huge', bytes: 200 * MIB };
    const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pharos.pid}/status`, 'utf8'))![1]) / 1024;
    const before = resident();
    let peak = before;
    let isWatching = true;
    const watching = (async () => {
      for (; isWatching; await sleep(10)) peak = Math.max(peak, resident());
    })();
    try {
      await assertTagFailsAlone('huge', 'bad-huge', 'body-too-large');
    } finally {
      isWatching = false;
      await watching;
    }
    assert.ok(registry.struck('manifest-huge') > 0);
    assert.ok(peak - before < 128, `resident memory rose from ${before} to ${peak} MiB`);
    registry.fault = undefined;
    registry.content.remove('huge', 'bad-huge');
    await assertHealthyGoesOn();
  });

  test('a list of tags that never ends', async () => {
    const before = await libraryTags(pharos.client);
    const { id } = await repositoryNamed(pharos.client, 'endless');
    registry.fault = { name: 'endless-tags', repo: 'endless' };
    const { id: scanId } = await pharos.client('createScan', { body: { repositoryId: id } });
    await assertHealthyGoesOn();
    const scan = await waitFor(
      async () => {
        const { items } = await pharos.client('listScans', { query: { repositoryId: id, limit: 20 } });
        return items.find((item) => item.code === 'too-many-names' || item.code === 'too-many-pages');
      },
      `a scan (${scanId}) that ended`,
      120_000,
    );
    registry.fault = undefined;
    assert.notEqual(scan.status, 'complete');
    assert.ok(scan.message && scan.hint);
    assert.ok(pharos.output().includes(scan.code!), 'the log names it');
    const now = await libraryTags(pharos.client);
    for (const [name, digest] of before) assert.equal(now.get(name), digest, `${name} stays`);
    const { items } = await pharos.client('listRepositoryTags', { params: { id }, query: {} });
    assert.ok(items.every((tag) => tag.presence === 'present'));
    assert.equal((await scanNow(pharos.client, id)).status, 'complete', 'and it recovers by itself');
  });

  test('the log names what failed of single tags', () => {
    for (const code of ['manifest-invalid', 'manifest-ambiguous', 'body-too-large']) {
      assert.ok(pharos.output().includes(code), code);
    }
  });
});
