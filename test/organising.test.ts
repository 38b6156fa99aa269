/// <reference lib="dom" />
/** How people organise the library, in a real browser: HCP tags, READMEs that strangers would like to abuse, stars, views. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn, violations } from './support/browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const USER = 'ada';
const PASSWORD = 'correct horse battery';

const HOSTILE = `# Title
<script>window.owned = 1</script><img src=x onerror="window.owned = 1"><iframe src="https://evil.example/"></iframe>
<style>body { background: url(https://evil.example/a) }</style><a href="javascript:window.owned = 1">raw</a>

[script](javascript:window.owned=1) [SCRIPT](JaVaScRiPt:window.owned=1) [data](data:text/html;base64,PHNjcmlwdD4=)
[file](file:///etc/passwd) [relative](//evil.example/x) [good](https://example.com/docs) <javascript:window.owned=1>

![pixel](https://evil.example/pixel.png) ![data](data:image/png;base64,AAAA) ![ref][r]

[r]: https://evil.example/ref.png "onmouseover=window.owned=1"

| Tag | [link](javascript:window.owned=1) |
|---|---|
| 17 | <img src=x onerror="window.owned = 1">\u202ereversed |

text \u202ereversed`;

describe('organising the library', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let context: BrowserContext;
  let repositoryId: string;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const token = /\/setup\?token=(\S+)/.exec(pharos.output())![1]!;
    await pharos.client('setup', { body: { token, username: USER, password: PASSWORD } });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await signedIn(context, pharos.url, USER, PASSWORD);
    repositoryId = (await pharos.client('listRepositories', { query: { q: 'advanced' } })).items[0]!.id;
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  async function open(path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(pharos.url + path);
    await settle(page);
    return page;
  }

  test('an HCP tag is made on the spot, put on many images, found by, renamed and deleted, by keyboard where it counts', async () => {
    const page = await open(`/library/${repositoryId}?tab=tags`);
    const complaints = listen(page);
    await page.getByRole('checkbox', { name: 'Select all rows of this page' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('12 tags selected').waitFor();
    await page.getByRole('button', { name: 'Apply HCP tags…' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Team AI');
    await dialog.getByRole('button', { name: 'Create “Team AI”' }).click();
    await dialog.getByRole('checkbox', { name: 'Team AI' }).waitFor();
    assert.ok(await dialog.getByRole('checkbox', { name: 'Team AI' }).isChecked());
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.goto(`${pharos.url}/library/tags?hcpTag=Team+AI`);
    await page.getByText('12 tags', { exact: true }).waitFor();
    await page.goto(`${pharos.url}/manage/hcp-tags`);
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Edit Team AI' }).click();
    await dialog.getByLabel('Name').fill('Team ML');
    await dialog.getByLabel('teal').check();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Delete Team ML' }).click();
    await dialog.getByText('9 images').waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No HCP tag yet').waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('Deleted; it was on 9 images.').waitFor();
    await page.getByText('Renamed from Team AI; Colour grey to teal.').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a hostile README loads nothing, runs nothing and links nowhere it should not, in preview and on the page', async () => {
    const page = await open(`/library/${repositoryId}`);
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(pharos.url)) foreign.push(request.url());
    });
    page.on('dialog', (dialog) => foreign.push(`dialog ${dialog.message()}`));
    await page.getByRole('button', { name: /README/ }).click();
    await page.getByRole('textbox', { name: 'Markdown' }).fill(HOSTILE);
    const preview = page.getByRole('region', { name: 'Preview of the README' });
    await preview.getByRole('heading', { name: 'Title' }).waitFor();
    await preview.getByRole('table').getByRole('cell', { name: '17' }).waitFor();
    const judge = async () => {
      const found = await page.evaluate(() => {
        const parts = [...document.querySelectorAll('.ph-markdown')];
        const all = (selector: string) => parts.flatMap((part) => [...part.querySelectorAll(selector)]);
        return {
          forbidden: all('script, iframe, img, style, object, embed, form, svg').length,
          handlers: all('*').filter((one) => one.getAttributeNames().some((name) => name.startsWith('on'))).length,
          links: all('a').map((link) => [link.getAttribute('href'), link.getAttribute('rel')]),
          owned: 'owned' in window,
        };
      });
      const safe = ['https://example.com/docs', 'noopener noreferrer nofollow'];
      assert.deepEqual(found, { forbidden: 0, handlers: 0, links: [safe], owned: false });
    };
    await judge();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Save README' }).click();
    await page.getByText(`Written by ${USER}`).waitFor();
    await judge();
    assert.deepEqual(foreign, []);
    await page.close();
  });

  test('the second editor keeps what was written, sees the other text, and is asked before leaving', async () => {
    const { readmeRevision } = await pharos.client('getRepository', { params: { id: repositoryId } });
    const page = await open(`/library/${repositoryId}`);
    await page.getByRole('button', { name: 'Edit README' }).click();
    const editor = page.getByRole('textbox', { name: 'Markdown' });
    await editor.fill('My text');
    const theirs = { readme: 'Their text', readmeRevision };
    await pharos.client('updateRepository', { params: { id: repositoryId }, body: theirs });
    await page.getByText('saved another README while you were writing').waitFor();
    await page.getByText('Their text').waitFor();
    assert.equal(await editor.inputValue(), 'My text');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('link', { name: 'Home' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Leave without saving').waitFor();
    await dialog.getByRole('button', { name: 'Go on writing' }).click();
    await page.getByRole('button', { name: 'Put theirs below mine' }).click();
    assert.equal(await editor.inputValue(), 'My text\n\nTheir text');
    await page.getByRole('button', { name: 'Save README' }).click();
    await page.getByText(`Written by ${USER}`).waitFor();
    const after = await pharos.client('getRepository', { params: { id: repositoryId } });
    assert.equal(after.readme, 'My text\n\nTheir text');
    await page.close();
  });

  test('a description is written in place, wins over the rule, and the rule’s comes back', async () => {
    const page = await open(`/library/${repositoryId}`);
    await page.getByRole('button', { name: 'Edit description' }).click();
    const field = page.getByRole('textbox', { name: 'Description' });
    const byRule = await field.inputValue();
    await field.fill('What our services run on.');
    await page.getByRole('button', { name: 'Save description' }).click();
    await page.getByText('What our services run on.').waitFor();
    await page.getByRole('button', { name: 'Edit description' }).click();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Use the rule’s' }).click();
    await page.getByText(byRule).first().waitFor();
    await page.close();
  });

  test('a star and a default view are there again in another session', async () => {
    const page = await open('/library');
    await page.getByRole('button', { name: 'Favourite edb-postgres-advanced' }).click();
    await page.getByRole('button', { name: 'Favourites' }).click();
    await page.getByText('1 repository', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^View:/ }).click();
    await page.getByRole('menuitem', { name: 'Save this view…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Mine');
    await dialog.getByLabel(/whenever I come/).check();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('button', { name: 'View: Mine' }).waitFor();
    await page.close();
    const other = await browser.newContext();
    await signedIn(other, pharos.url, USER, PASSWORD);
    const again = await other.newPage();
    await again.goto(`${pharos.url}/library`);
    await again.getByText('1 repository', { exact: true }).waitFor();
    assert.match(again.url(), /favourite=true/);
    // The default is offered once: who clears it wants everything.
    await again.getByRole('button', { name: 'Clear filters' }).click();
    await again.getByText('7 repositories', { exact: true }).waitFor();
    await other.close();
  });
});
