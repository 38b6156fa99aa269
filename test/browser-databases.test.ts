/// <reference lib="dom" />
/** From Home to a manifest that the operator admits, in a real browser: how many clicks that takes, and what cannot be chosen. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import { type Manifest, strictProblems } from '@pharos/testbed/operators';
import type { Page } from 'playwright-core';
import { parseAllDocuments } from 'yaml';
import { type Household, startHousehold } from './support/at-home.ts';
import { settle, violations } from './support/browser.ts';
import { waitFor } from './support/pharos.ts';

const NEWEST = '17.6-2509120845-full';
const OLDER = '17.5-2506091630-full';
const PENDING = '17.4-2503310734';
const ALSO_APPROVED = ['18.6-202608170911-standard-trixie', '16.10-2509120845'];

describe('a database, from Home to its manifest', { skip: available().chromium.skip }, () => {
  let household: Household;
  const digests = new Map<string, string>();

  before(async () => {
    household = await startHousehold();
    const { items } = await household.pharos.client('listTags', { query: { limit: 1000 } });
    for (const { repository, name, digest } of items)
      if (/^(edb-postgres-advanced|postgresql)$/.test(repository)) digests.set(`${repository}:${name}`, digest);
    for (const tag of [NEWEST, OLDER]) await decide(`edb-postgres-advanced:${tag}`, 'approved');
    await decide(`postgresql:${ALSO_APPROVED[0]}`, 'approved');
    await decide(`edb-postgres-advanced:${ALSO_APPROVED[1]}`, 'approved');
  });
  after(() => household?.end());

  async function decide(reference: string, state: 'approved' | 'deprecated') {
    const digest = digests.get(reference)!;
    await household.pharos.client('decideImage', { params: { digest }, body: { state, reason: 'reviewed' } });
  }

  async function accessible(page: Page) {
    await settle(page);
    assert.deepEqual(await violations(page), []);
  }

  const isShown = (page: Page, text: string) =>
    waitFor(async () => (await shown(page)).includes(text), `a manifest with ${text}`);
  const shown = (page: Page) => page.locator('pre', { hasText: 'apiVersion:' }).innerText();

  for (const width of [1440, 390]) {
    test(`EPAS 17, newest approved build, with pgvector: in under ten clicks, ${width} px`, async () => {
      const { context, page, actions, complaints } = await household.atHome(width);
      await accessible(page);
      if (width < 1200) await page.getByRole('button', { name: 'Navigation' }).click();
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Databases' }).click();
      await page.getByText('No cluster yet').waitFor();
      await accessible(page);
      await page.getByRole('link', { name: 'New cluster' }).first().click();
      await page.getByRole('radio', { name: 'EDB Postgres Advanced Server' }).click();
      await page.getByRole('radio', { name: '17', exact: true }).click();
      await page.getByRole('checkbox', { name: /pgvector/ }).click();
      await isShown(page, 'CREATE EXTENSION IF NOT EXISTS "vector"');
      assert.ok(actions() < 10, `${actions()} clicks`);
      assert.ok(actions() >= 5, 'and all of them were counted');
      await accessible(page);

      const manifests = parseAllDocuments(await shown(page)).map((each) => each.toJS() as Manifest);
      assert.deepEqual(
        manifests.map(({ kind }) => kind),
        ['Cluster'],
      );
      assert.deepEqual(manifests.flatMap(strictProblems), []);
      const { imageName } = manifests[0]!.spec as { imageName: string };
      const pinned = `edb-postgres-advanced:${NEWEST}@${digests.get(`edb-postgres-advanced:${NEWEST}`)}`;
      assert.ok(imageName.endsWith(`/${pinned}`), imageName);
      assert.equal(manifests[0]!.apiVersion, 'postgresql.k8s.enterprisedb.io/v1');
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  test('what is not approved cannot be chosen, and says why', async () => {
    const { context, page } = await household.atHome(1440);
    await page.goto(`${household.pharos.url}/databases/new?engine=epas&major=17`);
    const option = (tag: string) => page.getByRole('option', { name: tag });
    await option(NEWEST).waitFor({ state: 'attached' });
    assert.deepEqual([await option(NEWEST).isDisabled(), await option(OLDER).isDisabled()], [false, false]);
    assert.equal(await option(PENDING).isDisabled(), true);
    assert.match((await option(PENDING).textContent()) ?? '', /approval/);
    // Whoever writes it into the address gets no manifest either.
    const digest = digests.get(`edb-postgres-advanced:${PENDING}`)!;
    await page.goto(`${household.pharos.url}/databases/new?engine=epas&major=17&image=${encodeURIComponent(digest)}`);
    await page.getByRole('button', { name: 'Create cluster' }).waitFor();
    await page.getByText(/is pending\./).waitFor();
    assert.equal(await page.getByText('apiVersion:').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Create cluster' }).isDisabled(), true);
    await context.close();
  });

  test('the newest build that is approved is chosen, not the newest one', async () => {
    await decide(`edb-postgres-advanced:${NEWEST}`, 'deprecated');
    const { context, page } = await household.atHome(1440);
    await page.goto(`${household.pharos.url}/databases/new?engine=epas&major=17&extensions=vector`);
    await isShown(page, `edb-postgres-advanced:${OLDER}@sha256:`);
    assert.equal(await page.getByRole('option', { name: NEWEST }).isDisabled(), true);
    await context.close();
  });
});
