/// <reference lib="dom" />
/** Many tabs of one browser: one event stream, and one session. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { BrowserContext, Page } from 'playwright-core';
import { type Household, PASSWORD, startHousehold, USER } from './support/at-home.ts';
import { listen, settle, signedIn } from './support/browser.ts';
import { type Pharos, waitFor } from './support/pharos.ts';

/** Two more than the connections that a browser opens to one origin over HTTP/1.1. */
const TABS = 8;

describe('tabs of one browser', { skip: available().chromium.skip }, () => {
  let household: Household;
  let pharos: Pharos;
  before(async () => {
    household = await startHousehold();
    pharos = household.pharos;
  });
  after(() => household?.end());

  /** Tabs with the feed open, each loaded whole before the next. */
  async function openTabs(context: BrowserContext, count: number): Promise<Page[]> {
    context.setDefaultTimeout(15_000);
    const pages: Page[] = [];
    for (let each = 0; each < count; each += 1) {
      const page = await context.newPage();
      await page.goto(`${pharos.url}/activity`);
      await settle(page);
      pages.push(page);
    }
    return pages;
  }

  /** Open event streams, as the server counts them. */
  async function streams(): Promise<number> {
    const metrics = await (await fetch(`${pharos.url}/metrics`)).text();
    return Number(/^pharos_event_clients (\d+)/m.exec(metrics)?.[1]);
  }
  const hasStreams = (count: number) =>
    waitFor(async () => (await streams()) === count, `${count} streams at the server`, 15_000);

  async function appearsIn(pages: readonly Page[], name: string) {
    const rule = { name, kind: null, repositories: { include: ['nothing'] }, tags: [] };
    await pharos.client('createRule', { body: rule as never });
    await Promise.all(
      pages.map((page) => page.getByText(`The rule "${name}" was made`).waitFor({ state: 'attached' })),
    );
  }
  const areAtSignIn = (pages: readonly Page[]) =>
    Promise.all(pages.map((page) => page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()));

  test('eight have one stream; all hear of what happens, also when the first is closed', async () => {
    const context = await household.enter();
    const pages = await openTabs(context, TABS);
    const complaints = pages.map(listen);
    assert.equal(await streams(), 1);
    await appearsIn(pages, 'For eight');
    const [first, ...others] = pages;
    await first!.close();
    await appearsIn(others, 'For seven');
    assert.equal(await streams(), 1);
    assert.deepEqual(complaints.flat(), []);
    // Somebody who comes later hears too.
    await appearsIn([...(await openTabs(context, 1)), ...others], 'For eight again');
    await context.close();
    await hasStreams(0);
  });

  test('signing out reaches every tab, and so does signing in again', async () => {
    const context = await household.enter();
    const pages = await openTabs(context, 3);
    await pages[1]!.getByRole('button', { name: `Account: ${USER}` }).click();
    await pages[1]!.getByRole('menuitem', { name: 'Sign out' }).click();
    await areAtSignIn(pages);
    await hasStreams(0);
    await pages[0]!.locator('#username').fill(USER);
    await pages[0]!.locator('#password').fill(PASSWORD);
    await pages[0]!.getByRole('button', { name: 'Sign in' }).click();
    // Each goes on where it was.
    for (const page of [pages[0]!, pages[2]!])
      await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
    await appearsIn([pages[0]!, pages[2]!], 'After signing in');
    assert.equal(await streams(), 1);
    await context.close();
  });

  test('a session that was ended elsewhere ends in every tab as soon as one learns of it', async () => {
    const context = await household.enter();
    const pages = await openTabs(context, 3);
    const other = await household.browser.newContext();
    await signedIn(other, pharos.url, USER, PASSWORD);
    const answer = await other.request.delete(`${pharos.url}/api/v1/me/sessions`, {
      headers: { 'x-pharos-client': '1' },
    });
    assert.ok(answer.ok(), `${answer.status()}`);
    await pages[2]!.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Repository Rules' }).click();
    await areAtSignIn(pages);
    await other.close();
    await context.close();
  });

  test('a tab of a browser without shared workers has its own stream, and gives it back while it is hidden', async () => {
    const context = await household.enter();
    await context.addInitScript(() => Object.defineProperty(window, 'SharedWorker', { value: undefined }));
    await context.clock.install();
    const pages = await openTabs(context, 2);
    await hasStreams(2);
    await appearsIn(pages, 'For two');
    const turn = (state: string) =>
      pages[0]!.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await turn('hidden');
    await pages[0]!.clock.runFor(30_000);
    await hasStreams(1);
    await appearsIn([pages[1]!], 'While hidden');
    await turn('visible');
    await pages[0]!.clock.runFor(1000);
    // What happened meanwhile is read when it is looked at again.
    await pages[0]!.getByText('The rule "While hidden" was made').waitFor({ state: 'attached' });
    await hasStreams(2);
    await context.close();
  });
});
