/// <reference lib="dom" />
/** The UI in a real browser: what a newcomer does, every page in both themes and widths, keyboard, live updates. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReceiverCreated } from '@pharos/contract';
import { available, buildImage, type Distribution, makeCosignKey, seedHttp, startDistribution } from '@pharos/testbed';
import type { Browser } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn, violations, wideTables } from './support/browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const USER = 'admin';
const PASSWORD = 'correct horse battery';

describe('the user interface', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let pages: Record<string, string>;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  test('a newcomer gets from the printed link to a tag with digest, platforms and extensions, told by nobody', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]);
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#password-again').fill(PASSWORD);
    await page
      .getByRole('main')
      .getByRole('button', { name: /create/i })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await page.getByText('You are looking at the built-in sample registry').waitFor();
    await page.getByRole('link', { name: 'Image Library' }).first().click();
    await page.getByRole('link', { name: 'edb-postgres-advanced', exact: true }).click();
    await page.getByRole('tab', { name: /^Tags/ }).click();
    await page.getByRole('link', { name: '18.3-2605132051-full' }).click();
    await page.getByRole('heading', { level: 1, name: '18.3-2605132051-full' }).waitFor();
    await page
      .getByText(/sha256:[a-f0-9]{64}/)
      .first()
      .waitFor();
    await page.getByText('linux/arm64').first().waitFor();
    await page.getByText('pgaudit').first().waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });

  for (const width of [1440, 390]) {
    test(`every page is accessible and fits, light and dark, ${width} px`, { timeout: 240_000 }, async (t) => {
      pages ??= await pagesOf(pharos);
      const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      await signedIn(context, pharos.url, USER, PASSWORD);
      // One window for all: each costs the browser more than the page in it.
      const page = await context.newPage();
      const complaints = listen(page);
      for (const [name, path] of Object.entries(pages)) {
        await t.test(name, async () => {
          complaints.length = 0;
          await page.emulateMedia({ colorScheme: 'light' });
          await page.goto(pharos.url + path);
          await settle(page);
          assert.equal(await page.locator('h1').count(), 1);
          assert.match(await page.title(), /Pharos/);
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            await page
              .locator(colorScheme === 'dark' ? 'html.pf-v6-theme-dark' : 'html:not(.pf-v6-theme-dark)')
              .waitFor();
            const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            assert.ok(tooWide <= 0, `${colorScheme}: scrolls sideways by ${tooWide} px`);
            // The other theme changes colours only, and those are the same at every width.
            if (colorScheme === 'light' || width > 1000) assert.deepEqual(await violations(page), [], colorScheme);
          }
          assert.deepEqual(await wideTables(page), []);
          assert.deepEqual(
            complaints.filter((complaint) => !/404/.test(complaint)),
            [],
          );
        });
      }
      await context.close();
    });
  }

  test('"/" searches, "?" lists the keys, Esc closes, and the address keeps the search', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await signedIn(context, pharos.url, USER, PASSWORD);
    const page = await context.newPage();
    await page.goto(`${pharos.url}/library`);
    await settle(page);
    await page.keyboard.press('/');
    await page.keyboard.type('advanced');
    await page.getByText('1 repository', { exact: false }).first().waitFor();
    assert.match(page.url(), /q=advanced/);
    await page.reload();
    await page.getByText('1 repository', { exact: false }).first().waitFor();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await context.close();
  });

  for (const reducedMotion of ['no-preference', 'reduce'] as const)
    test(`another theme stands at once: nothing moves towards it, motion: ${reducedMotion}`, async () => {
      const context = await browser.newContext({ colorScheme: 'light', reducedMotion });
      await signedIn(context, pharos.url, USER, PASSWORD);
      const page = await context.newPage();
      await page.addInitScript(() => {
        Object.assign(window, { ran: [] });
        const { ran } = window as unknown as { ran: string[] };
        addEventListener('transitionrun', (event) => ran.push(event.propertyName), true);
      });
      await page.goto(`${pharos.url}/library`);
      await settle(page);
      const ran = () => page.evaluate(() => (window as unknown as { ran: string[] }).ran);
      await page.evaluate(() => Object.assign((window as unknown as { ran: string[] }).ran, { length: 0 }));
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html.pf-v6-theme-dark:not(.ph-still)').waitFor();
      assert.deepEqual(await ran(), []);
      // Afterwards what moves may move again, for those who like it.
      await page.evaluate(() => document.documentElement.classList.remove('pf-v6-theme-dark'));
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      assert.equal((await ran()).length > 0, reducedMotion === 'no-preference');
      await context.close();
    });

  test('a form in a dialog begins at its first field, and Escape leads back to its button', async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    await signedIn(context, pharos.url, USER, PASSWORD);
    const page = await context.newPage();
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    for (const [path, button, field] of [
      ['/administration/tokens', 'Create token', 'token-name'],
      ['/manage/hcp-tags', 'Create HCP tag', 'hcp-tag-name'],
    ] as const) {
      await page.goto(pharos.url + path);
      await settle(page);
      await page.getByRole('button', { name: button }).first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await waitFor(async () => (await focused()) === field, `the focus on ${field}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await waitFor(async () => (await focused()) === button, 'the focus on the button');
    }
    await context.close();
  });

  test('an expired session leads to the sign-in and back', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${pharos.url}/manage/scans`);
    await page.locator('#username').fill(USER);
    await page.locator('#password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(/wrong/i).first().waitFor();
    await page.locator('#password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Scans' }).waitFor();
    await context.close();
  });

  describe('one’s own registry', { skip: available().distribution.skip }, () => {
    let registry: Distribution;
    before(async () => {
      registry = await startDistribution({ auth: 'htpasswd' });
      const tags = ['17.4-2503310734', '17.5-2506091630', '16.8-2502271130-debug'];
      registry.seed([{ name: 'team/postgresql', tags: tags.map((tag) => [tag, buildImage({ name: tag })] as const) }]);
    });
    after(() => registry?.stop());

    test('connect with a wrong password, read cause and cure, correct it, preview a rule, see tags arrive live', {
      timeout: 120_000,
    }, async () => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      await signedIn(context, pharos.url, USER, PASSWORD);
      const page = await context.newPage();
      const complaints = listen(page);
      await page.goto(`${pharos.url}/manage/registries/new`);
      await page.locator('#url').fill(registry.host);
      await page.locator('#name').fill('Team registry');
      await page.getByLabel('User name and password').check();
      await page.locator('#registry-user').fill(registry.credential!.username);
      await page.locator('#registry-password').fill('wrong');
      await page.getByRole('button', { name: 'Connect without safe TLS' }).click();
      await page.getByText('No TLS at all (plain HTTP)').click();
      await page.getByRole('button', { name: 'Connect and check' }).click();
      await page.getByRole('heading', { level: 1, name: /Team registry/ }).waitFor();
      await page.getByText('What to do').first().waitFor({ timeout: 40_000 });
      await page
        .getByText(/password|credential|sign-in/i)
        .first()
        .waitFor();
      await page
        .getByRole('link', { name: 'Edit' })
        .or(page.getByRole('button', { name: 'Edit' }))
        .first()
        .click();
      await page.getByLabel('User name and password').check();
      await page.locator('#registry-user').fill(registry.credential!.username);
      await page.locator('#registry-password').fill(registry.credential!.password);
      await page.getByRole('button', { name: 'Save and check' }).click();
      await page
        .getByRole('link', { name: /add a rule/i })
        .first()
        .click({ timeout: 40_000 });
      await page.locator('#rule-name').fill('Team databases');
      await page.getByRole('textbox', { name: 'repository pattern 1' }).fill('team/*');
      await page.getByRole('button', { name: 'Ask the registry now' }).click();
      await page.getByText('17.5-2506091630').first().waitFor({ timeout: 40_000 });
      await page
        .getByRole('button', { name: /save|add rule|create/i })
        .last()
        .click();
      await waitFor(
        async () => (await libraryTags(pharos.client)).has('team/postgresql:17.5-2506091630'),
        'the tags in the library',
        60_000,
      );
      const repository = (await pharos.client('listRepositories', { query: { q: 'team/' } })).items[0]!;
      await page.goto(`${pharos.url}/library/${repository.id}?tab=tags`);
      await page.getByRole('link', { name: '17.5-2506091630' }).waitFor();
      await seedHttp(
        registry.url,
        [{ name: 'team/postgresql', tags: [['17.6-2509010000', buildImage({ name: 'newest' })]] }],
        {
          credential: registry.credential!,
        },
      );
      await page.getByRole('button', { name: 'Sync now' }).click();
      // No reload: what the agent reports appears on the open page.
      await page.getByRole('link', { name: '17.6-2509010000' }).waitFor({ timeout: 40_000 });
      assert.deepEqual(complaints, []);
      await context.close();
    });
  });
});

/** Notifications that a page of them must bear: one of a repository, one of nobody with text that would like to be markup. */
async function tell(url: string, receiver: ReceiverCreated): Promise<void> {
  const target = (repository: string, tag: string) => ({ mediaType: 'x', repository, tag });
  const events = [
    { id: '1', action: 'push', target: target('edb-postgres-advanced', 'latest') },
    { id: '2', action: 'push', target: target('<img src=x onerror=alert(1)>\u202eevil', '1') },
    { id: '3', action: 'pull', target: target(`team/${'long-name-'.repeat(20)}`, '1') },
  ];
  const headers = { authorization: `Bearer ${receiver.secret}` };
  const answer = await fetch(url + receiver.url, { method: 'POST', headers, body: JSON.stringify({ events }) });
  assert.equal(answer.status, 200);
}

async function pagesOf({ client, url }: Pharos): Promise<Record<string, string>> {
  const repositories = (await client('listRepositories', { query: { q: 'advanced' } })).items;
  const models = (await client('listRepositories', { query: { kind: 'model' } })).items;
  const registries = (await client('listRegistries', { query: {} })).items;
  const rules = (await client('listRules', { query: {} })).items;
  const receiver = await client('createReceiver', { body: { registryId: registries[0]!.id, source: 'distribution' } });
  await tell(url, receiver);
  const away = await awayRegistry(client);
  // Nobody listens there: a failed test, and what waits for its next try.
  const webhook = await client('createWebhook', {
    body: { name: 'Away', url: 'http://127.0.0.1:1/', events: ['image.added'], allowHttp: true, allowPrivate: true },
  });
  const delivery = await client('testWebhook', { params: { id: webhook.id } });
  const key = makeCosignKey().publicKey;
  const trusted = await client('createTrust', { body: { name: 'Release key', kind: 'key', key } });
  const tag = async (id: string) =>
    (await client('listRepositoryTags', { params: { id }, query: { limit: 1 } })).items[0]!.name;
  const [database, model] = [repositories[0]!.id, models[0]!.id];
  const known = (await client('listModels', { query: {} })).items[0]!;
  return {
    home: '/',
    library: '/library',
    'library as a table': '/library?view=table',
    'library without a hit': '/library?q=nothing-is-called-so',
    'all tags': '/library/tags',
    repository: `/library/${database}`,
    'tags of a repository': `/library/${database}?tab=tags`,
    'tag of a database': `/library/${database}/tags/${await tag(database)}`,
    'tag of a model': `/library/${model}/tags/${await tag(model)}`,
    'history of a tag': `/library/${database}/tags/${await tag(database)}?tab=history`,
    models: '/models',
    'models as a table': '/models?view=table',
    'models without a hit': '/models?q=nothing-is-called-so',
    model: `/models/${known.id}`,
    registries: '/manage/registries',
    registry: `/manage/registries/${registries[0]!.id}`,
    'registry that does not answer, with a budget': `/manage/registries/${away}`,
    'edit a registry': `/manage/registries/${away}/edit`,
    'connect a registry': '/manage/registries/new',
    rules: '/manage/rules',
    rule: `/manage/rules/${rules[0]!.id}`,
    'new rule': '/manage/rules/new',
    'HCP tags': '/manage/hcp-tags',
    'history of HCP tags': '/manage/hcp-tags?tab=history',
    notifications: '/manage/notifications',
    'receive notifications': '/manage/notifications/new?source=distribution',
    'notifications of a registry': `/manage/notifications/${receiver.id}`,
    'notifications of a registry without a hit': `/manage/notifications/${receiver.id}?outcome=failed`,
    trust: '/manage/trust',
    'trust a key': '/manage/trust/new',
    'trust identities': '/manage/trust/new?kind=keyless',
    'a trust entry': `/manage/trust/${trusted.id}`,
    agents: '/manage/agents',
    scans: '/manage/scans',
    activity: '/activity',
    'activity without a hit': '/activity?type=agent.lost',
    'statistics of the library': '/library/statistics',
    'trends of a repository': `/library/${database}?tab=trends`,
    webhooks: '/manage/webhooks',
    'add a webhook': '/manage/webhooks/new',
    webhook: `/manage/webhooks/${webhook.id}?delivery=${delivery.id}`,
    'edit a webhook': `/manage/webhooks/${webhook.id}/edit`,
    tokens: '/administration/tokens',
    'nothing here': '/nothing-is-here',
  };
}

/** Nobody listens there: failed and skipped checks, a change, an allowance. Answers its id. */
async function awayRegistry(client: Pharos['client']): Promise<string> {
  const { id } = await client('createRegistry', {
    body: {
      name: 'Away',
      url: '127.0.0.1:1',
      provider: 'gitlab',
      apiUrl: 'https://127.0.0.1:1',
      authentication: { type: 'none' },
      tls: { caCerts: '', skipVerify: false, plainHttp: false },
      budget: { requestsPerDay: 1000, concurrency: 2 },
      intervalSeconds: 300,
    },
  });
  await waitFor(
    async () => (await client('listRegistryEvents', { params: { id }, query: { limit: 1 } })).total > 0,
    'the first check',
  );
  return id;
}
