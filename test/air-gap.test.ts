/** A disconnected site: a real registry, what real skopeo carries out of it, and a library that is filled from the files. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Registry } from '@pharos/contract';
import {
  available,
  buildImage,
  buildIndex,
  copyToFiles,
  type Distribution,
  pushWithSkopeo,
  startDistribution,
} from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { launchBrowser, listen, settle, violations } from './support/browser.ts';
import {
  ADMIN_TOKEN,
  all,
  cleanUp,
  libraryTags,
  makeFolder,
  type Pharos,
  runPharos,
  startPharos,
  waitFor,
} from './support/pharos.ts';

const REPOSITORY = 'k8s/postgresql';
const parts = available();

describe('an air gap', { skip: parts.distribution.skip || parts.skopeo.skip }, () => {
  let source: Distribution;
  let pharos: Pharos;
  let file: string;
  const folder = makeFolder();
  const digests = new Map<string, string>();

  /** Pushes a tag, of two platforms when it is told so, and remembers the digest that the registry answers. */
  async function push(tag: string, isIndex = false): Promise<void> {
    const image = buildImage({ name: tag });
    const children = [
      { image, platform: { os: 'linux', architecture: 'amd64' } },
      { image: buildImage({ name: `${tag}-arm` }), platform: { os: 'linux', architecture: 'arm64' } },
    ];
    await pushWithSkopeo(isIndex ? buildIndex(children) : image, `${source.host}/${REPOSITORY}:${tag}`);
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
    const address = `${source.url}/v2/${REPOSITORY}/manifests/${tag}`;
    const answer = await fetch(address, { method: 'HEAD', headers: { accept } });
    digests.set(`${REPOSITORY}:${tag}`, answer.headers.get('docker-content-digest')!);
  }

  /** Writes an archive as a person does, and moves it into the folder when it is whole. */
  async function carry(name: string, tag: string): Promise<void> {
    const hidden = join(folder, `.${name}`);
    await copyToFiles(`${source.host}/${REPOSITORY}:${tag}`, `oci-archive:${hidden}:${REPOSITORY}:${tag}`);
    renameSync(hidden, join(folder, name));
  }

  const registries = async () => (await pharos.client('listRegistries', { query: {} })).items;
  const registryNamed = async (name: string): Promise<Registry> =>
    (await registries()).find((registry) => registry.name === name)!;
  const tagsOf = async (registryId: string) =>
    new Map(
      (await all((cursor) => pharos.client('listTags', { query: { registryId, cursor, limit: 1000 } }))).map((tag) => [
        `${tag.repository}:${tag.name}`,
        tag.digest,
      ]),
    );

  before(async () => {
    source = await startDistribution();
    await push('17.4-2503310701');
    await push('17.5-2505150800', true);
    await carry('first.tar', '17.4-2503310701');
    file = agentFile([
      {
        name: 'carried',
        url: `oci-layout:${folder}`,
        tls: {},
        rules: [{ name: 'all', kind: 'postgres', repositories: { include: ['**'] } }],
      },
      { name: 'connected', url: source.host, repositories: [REPOSITORY] },
    ]);
    pharos = await startPharos({
      args: ['--agent-config', file],
      env: { PHAROS_MISSING_SCANS: '3', PHAROS_MISSING_HOURS: '0' },
    });
  });
  after(async () => {
    await pharos?.stop();
    await source?.stop();
    cleanUp();
  });

  test('the archive shows the digest that the registry itself answers', async () => {
    const { id, url, provider, warnings } = await waitFor(() => registryNamed('carried'), 'the registry of files');
    assert.deepEqual([url, provider, warnings], [`oci-layout:${folder}`, 'oci-layout', []]);
    const name = `${REPOSITORY}:17.4-2503310701`;
    await waitFor(async () => (await tagsOf(id)).size === 1, 'the carried tag');
    assert.deepEqual(await tagsOf(id), new Map([[name, digests.get(name)!]]));
    const { status } = await waitFor(async () => {
      const registry = await registryNamed('carried');
      return registry.status.state === 'ok' ? registry : null;
    }, 'the probe');
    assert.equal(status.checks.find(({ id: check }) => check === 'tls')?.state, 'skipped');
  });

  test('a second archive with another tag, of two platforms, is seen at the next scan', async () => {
    await carry('second.tar', '17.5-2505150800');
    const { id } = await registryNamed('carried');
    await waitFor(async () => (await tagsOf(id)).size === 2, 'both tags');
    assert.deepEqual(await tagsOf(id), digests);
  });

  test('one image, two places: in the API and in the CLI', async () => {
    const name = `${REPOSITORY}:17.4-2503310701`;
    const digest = digests.get(name)!;
    const image = await waitFor(async () => {
      const found = await pharos.client('getImage', { params: { digest } });
      return found.tags.length === 2 ? found : null;
    }, 'both places');
    assert.deepEqual(image.tags.map(({ registry, locationId, host }) => [registry, locationId, host]).sort(), [
      ['carried', 'eu-west', `oci-layout:${folder}`],
      ['connected', 'eu-west', source.host],
    ]);
    const carried = image.tags.find(({ registry }) => registry === 'carried')!;
    const params = { id: carried.repositoryId, name: carried.name };
    const tag = await pharos.client('getTag', { params });
    assert.deepEqual(tag.pull, [], 'nothing pulls from files');
    assert.deepEqual(
      tag.sameDigest.map(({ registry, host, locationId }) => [registry, host, locationId]),
      [['connected', source.host, 'eu-west']],
    );
    const env = { PHAROS_URL: pharos.url, PHAROS_TOKEN: ADMIN_TOKEN };
    const { stdout, code } = await runPharos(['images', 'show', digest], env);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /In carried, location eu-west\noci-layout:\S+ \(files\)\nk8s\/postgresql:17\.4-2503310701\n/);
    assert.match(stdout, /In connected, location eu-west\n127\.0\.0\.1:\d+\/k8s\/postgresql:17\.4-2503310701\n/);
  });

  test('one image, two places: on the page of the tag', { skip: parts.chromium.skip }, async () => {
    await using browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]);
    await page.locator('#password').fill('correct horse battery');
    await page.locator('#password-again').fill('correct horse battery');
    await page
      .getByRole('main')
      .getByRole('button', { name: /create/i })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    const { id } = await registryNamed('carried');
    const [repository] = (await pharos.client('listRepositories', { query: { registryId: id } })).items;
    await page.goto(`${pharos.url}/library/${repository!.id}/tags/17.4-2503310701`);
    await settle(page);
    await page.getByRole('heading', { name: 'These are files' }).waitFor();
    const places = page
      .locator('section', { has: page.getByRole('heading', { name: 'All places of this image' }) })
      .last();
    await places.getByText('One image in 2 registries').waitFor();
    const rows = await places.locator('li').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.replace(/\s+/g, ' ')),
      [
        'carried (files) k8s/postgresql:17.4-2503310701 (this tag) eu-west',
        'connected k8s/postgresql:17.4-2503310701 eu-west',
      ],
    );
    assert.deepEqual(await violations(page), []);
    await page.goto(`${pharos.url}/manage/registries/${id}`);
    await settle(page);
    await page.getByText('files on the machine of the agent of eu-west').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
  });

  test('a half-copied archive retires nothing and says what to do', async () => {
    const path = join(folder, 'second.tar');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor(statSync(path).size / 2)));
    const { id } = await registryNamed('carried');
    const status = await waitFor(async () => {
      const { items } = await pharos.client('listRepositories', { query: { registryId: id } });
      return items[0]?.lastScan?.code === 'layout-incomplete' ? items[0].lastScan.status : null;
    }, 'a scan that says so');
    assert.equal(status, 'partial');
    assert.deepEqual(await tagsOf(id), digests);
    writeFileSync(path, whole);
    await waitFor(async () => {
      const { items } = await pharos.client('listRepositories', { query: { registryId: id } });
      return items[0]?.lastScan?.status === 'complete';
    }, 'a complete scan');
    assert.deepEqual(await tagsOf(id), digests);
  });

  test('an empty folder, as of a disk that is not mounted, retires nothing', async () => {
    const { id } = await registryNamed('carried');
    renameSync(folder, `${folder}-away`);
    await waitFor(async () => (await registryNamed('carried')).status.code === 'layout-unreadable', 'its status');
    mkdirSync(folder);
    const { lastScanAt } = await registryNamed('carried');
    await waitFor(async () => {
      const { items } = await pharos.client('listScans', { query: { registryId: id, limit: 1 } });
      return items[0]?.code === 'layout-invalid' && (await registryNamed('carried')).lastScanAt !== lastScanAt;
    }, 'a scan of the empty folder');
    assert.deepEqual(await tagsOf(id), digests);
    rmdirSync(folder);
    renameSync(`${folder}-away`, folder);
    await waitFor(async () => (await registryNamed('carried')).status.state === 'ok', 'its return');
    assert.deepEqual(await libraryTags(pharos.client), digests);
  });

  test('taking one registry away leaves the image in the other', async () => {
    const digest = digests.get(`${REPOSITORY}:17.4-2503310701`)!;
    const { dataDir, port } = pharos;
    await pharos.stop();
    const text = JSON.parse(readFileSync(file, 'utf8'));
    const { discovery } = text.dispatcher.capabilities.provisioning.images;
    discovery.registries = discovery.registries.filter(({ name }: { name: string }) => name === 'carried');
    writeFileSync(file, JSON.stringify(text));
    pharos = await startPharos({ args: ['--agent-config', file], dataDir, port });
    const connected = await waitFor(async () => {
      const registry = await registryNamed('connected');
      return registry?.status.code === 'not-in-file' ? registry : null;
    }, 'the file without it');
    await pharos.client('deleteRegistry', { params: { id: connected.id } });
    const image = await pharos.client('getImage', { params: { digest } });
    assert.deepEqual(
      image.tags.map(({ registry }) => registry),
      ['carried'],
    );
  });
});
