/// <reference lib="dom" />
/** What happens appears on open pages by itself, and nobody who reads them loses their place. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { Page } from 'playwright-core';
import { type Household, startHousehold } from './support/at-home.ts';
import { listen, settle, violations } from './support/browser.ts';
import { type Pharos, waitFor } from './support/pharos.ts';

describe('live pages', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let household: Household;
  before(async () => {
    household = await startHousehold();
    pharos = household.pharos;
  });
  after(() => household?.end());

  async function open(path: string): Promise<Page> {
    const context = await household.enter();
    const page = await context.newPage();
    await page.setViewportSize({ width: 1440, height: 500 });
    await page.goto(pharos.url + path);
    await settle(page);
    return page;
  }

  const scrolled = (page: Page) =>
    page.evaluate(() => Math.max(...[...document.querySelectorAll('*')].map((element) => element.scrollTop)));

  /** Where the page stands once its table is whole (it keeps its height until then) and nothing moves any more. */
  async function drawn(page: Page): Promise<number> {
    await settle(page);
    let before = '';
    let same = 0;
    return waitFor(async () => {
      const tables = page.locator('table[aria-busy="true"], [style*="min-block-size"]');
      const rows = await page.locator('tbody tr').count();
      const now = `${await tables.count()} ${rows} ${await scrolled(page)}`;
      same = now === before ? same + 1 : 0;
      before = now;
      return same >= 5 && now.startsWith('0 ') ? await scrolled(page) : null;
    }, 'a page that stands');
  }

  test('an entry of the feed appears by itself, while scroll, page, filter, focus and what is opened stay', {
    timeout: 120_000,
  }, async () => {
    const page = await open('/activity');
    const complaints = listen(page);
    const toggle = page.getByRole('button', { name: /^(Which|The first)/ }).last();
    await toggle.scrollIntoViewIfNeeded();
    await toggle.click();
    const opened = page.getByRole('button', { name: 'Hide' });
    await opened.waitFor();
    await opened.focus();
    const before = await scrolled(page);
    assert.ok(before > 0, 'the page is long enough to have a place in it');
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    const rule = { name: 'Live rule', kind: null, repositories: { include: ['nothing'] }, tags: [] };
    await pharos.client('createRule', { body: rule as never });
    await page.getByText('The rule "Live rule" was made').waitFor({ state: 'attached', timeout: 15_000 });
    assert.equal(await page.evaluate(() => 'isSamePage' in window), true, 'nothing was loaded anew');
    assert.equal(await opened.count(), 1);
    assert.equal(await opened.evaluate((element) => element === document.activeElement), true);
    // The browser keeps what is read in its place: the list grows above it.
    assert.ok((await scrolled(page)) >= before);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('a list that is paged and scrolled keeps both when a scan ends', { timeout: 120_000 }, async () => {
    const page = await open('/library/tags?sort=name');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2').waitFor();
    // The button stands below the rows, and stays under the pointer.
    const below = await drawn(page);
    assert.ok(below > 300, `${below}`);
    const address = page.url();
    await page.evaluate(() => {
      const scrolls = [...document.querySelectorAll('*')].sort((one, other) => other.scrollTop - one.scrollTop)[0]!;
      scrolls.scrollTop -= 300;
    });
    const place = await drawn(page);
    assert.ok(place < below, `${place}`);
    const [registry] = (await pharos.client('listRegistries', { query: {} })).items;
    const read = page.waitForResponse((answer) => /\/api\/v1\/tags\?/.test(answer.url()), { timeout: 30_000 });
    await pharos.client('createScan', { body: { registryId: registry!.id } });
    await read;
    assert.equal(await drawn(page), place);
    assert.equal(page.url(), address);
    await page.context().close();
  });

  test('a webhook is added, tried and shows what came back, without leaving its page', {
    timeout: 120_000,
  }, async () => {
    const got: string[] = [];
    const endpoint = createServer((request, response) => {
      got.push(String(request.headers['webhook-id']));
      response.writeHead(202).end('taken <b>\u202e');
    });
    await new Promise<void>((done) => endpoint.listen(0, '127.0.0.1', done));
    const page = await open('/manage/webhooks');
    const complaints = listen(page);
    await page.getByRole('link', { name: 'Add webhook' }).click();
    await page.locator('#webhook-name').fill('Chat');
    await page.locator('#webhook-url').fill(`http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('plain http', { exact: false }).first().waitFor();
    await page.getByLabel('Plain http').check();
    await page.getByLabel('Addresses of private networks and of this machine').check();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText(/whsec_/).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Done, try it' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The test arrived').waitFor();
    await page.getByRole('button', { name: 'ping' }).click();
    await page.getByRole('button', { name: 'Send again' }).click();
    // Told by an event: the second try appears on the open page.
    await waitFor(async () => (await page.getByText('Answered 202').count()) >= 3, 'the second try');
    assert.equal(new Set(got).size, 1, 'the same id');
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(
      complaints.filter((complaint) => !/400/.test(complaint)),
      [],
    );
    await page.context().close();
    endpoint.closeAllConnections();
    endpoint.close();
  });

  test('a picture has a name, a sentence, and a table with every number behind it', { timeout: 120_000 }, async () => {
    const page = await open('/library/statistics');
    const picture = page.getByRole('img', { name: 'Tags and images' });
    await picture.waitFor();
    assert.match((await picture.locator('desc').textContent()) ?? '', /Tags: from \d+ to \d+/);
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Tags and images' }) }).last();
    await panel.getByRole('button', { name: 'Table' }).click();
    const { tags } = await pharos.client('getStatistics', {});
    await panel.getByRole('row', { name: new RegExp(`^\\d{4}-\\d\\d-\\d\\d ${tags} `) }).waitFor();
    assert.deepEqual(await violations(page), []);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    assert.equal(file.suggestedFilename(), 'tags-and-images.csv');
    await page.context().close();
  });
});
