/** What an image is and what changed: a real registry, SBOMs behind fall-back tags, and the whole way to the page. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  available,
  type BuiltImage,
  buildArtifact,
  buildImage,
  buildIndex,
  type Distribution,
  pushWithSkopeo,
  seedHttp,
  startDistribution,
} from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { launchBrowser, listen, settle, violations } from './support/browser.ts';
import { ADMIN_TOKEN, cleanUp, type Pharos, runPharos, startPharos, waitFor } from './support/pharos.ts';

const REPOSITORY = 'team/postgresql';
const SPDX = 'application/spdx+json';
const OLD = '17.4-2503310734';
const NEW = '17.5-2506091630';
const parts = available();

/** An SPDX document of an image, as a referrer that names it. */
function sbomOf(image: BuiltImage, packages: Record<string, string>): BuiltImage {
  const document = {
    spdxVersion: 'SPDX-2.3',
    packages: Object.entries(packages).map(([name, versionInfo]) => ({
      name,
      versionInfo,
      externalRefs: [{ referenceType: 'purl', referenceLocator: `pkg:deb/debian/${name}@${versionInfo}` }],
    })),
  };
  const layers = [{ mediaType: SPDX, bytes: Buffer.from(JSON.stringify(document)) }];
  return buildArtifact({ artifactType: SPDX, layers, subject: image });
}

describe('two PostgreSQL images with SBOMs in a registry without the referrers API', {
  skip: parts.distribution.skip || parts.skopeo.skip,
}, () => {
  let source: Distribution;
  let pharos: Pharos;
  const env = () => ({ PHAROS_URL: pharos.url, PHAROS_TOKEN: ADMIN_TOKEN });
  const images = {
    [OLD]: buildImage({ name: OLD, env: ['PG_MAJOR=17'], labels: { tier: 'gold', old: 'yes' } }),
    [NEW]: buildImage({ name: NEW, env: ['PG_MAJOR=17'], labels: { tier: 'silver' } }),
    bare: buildImage({ name: 'bare', env: ['PG_MAJOR=17'] }),
  };
  let repositoryId = '';

  /** The referrers tag schema: `sha256-<hex>` names an index of what hangs on that digest. */
  async function attach(image: BuiltImage, packages: Record<string, string>): Promise<void> {
    const tag = image.digest.replace(':', '-');
    const index = buildIndex([{ image: sbomOf(image, packages) }]);
    await seedHttp(source.url, [{ name: REPOSITORY, tags: [[tag, index]] }]);
  }

  before(async () => {
    source = await startDistribution();
    await pushWithSkopeo(images[OLD], `${source.host}/${REPOSITORY}:${OLD}`);
    await pushWithSkopeo(images[NEW], `${source.host}/${REPOSITORY}:${NEW}`);
    await pushWithSkopeo(images.bare, `${source.host}/${REPOSITORY}:16.1`);
    await pushWithSkopeo(images[OLD], `${source.host}/${REPOSITORY}:17`);
    await attach(images[OLD], {
      libc6: '2.36-9',
      'postgresql-17-pgvector': '0.7.4-1.pgdg12+1',
      'postgresql-17-rum': '1.3.14-1',
    });
    await attach(images[NEW], {
      libc6: '2.36-9',
      'postgresql-17-pgvector': '0.8.0-1.pgdg12+1',
      'postgresql-17-cron': '1.6.5-1',
    });
    const file = agentFile([{ name: 'team', url: source.host, repositories: [REPOSITORY] }]);
    pharos = await startPharos({ args: ['--agent-config', file] });
    const repository = await waitFor(async () => {
      const { items } = await pharos.client('listRepositories', { query: {} });
      return items.find(({ name, tagCount }) => name === REPOSITORY && tagCount === 4) ?? null;
    }, 'the four tags');
    repositoryId = repository.id;
  });
  after(async () => {
    await pharos?.stop();
    await source?.stop();
    cleanUp();
  });

  test('before anybody read an SBOM nothing is said of extensions', async () => {
    const { lists } = await pharos.client('getDifference', {
      params: { digest: images[NEW].digest },
      query: { from: images[OLD].digest },
    });
    assert.equal(lists.find(({ list }) => list === 'extensions')?.state, 'unknown');
    assert.equal(lists.find(({ list }) => list === 'packages')?.state, 'unknown');
  });

  test('compare --read reads both, and tells the extensions that the SBOMs hold', async () => {
    const args = ['compare', `${REPOSITORY}:${OLD}`, `${REPOSITORY}:${NEW}`, '--read', '--json'];
    const { stdout, code, stderr } = await runPharos(args, env());
    assert.equal(code, 0, stderr);
    // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
    const list = (name: string) => JSON.parse(stdout).lists.find((each: any) => each.list === name);
    assert.deepEqual(list('extensions').entries, [
      { name: 'pg_cron', before: null, after: '1.6.5', change: 'added' },
      { name: 'rum', before: '1.3.14', after: null, change: 'removed' },
      { name: 'vector', before: '0.7.4', after: '0.8.0', change: 'changed' },
    ]);
    assert.deepEqual([list('packages').same, list('packages').changed], [1, 1]);
    assert.deepEqual(
      list('labels').entries.map(({ name, change }: Record<string, string>) => `${name} ${change}`),
      ['old removed', 'test.name changed', 'tier changed'],
    );
  });

  test('the library finds tags by an extension that only an SBOM tells', async () => {
    const { items } = await pharos.client('listTags', { query: { extension: 'pg_cron' } });
    assert.deepEqual(
      items.map(({ name }) => name),
      [NEW],
    );
    const image = await pharos.client('getImage', { params: { digest: images[NEW].digest } });
    assert.deepEqual([image.facts.sources.extensions, image.facts.confidence.extensions], ['sbom', 'medium']);
  });

  test('an image without an SBOM stays unknown, also after it was read', async () => {
    const { packages, packagesMessage } = await pharos.client('readImage', { params: { digest: images.bare.digest } });
    assert.deepEqual([packages, packagesMessage], [null, null]);
    const { stdout } = await runPharos(['compare', `${REPOSITORY}:16.1`, `${REPOSITORY}:${NEW}`], env());
    assert.match(stdout, /Extensions: unknown/);
  });

  test('a tag that moved shows both digests and when', async () => {
    await pushWithSkopeo(images[NEW], `${source.host}/${REPOSITORY}:17`);
    const before = new Date();
    await pharos.client('createScan', { body: { repositoryId } });
    const { items } = await waitFor(async () => {
      const page = await pharos.client('listTagChanges', { query: { repositoryId } });
      return page.items.length > 0 ? page : null;
    }, 'the move');
    const [moved] = items;
    assert.deepEqual([moved?.name, moved?.previous, moved?.digest], ['17', images[OLD].digest, images[NEW].digest]);
    assert.ok(Math.abs(Date.parse(moved!.at) - before.getTime()) < 60_000);
    const { stdout } = await runPharos(['tags', 'changes', REPOSITORY], env());
    assert.match(
      stdout,
      new RegExp(`17 +moved +${images[OLD].digest.slice(0, 19)} +${images[NEW].digest.slice(0, 19)}`),
    );
    const then = await runPharos(
      ['tags', 'history', `${REPOSITORY}:17`, '--at', moved!.previousLastSeenAt!, '-q'],
      env(),
    );
    assert.equal(then.stdout.trim(), images[OLD].digest);
  });

  test('all of it on the pages, without a violation of WCAG', { skip: parts.chromium.skip }, async () => {
    await using browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]);
    await page.locator('#password').fill('correct horse battery');
    await page.locator('#password-again').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${pharos.url}/`);
    await page.goto(`${pharos.url}/library/${repositoryId}?tab=changes`);
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('link', { name: /^Compare/ }).click();
    await page.getByRole('row', { name: /vector 0\.7\.4 0\.8\.0 Changed/ }).waitFor();
    await page
      .getByRole('row', { name: /pg_cron .* Added/ })
      .first()
      .waitFor();
    await settle(page);
    assert.deepEqual(await violations(page), []);
    assert.equal(await page.getByRole('row', { name: /libc6/ }).count(), 0, 'differences only');
    await page.getByLabel('Show also what is the same').press('Space');
    await page.getByRole('row', { name: /libc6 .* Same/ }).waitFor();
    // The other side is chosen freely, by keyboard.
    await page.getByRole('button', { name: 'Change the image after' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: `Choose ${REPOSITORY}:16.1` }).press('Enter');
    await page.getByRole('heading', { name: 'Extensions: not known' }).waitFor();
    await page.goto(`${pharos.url}/library/${repositoryId}/tags/17?tab=history&at=2020-01-01`);
    await page.getByText('Not in the library yet').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
  });
});
