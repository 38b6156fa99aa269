/// <reference lib="dom" />
/** Model services in a real browser: from an approved image to a deployment, and a service elsewhere that is tried. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { available } from '@pharos/testbed';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn, violations } from './support/browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const USER = 'admin';
const PASSWORD = 'correct horse battery';
const HOSTILE = 'Sure: <img src=x onerror="document.title=1"> \u202e';

describe('model services in a browser', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let context: BrowserContext;
  let elsewhere: Server;
  let key: string;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const token = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]).searchParams.get('token')!;
    await pharos.client('setup', { body: { token, username: USER, password: PASSWORD } });
    const { items } = await pharos.client('listModels', { query: {} });
    const model = items.find(({ format, images }) => format === 'nim' && images.length > 0)!;
    key = model.key;
    await pharos.client('decideImage', {
      params: { digest: model.images[0]!.digest },
      body: { state: 'approved', reason: 'reviewed' },
    });
    elsewhere = createServer((request, response) => {
      const body =
        request.url === '/v1/models' ? { data: [{ id: 'granite' }] } : { choices: [{ message: { content: HOSTILE } }] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await signedIn(context, pharos.url, USER, PASSWORD);
  });
  after(async () => {
    elsewhere?.close();
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  test('a model is deployed in a few clicks: checked, shown, kept as a file, deleted', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${pharos.url}/model-services`);
    await page.getByText('No model is served yet').waitFor();
    await page.getByRole('link', { name: 'Deploy a model' }).first().click();
    await page.getByLabel('Version').waitFor();
    assert.equal(await page.getByLabel('Model', { exact: true }).locator('option:checked').textContent(), key);
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Next' }).click();
    // What the server refuses stands at its field.
    await page.getByLabel('Name', { exact: true }).fill('Not A Name');
    await page.locator('#deploy-name-note').getByText(/./).first().waitFor();
    assert.equal(await page.locator('#deploy-name').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Name', { exact: true }).fill('tried');
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('kubectl apply --server-side -f tried.yaml').waitFor();
    await page.getByRole('button', { name: 'JSON' }).click();
    await page.getByText('kubectl apply --server-side -f tried.json').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Create deployment' }).click();
    await page.getByRole('heading', { level: 1, name: 'tried' }).waitFor();
    await page.getByText('Endpoint inside the cluster').waitFor();
    await settle(page);
    assert.deepEqual(await violations(page), []);
    assert.equal((await pharos.client('listModelDeployments', { query: {} })).items[0]?.name, 'tried');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No model is served yet').waitFor();
    assert.deepEqual(await pharos.client('listModelDeployments', { query: {} }).then(({ items }) => items), []);
    assert.deepEqual(complaints, []);
  });

  test('a service elsewhere is registered once it answers, and what it says stays text', async () => {
    const page = await context.newPage();
    await page.goto(`${pharos.url}/model-services/external/new`);
    await page.locator('#service-name').fill('Granite');
    await page.locator('#service-baseUrl').fill(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`);
    await page.locator('#service-model').fill('granite');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.locator('#service-baseUrl-note').getByText('The address is plain http.').waitFor();
    await page.getByText('Allow private addresses', { exact: true }).click();
    await page.getByText('Allow plain http', { exact: true }).click();
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('heading', { level: 1, name: 'Granite' }).waitFor();
    await page.locator('#try-text').fill('Hello');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('<img src=x').waitFor();
    await page.getByText('\\u{202E}').waitFor();
    assert.equal(await page.locator('main img[src="x"]').count(), 0);
    assert.deepEqual(await violations(page), []);
  });
});
