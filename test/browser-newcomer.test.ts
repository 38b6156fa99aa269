/// <reference lib="dom" />
/** What somebody who was told nothing finds from Home, in a real browser, and how many clicks that takes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import { type Manifest, strictProblems } from '@pharos/testbed/operators';
import type { Page } from 'playwright-core';
import { parseAllDocuments } from 'yaml';
import { type Household, startHousehold } from './support/at-home.ts';
import { settle, violations } from './support/browser.ts';
import { waitFor } from './support/pharos.ts';

/** Of the sample: two newer EPAS are of another major, and the newest 17 of all is community PostgreSQL. */
const NEWEST_EPAS_17 = '17.6-2509120845-full';

describe('a newcomer', { skip: available().chromium.skip }, () => {
  let household: Household;
  /** Of a NIM, the one model image that may be served. */
  let digest: string;
  before(async () => {
    household = await startHousehold();
    const { items } = await household.pharos.client('listModels', { query: {} });
    digest = items.find(({ format, images }) => format === 'nim' && images.length > 0)!.images[0]!.digest;
    const body = { state: 'approved', reason: 'reviewed' } as const;
    await household.pharos.client('decideImage', { params: { digest }, body });
  });
  after(() => household?.end());

  const entry = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
  const names = (page: Page) =>
    page.getByRole('grid', { name: 'Tags' }).locator('tbody a[href*="/tags/"]').allInnerTexts();

  async function opensTheNewest(page: Page) {
    await page.getByRole('link', { name: NEWEST_EPAS_17 }).first().click();
    await page.getByRole('heading', { level: 1, name: NEWEST_EPAS_17 }).waitFor();
    for (const told of ['vector', 'linux/arm64']) await page.getByText(told).first().waitFor();
    await settle(page);
    assert.deepEqual(await violations(page), []);
  }

  for (const width of [1440, 390]) {
    test(`finds the newest EPAS 17 with pgvector for arm64 by filters, ${width} px`, async () => {
      const { context, page, actions, complaints } = await household.atHome(width);
      const isFolded = width < 1200;
      if (isFolded) await page.getByRole('button', { name: 'Navigation' }).click();
      await entry(page, 'Image Library').click();
      await page.getByRole('link', { name: 'All tags' }).click();
      const filters = page.getByRole('region', { name: 'Filters' });
      if (isFolded) await filters.getByRole('button', { name: 'Filters' }).click();
      const choose = async (group: string, value: RegExp) => {
        const box = filters.getByRole('group', { name: group }).getByRole('checkbox', { name: value });
        await box.click();
        await waitFor(() => box.isChecked(), `${group} to be chosen`);
      };
      await choose('Engine', /EPAS|Advanced/);
      await choose('Major version', /^17/);
      // Eight values of each filter are shown, those of most tags first; the rest is one click away.
      await filters.getByRole('group', { name: 'Extension' }).getByRole('button', { name: /more/ }).click();
      await choose('Extension', /pgvector/);
      await choose('Platform', /linux\/arm64/);
      await waitFor(async () => (await names(page)).length === 3, 'the three builds that fit');
      assert.equal((await names(page))[0]?.split('\n')[0], NEWEST_EPAS_17, 'the newest stands first');
      await opensTheNewest(page);
      assert.ok(actions() <= (isFolded ? 10 : 8), `${actions()} clicks`);
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  test('finds it by words, completed while they are typed', async () => {
    const { context, page, actions, complaints } = await household.atHome();
    await entry(page, 'Image Library').click();
    await page.getByRole('link', { name: 'All tags' }).click();
    const box = page.getByRole('combobox', { name: 'Search tags' });
    await box.waitFor();
    await page.keyboard.press('/');
    await waitFor(() => box.evaluate((field) => field === document.activeElement), 'the focus in the search');
    // Nobody knows the words of the query yet: what is typed is what one looks for, and the list offers the terms.
    for (const [typed, offered] of [
      ['epas', 'engine:epas'],
      ['17', 'major:17'],
      ['pgvector', 'extension:vector'],
      ['arm64', 'platform:linux/arm64'],
    ] as const) {
      await page.keyboard.type(typed);
      await page.getByRole('option', { name: offered }).first().click();
      await page.keyboard.type(' ');
    }
    await page.keyboard.press('Enter');
    await waitFor(async () => (await names(page)).length === 3, 'the three builds that fit');
    assert.equal((await names(page))[0]?.split('\n')[0], NEWEST_EPAS_17, 'the newest stands first');
    await opensTheNewest(page);
    assert.ok(actions() <= 12, `${actions()} clicks and spaces`);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  for (const width of [1440, 390])
    test(`gets from Home to the manifests of an approved NIM in under ten clicks, ${width} px`, async () => {
      const { context, page, actions, complaints } = await household.atHome(width);
      if (width < 1200) await page.getByRole('button', { name: 'Navigation' }).click();
      await entry(page, 'Model services').click();
      await page.getByRole('link', { name: 'Deploy a model' }).first().click();
      const next = page.getByRole('button', { name: 'Next', exact: true });
      const review = page.locator('pre', { hasText: 'apiVersion:' });
      for (let step = 0; step < 4 && !(await review.isVisible()); step += 1) {
        await waitFor(() => next.isEnabled(), 'the next step');
        await settle(page);
        assert.deepEqual(await violations(page), []);
        await next.click();
        await Promise.race([review.waitFor(), next.waitFor()]);
      }
      await review.waitFor();
      assert.ok(actions() < 10, `${actions()} clicks`);
      await settle(page);
      assert.deepEqual(await violations(page), []);
      const manifests = parseAllDocuments(await review.innerText()).map((each) => each.toJS() as Manifest);
      assert.deepEqual(
        manifests.map(({ kind }) => kind),
        ['ServingRuntime', 'InferenceService'],
      );
      assert.deepEqual(manifests.flatMap(strictProblems), []);
      assert.ok((await review.innerText()).includes(`@${digest}`));
      assert.deepEqual(complaints, []);
      await context.close();
    });
});
