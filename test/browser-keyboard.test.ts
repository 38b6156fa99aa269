/// <reference lib="dom" />
/** Every main page and every main action by the keyboard alone, in a real browser. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn } from './support/browser.ts';
import { tabTo, use, walk } from './support/keyboard.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const USER = 'admin';
const PASSWORD = 'correct horse battery';
const NEWEST = '17.6-2509120845-full';

describe('by the keyboard alone', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let context: BrowserContext;
  let pages: Record<string, string>;
  let digest: string;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const token = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]).searchParams.get('token')!;
    await pharos.client('setup', { body: { token, username: USER, password: PASSWORD } });
    const { items } = await pharos.client('listTags', { query: { q: 'engine:epas major:17', limit: 10 } });
    const models = await pharos.client('listModels', { query: {} });
    const model = models.items.find(({ format, images }) => format === 'nim' && images.length > 0)!;
    const [newest, older] = [items.find(({ name }) => name === NEWEST)!, items.find(({ name }) => name !== NEWEST)!];
    digest = newest.digest;
    for (const each of [digest, model.images[0]!.digest])
      await pharos.client('decideImage', { params: { digest: each }, body: { state: 'approved', reason: 'reviewed' } });
    pages = {
      Home: '/',
      'the repositories': '/library',
      'all tags': '/library/tags?q=engine:epas',
      'a tag': `/library/${newest.repositoryId}/tags/${NEWEST}`,
      'a comparison': `/library/compare?from=${encodeURIComponent(older.digest)}&to=${encodeURIComponent(digest)}`,
      'the rules': '/manage/rules',
      'a new rule': '/manage/rules/new',
      'the approvals': '/approvals',
      'the databases': '/databases',
      'a new cluster': '/databases/new?engine=epas&major=17',
      'the models': '/models',
      'a model': `/models/${model.id}`,
      'the model services': '/model-services',
    };
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(10_000);
    await signedIn(context, pharos.url, USER, PASSWORD);
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  async function opened(path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(pharos.url + path);
    await settle(page);
    return page;
  }

  test('Tab reaches everything on every page, the focus is seen at each stop, and nothing holds it', async (t) => {
    for (const [name, path] of Object.entries(pages)) {
      await t.test(name, async () => {
        const page = await opened(path);
        const seen = await walk(page).finally(() => page.close());
        assert.match(seen[0] ?? '', /Skip to content/, 'the way past the navigation comes first');
      });
    }
  });

  test('a search is completed at every key, and the rows of a window are drawn before those below them', async () => {
    const page = await opened('/library/tags?q=engine:none');
    const asked: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname.endsWith('/search/completions')) asked.push(url.searchParams.get('q')!);
    });
    const counts = page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const counts: number[] = [];
          new MutationObserver(() => {
            const now = document.querySelectorAll('table tbody tr').length;
            if (now > 0 && now !== counts.at(-1)) counts.push(now);
            if (now === 50) resolve(counts);
          }).observe(document.body, { subtree: true, childList: true });
        }),
    );
    await page.getByRole('combobox').click();
    await page.keyboard.press('ControlOrMeta+a');
    for (const key of '17') await page.keyboard.press(key);
    await page.waitForURL(/q=17/);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Delete');
    const [first, last] = [(await counts)[0], (await counts).at(-1)];
    assert.deepEqual([first, last], [16, 50]);
    for (const text of ['1', '17', '']) assert.ok(asked.includes(text), `"${text}" was never asked for: ${asked}`);
    await page.close();
  });

  test('from Home to a cluster that is made, without a mouse', async () => {
    const page = await opened('/');
    const complaints = listen(page);
    await use(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Databases' }));
    await page.getByRole('heading', { level: 1, name: 'Databases' }).waitFor();
    await use(page, page.getByRole('link', { name: 'New cluster' }).first());
    const version = page.getByRole('radio', { name: '17', exact: true });
    await tabTo(page, version);
    await use(page, page.getByRole('checkbox', { name: /pgvector/ }), ' ');
    await page.getByText('CREATE EXTENSION IF NOT EXISTS "vector"').waitFor();
    await tabTo(page, page.getByRole('textbox', { name: 'Name', exact: true }));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('by-keyboard');
    const create = page.getByRole('button', { name: 'Create cluster' });
    await page.getByText('name: by-keyboard').waitFor();
    await waitFor(() => create.isEnabled(), 'a manifest that can be made');
    await use(page, create);
    await page.getByRole('heading', { level: 1, name: 'by-keyboard' }).waitFor();
    const made = await pharos.client('listClusters', { query: {} });
    assert.deepEqual(
      made.items.map(({ name, image }) => [name, image.digest]),
      [['by-keyboard', digest]],
    );
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('from Home to the comparison of two builds, without a mouse', async () => {
    const page = await opened('/');
    await use(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Image Library' }));
    await use(page, page.getByRole('link', { name: 'All tags' }));
    const box = page.getByRole('combobox', { name: 'Search tags' });
    await box.waitFor();
    await page.keyboard.press('/');
    await waitFor(() => box.evaluate((field) => field === document.activeElement), 'the focus in the search');
    await page.keyboard.type('epas');
    await page.getByRole('option', { name: 'engine:epas' }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type(' major:17');
    await page.keyboard.press('Escape');
    await use(page, page.getByRole('link', { name: NEWEST }).first());
    await page.getByRole('heading', { level: 1, name: NEWEST }).waitFor();
    await use(page, page.getByRole('link', { name: 'Compare with predecessor' }));
    await page.getByRole('heading', { level: 1, name: 'Compare images' }).waitFor();
    await page.getByText('Facts').first().waitFor();
    await page.close();
  });

  test('a word that the list completes is no error yet; once the list is closed, the reason points at it', async () => {
    const page = await opened('/library/tags');
    const box = page.getByRole('combobox', { name: 'Search tags' });
    await box.waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('engine:ep');
    await page.getByRole('option', { name: 'epas' }).first().waitFor();
    assert.equal(await box.getAttribute('aria-invalid'), 'false');
    await page.keyboard.press('Escape');
    await page.getByText('"ep" is no engine.').waitFor();
    assert.equal(await box.getAttribute('aria-invalid'), 'true');
    await page.close();
  });

  test('a rule is written, and a dialog gives the focus back where it was', async () => {
    const page = await opened('/manage/rules');
    await use(page, page.getByRole('link', { name: 'Add a rule' }).first());
    await page.getByRole('heading', { level: 1, name: 'New rule' }).waitFor();
    await tabTo(page, page.getByRole('textbox', { name: /^Name/ }));
    await page.keyboard.type('by keyboard');
    await tabTo(page, page.getByRole('textbox', { name: /repositor/i }).first());
    await page.keyboard.type('postgresql');
    const save = page.getByRole('button', { name: 'Save rule' });
    await waitFor(() => save.isEnabled(), 'a rule that can be saved');
    await use(page, save);
    await waitFor(
      async () => (await pharos.client('listRules', { query: {} })).items.some(({ name }) => name === 'by keyboard'),
      'the rule',
    );
    await page.goto(`${pharos.url}${pages['a tag']}`);
    await settle(page);
    const decide = page.getByRole('button', { name: 'Decide…' });
    await use(page, decide);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (let press = 0; press < 30; press += 1) {
      await page.keyboard.press('Tab');
      const isInside = await dialog.evaluate((each) => each.contains(document.activeElement));
      assert.ok(isInside, 'the focus stays in the dialog while it is open');
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await waitFor(() => decide.evaluate((each) => each === document.activeElement), 'the focus where it was');
    await page.close();
  });
});
