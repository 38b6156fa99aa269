/// <reference lib="dom" />
/** Approvals in a real browser: the queue by the keyboard alone, a summary before many are decided, and every place that shows a state. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn, violations } from './support/browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const USER = 'admin';
const PASSWORD = 'correct horse battery';

describe('approvals in a browser', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const token = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]).searchParams.get('token')!;
    await pharos.client('setup', { body: { token, username: USER, password: PASSWORD } });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await signedIn(context, pharos.url, USER, PASSWORD);
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-queue-row') ?? null);
  const stateOf = async (digest: string) => (await pharos.client('getImage', { params: { digest } })).state;
  const queue = () => pharos.client('listApprovals', { query: { limit: 50 } });

  test('decisions by the keyboard alone: the next one is selected, and the reason is kept', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${pharos.url}/approvals`);
    await settle(page);
    const [first, second, third] = (await queue()).items.map((item) => item.digest) as [string, string, string];
    await page.keyboard.press('j');
    assert.equal(await focused(page), first);
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText('Affects').waitFor();
    await page.keyboard.type('reviewed');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await waitFor(async () => (await stateOf(first)) === 'approved', 'the decision');
    await page.locator(`[data-queue-row="${first}"]`).waitFor({ state: 'detached' });
    await waitFor(async () => (await focused(page)) !== null, 'the focus on a row');
    const next = (await focused(page))!;
    assert.notEqual(next, first);
    // The same once more, with the reason of before.
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText('Affects').waitFor();
    await page.keyboard.press('Enter');
    await waitFor(async () => (await stateOf(next)) === 'approved', 'the second decision');
    const { items } = await pharos.client('listImageDecisions', { params: { digest: next }, query: {} });
    assert.equal(items[0]?.reason, 'reviewed');
    await page.locator(`[data-queue-row="${next}"]`).waitFor({ state: 'detached' });
    await waitFor(async () => (await focused(page)) !== null, 'the focus on a row');
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowDown');
    const rejected = (await focused(page))!;
    await page.keyboard.press('r');
    await page.getByRole('dialog').getByText('Affects').waitFor();
    await page.keyboard.type('too old');
    await page.keyboard.press('Enter');
    await waitFor(async () => (await stateOf(rejected)) === 'rejected', 'the rejection');
    assert.ok(second && third);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a comment, and a review that opens and goes on to the next one', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${pharos.url}/approvals`);
    await settle(page);
    await page.keyboard.press('j');
    const digest = (await focused(page))!;
    await page.keyboard.press('c');
    await page.getByRole('dialog').getByLabel('Comment').fill('waits for the scan');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await waitFor(async () => (await focused(page)) === digest, 'the focus where it was');
    await page.keyboard.press('Enter');
    await page.getByText('waits for the scan').waitFor();
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText('Affects').waitFor();
    await page.keyboard.type('reviewed');
    await page.keyboard.press('Enter');
    await waitFor(async () => (await stateOf(digest)) === 'approved', 'the decision');
    await page.waitForURL(
      (url) => !url.pathname.endsWith(encodeURIComponent(digest)) && !url.pathname.endsWith(digest),
    );
    assert.match(new URL(page.url()).pathname, /^\/approvals\/sha256/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('many at once, after a summary that says what is left out', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${pharos.url}/library/tags?q=${encodeURIComponent('state:approved,pending engine:epas')}`);
    await settle(page);
    await page.getByLabel('Select all rows of this page').check();
    await page.getByRole('button', { name: 'Decide…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Affects').waitFor();
    await dialog.getByLabel('Decision').selectOption('deprecated');
    await dialog
      .getByText('is left out')
      .first()
      .waitFor()
      .catch(() => undefined);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('who asks is heard: the request stands first in the queue and on Home, and can be taken back', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    const { items } = await queue();
    const { tag, digest } = items.at(-1)!;
    await page.goto(`${pharos.url}/library/${tag.repositoryId}/tags/${tag.name}`);
    await settle(page);
    await page.getByRole('button', { name: 'Request approval…' }).click();
    await page.getByRole('dialog').getByLabel('Why it is needed').fill('payments upgrades');
    await page.getByRole('dialog').getByRole('button', { name: 'Request' }).click();
    await page.getByRole('button', { name: 'Withdraw request' }).waitFor();
    assert.equal((await queue()).items[0]?.digest, digest);
    await page.goto(pharos.url);
    await page.getByText('1 image was asked for and waits for a decision.').waitFor();
    await page.getByRole('link', { name: 'Decide about it' }).click();
    await page.getByText('payments upgrades').waitFor();
    await page.goto(`${pharos.url}/library/${tag.repositoryId}/tags/${tag.name}`);
    await page.getByRole('button', { name: 'Withdraw request' }).click();
    await page.getByRole('button', { name: 'Request approval…' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`its pages are accessible and fit, ${colorScheme}, ${width} px`, async () => {
        const narrow = await browser.newContext({
          viewport: { width, height: 900 },
          colorScheme,
          reducedMotion: 'reduce',
        });
        await signedIn(narrow, pharos.url, USER, PASSWORD);
        const [item] = (await queue()).items;
        for (const path of ['/approvals', '/approvals?tab=rules', `/approvals/${item!.digest}`]) {
          const page = await narrow.newPage();
          const complaints = listen(page);
          await page.goto(pharos.url + path);
          await settle(page);
          assert.equal(await page.locator('h1').count(), 1, path);
          const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(tooWide <= 0, `${path} scrolls sideways by ${tooWide} px`);
          assert.deepEqual(await violations(page), [], path);
          assert.deepEqual(complaints, [], path);
          if (process.env.SHOTS) {
            const name = `${path.replaceAll(/[^a-z]+/g, '-').slice(0, 24)}-${colorScheme}-${width}.png`;
            await page.screenshot({ path: `${process.env.SHOTS}/${name}`, fullPage: true });
          }
          await page.close();
        }
        await narrow.close();
      });
    }
  }
});
