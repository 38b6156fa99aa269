/** Somebody who may do everything, at the home page of the sample library, in a real browser. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { countActions } from './actions.ts';
import { launchBrowser, listen, settle, signedIn } from './browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './pharos.ts';

export const USER = 'admin';
export const PASSWORD = 'correct horse battery';

export interface AtHome {
  context: BrowserContext;
  page: Page;
  /** How often a pointer or an activating key was pressed so far. */
  actions: () => number;
  /** What the page complained about so far. */
  complaints: string[];
}

export interface Household {
  pharos: Pharos;
  browser: Browser;
  /** A browser of its own, signed in, without a page. */
  enter(width?: number): Promise<BrowserContext>;
  /** Signed in, at Home. */
  atHome(width?: number): Promise<AtHome>;
  /** For `after`. */
  end(): Promise<void>;
}

/** Starts Pharos with the whole sample, its administrator, and a browser. */
export async function startHousehold(): Promise<Household> {
  const [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
  await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
  const token = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]).searchParams.get('token')!;
  await pharos.client('setup', { body: { token, username: USER, password: PASSWORD } });

  async function enter(width = 1440): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    await signedIn(context, pharos.url, USER, PASSWORD);
    return context;
  }

  return {
    pharos,
    browser,
    enter,
    async atHome(width) {
      const context = await enter(width);
      const actions = await countActions(context);
      const page = await context.newPage();
      const complaints = listen(page);
      await page.goto(pharos.url);
      await settle(page);
      return { context, page, actions, complaints };
    },
    async end() {
      await browser.close();
      await pharos.stop();
      cleanUp();
    },
  };
}
