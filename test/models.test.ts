/// <reference lib="dom" />
/** The Model Library in a real browser: find a model that fits, see where its facts are from, correct one, take it back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn, violations } from './support/browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const PASSWORD = 'correct horse battery';
const RERANK = 'llama-3.2-nv-rerankqa-1b-v2';

describe('the Model Library', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const link = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]);
    const body = { token: link.searchParams.get('token')!, username: 'admin', password: PASSWORD };
    await pharos.client('setup', { body });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await signedIn(context, pharos.url, 'admin', PASSWORD);
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  test('a first start shows the models of the sample by task, and the filters find the one that fits', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(pharos.url);
    await settle(page);
    await page.getByRole('navigation').getByRole('link', { name: 'Model Library' }).click();
    await page.getByRole('heading', { level: 1, name: 'Model Library' }).waitFor();
    for (const task of ['Text generation', 'Text embedding', 'Reranking']) {
      await page.getByRole('heading', { level: 2, name: task }).waitFor();
    }
    await page.getByRole('button', { name: /^Task/ }).click();
    await page.getByRole('option', { name: 'Reranking 1' }).click();
    await page.getByText('1 model', { exact: true }).waitFor();
    assert.match(page.url(), /task=rerank/);
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('link', { name: RERANK }).click();
    await page.getByRole('heading', { level: 1, name: RERANK }).waitFor();
    await page
      .getByRole('link', { name: /^the catalogue: NVIDIA/ })
      .first()
      .waitFor();
    await page.getByRole('grid', { name: 'GPU profiles' }).getByText('A10G').waitFor();
    await page.getByRole('link', { name: '1.8.0', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '1.8.0' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a fact is corrected by keyboard, open pages follow, and a blank takes it back', async () => {
    const model = (await pharos.client('listModels', { query: { task: 'rerank' } })).items[0]!;
    const [page, other] = [await context.newPage(), await context.newPage()];
    for (const each of [page, other]) {
      await each.goto(`${pharos.url}/models/${model.id}`);
      await settle(each);
    }
    await page.getByRole('button', { name: 'Edit facts' }).press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'model-task', 'the form has the focus');
    await page.getByRole('button', { name: 'Write own profiles' }).press('Enter');
    assert.deepEqual(await violations(page), []);
    await page.getByLabel('GPUs', { exact: true }).fill('two');
    await page.getByLabel('Parameters', { exact: true }).fill('1.23B');
    await page.keyboard.press('Enter');
    await page.getByText('Write a number.').waitFor();
    await page.getByLabel('GPUs', { exact: true }).fill('');
    await page.getByRole('button', { name: 'As the sources say' }).press('Enter');
    await page.getByRole('button', { name: 'Save facts' }).press('Enter');
    await page.getByText('edited by admin').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Edit facts', 'the focus is back');
    await other.getByText('edited by admin').waitFor();
    const edited = await pharos.client('getModel', { params: { id: model.id } });
    assert.deepEqual(
      edited.edits.map(({ field, value, by }) => [field, value, by]),
      [['parameters', '1.23B', 'admin']],
      'nothing but what was typed',
    );
    await page.getByRole('button', { name: 'Edit facts' }).press('Enter');
    await page.getByLabel('Parameters', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Save facts' }).press('Enter');
    await page.getByText('Parameters: reset').waitFor();
    assert.equal((await pharos.client('getModel', { params: { id: model.id } })).parameters, '1B');
    await page.close();
    await other.close();
  });

  test('without a model the way to one is a rule that is written for models already', async () => {
    const page = await context.newPage();
    await page.route(/\/api\/v1\/models\?/, (route) => route.fulfill({ json: { items: [], next: null, total: 0 } }));
    await page.goto(`${pharos.url}/models`);
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('link', { name: 'Write a rule for model images' }).click();
    await page.getByRole('heading', { level: 1, name: 'New rule' }).waitFor();
    assert.equal(await page.getByLabel('Kind').inputValue(), 'model');
    await page.getByText(/\d+ tags in 3 repositories come in/).waitFor();
    await page.close();
  });
});
