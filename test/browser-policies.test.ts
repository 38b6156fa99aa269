/// <reference lib="dom" />
/** Policies in a real browser: written by the keyboard alone, tried out, enforced, and an exception that two people make. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Policy } from '@pharos/contract';
import { available } from '@pharos/testbed';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, listen, settle, signedIn, violations } from './support/browser.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';

const USER = 'admin';
const PASSWORD = 'correct horse battery';
const specOf = ({ name, effect, scope, requirements }: Policy) => ({ name, effect, scope, requirements });
const SENTENCE = 'No trusted key signed this digest.';

describe('policies in a browser', { skip: available().chromium.skip }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let context: BrowserContext;
  let policyId: string;

  before(async () => {
    [pharos, browser] = await Promise.all([startPharos(), launchBrowser()]);
    await waitFor(async () => (await libraryTags(pharos.client)).size >= 70, 'the tags of the sample');
    const token = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]).searchParams.get('token')!;
    await pharos.client('setup', { body: { token, username: USER, password: PASSWORD } });
    await person('second', 'approver');
    await person('reader', 'viewer');
    context = await opened(USER);
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    cleanUp();
  });

  async function person(name: string, role: 'approver' | 'viewer'): Promise<void> {
    const { link } = await pharos.client('createUser', { body: { name, grants: [{ role, scope: 'everywhere' }] } });
    const token = new URL(link!.url).searchParams.get('token')!;
    await pharos.client('signInByLink', { body: { token, password: PASSWORD } });
  }

  async function opened(user: string, width = 1440): Promise<BrowserContext> {
    const made = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    await signedIn(made, pharos.url, user, PASSWORD);
    return made;
  }

  const policy = () => pharos.client('getPolicy', { params: { id: policyId } });
  const address = () => `${pharos.url}/manage/policies/${policyId}`;

  /** Goes on with Tab until what is focused is called so. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    for (let press = 0; press < 120; press += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const at = document.activeElement;
        if (at === null) return '';
        const labels = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? (at.labels ?? []) : [];
        const own = at.getAttribute('aria-label') ?? at.textContent ?? '';
        return [...[...labels].map((label) => label.textContent), own].join(' ').trim();
      });
      if (name.test(focused)) return;
    }
    assert.fail(`the keyboard never came to ${name}`);
  }

  test('a policy is written by the keyboard, with what it would do beside it', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${pharos.url}/manage/policies`);
    await page.getByText('No policies yet').waitFor();
    await tabTo(page, /^New policy$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'New policy' }).waitFor();
    await settle(page);
    // What is missing is said where it is missing, and the first of it has the focus.
    await tabTo(page, /^Save policy$/);
    await page.keyboard.press('Enter');
    await page.getByText('Name: Must not be empty.').waitFor();
    await waitFor(
      async () => (await page.evaluate(() => document.activeElement?.id)) === 'policy-name',
      'the focus on the name',
    );
    await page.keyboard.type('signed');
    await tabTo(page, /^Add a requirement$/);
    await page.keyboard.press('Enter');
    const item = page.getByRole('menuitem', { name: /^Signature/ });
    await item.waitFor();
    for (let press = 0; press < 20 && !(await item.evaluate((at) => at === document.activeElement)); press += 1) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await waitFor(
      async () => (await page.evaluate(() => document.activeElement?.id)) === 'need-signed-any',
      'the focus on what was added',
    );
    const spec = { name: 'signed', effect: 'require', requirements: { signedBy: 'any' } } as const;
    const { effects, counts } = await pharos.client('previewPolicy', { body: { spec } });
    assert.ok(effects.blocked > 20 && effects.blocked === counts.unknown, 'nothing of the sample is signed');
    await page.getByText(`${effects.blocked} images could not be approved; today no policy forbids that.`).waitFor();
    await page.getByText(SENTENCE).first().waitFor();
    await page.getByText(`The first 20 of ${effects.blocked}.`).waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal((await pharos.client('listPolicies', { query: {} })).total, 0, 'looking changes nothing');
    await tabTo(page, /^Save policy$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'signed' }).waitFor();
    await page.getByText('Reports only').first().waitFor();
    policyId = new URL(page.url()).pathname.split('/').at(-1)!;
    assert.deepEqual([(await policy()).mode, (await policy()).version], ['report', 1]);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a long look says how far it is, is stopped, and is gone on with', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    // As in a library that is many times as large: few images a step, each of them slow.
    await page.route('**/api/v1/policies/preview', async (route) => {
      await new Promise((done) => setTimeout(done, 700));
      await route.continue({ postData: { ...route.request().postDataJSON(), limit: 10 } }).catch(() => undefined);
    });
    await page.goto(address());
    await page.getByText(/^10 of about \d+ images$/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Not all of the library was looked at').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Look at the whole library' }).click();
    await page.getByText('Looking at the library').waitFor();
    const { effects } = await pharos.client('previewPolicy', { body: { spec: specOf(await policy()) } });
    await page.getByText(`${effects.blocked} images could not be approved; today no policy forbids that.`).waitFor();
    await page.getByText('Looking at the library').waitFor({ state: 'detached' });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('it is enforced after its numbers were shown, and an image says why it is forbidden', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(address());
    await settle(page);
    await tabTo(page, /^Enforce…$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/images could not be approved/).waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal((await policy()).mode, 'report', 'not before it is confirmed');
    await tabTo(page, /^Enforce$/);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Enforced').first().waitFor();
    assert.equal((await policy()).mode, 'enforce');

    const { items } = await pharos.client('listApprovals', { query: { limit: 1 } });
    const { tag } = items[0]!;
    await page.goto(`${pharos.url}/library/${tag.repositoryId}/tags/${tag.name}`);
    await page.getByText('It cannot be approved').waitFor();
    await page.getByText(`"signed" forbids its approval: ${SENTENCE}`).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('an exception is asked for by one and confirmed by another, seen at once by both', async () => {
    const { digest } = (await pharos.client('listApprovals', { query: { limit: 1 } })).items[0]!;
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${pharos.url}/approvals/${digest}`);
    await page.getByRole('button', { name: 'Ask for an exception…' }).click();
    const asking = page.getByRole('dialog');
    await asking.getByLabel('Reason').fill('The vendor signs it next week');
    assert.deepEqual(await violations(page), []);
    await asking.getByRole('button', { name: 'Ask', exact: true }).click();
    await asking.waitFor({ state: 'hidden' });
    await page.getByText('waits for another person').waitFor();
    await page.goto(`${address()}?tab=exceptions`);
    await page.getByText('Another person has to confirm it.').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Confirm exception/ }).count(), 0, 'not by who asked');

    const others = await opened('second');
    const other = await others.newPage();
    await other.goto(`${pharos.url}/manage/policies?tab=exceptions`);
    await other.getByRole('button', { name: /^Confirm exception from signed/ }).click();
    const confirming = other.getByRole('dialog');
    await confirming.getByText('The vendor signs it next week').waitFor();
    await confirming.getByRole('button', { name: 'Confirm' }).click();
    await confirming.waitFor({ state: 'hidden' });
    await other.getByText('Holds').waitFor();
    // Without loading anew, by the event.
    await page.getByText('Holds').waitFor();
    const results = await pharos.client('getImagePolicies', { params: { digest } });
    assert.deepEqual([results.isApprovable, results.results[0]?.isExcepted], [true, true]);
    await page.getByRole('button', { name: /^Revoke exception/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await other.getByText('Revoked').waitFor();
    assert.equal((await pharos.client('getImagePolicies', { params: { digest } })).isApprovable, false);
    assert.deepEqual(complaints, []);
    await others.close();
    await page.close();
  });

  test('a change that is enforced is shown first; versions are compared and restored', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(address());
    await page.getByLabel('Repositories').fill('re:(');
    // What only the server knows stands at its field too, with its line.
    await page.locator('#policy-repositories-note').getByText('Line 1:').waitFor();
    assert.equal(await page.locator('#policy-repositories').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Repositories').fill('postgresql');
    await page.getByText(/no policy lets be approved today could be approved/).waitFor();
    await page.getByRole('button', { name: 'YAML' }).click();
    assert.match(
      await page.getByRole('textbox', { name: 'Policy file' }).inputValue(),
      /^name: signed\n.*repositories:\n +- postgresql\n/s,
    );
    await page.getByRole('button', { name: 'Form' }).click();
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Change signed, which is enforced?').waitFor();
    await dialog.getByRole('button', { name: 'Save and enforce' }).click();
    await page.getByText('Saved as version 3').waitFor();
    assert.deepEqual((await policy()).scope.repositories, ['postgresql']);

    await page.getByRole('tab', { name: 'Versions (3)' }).click();
    const compared = page.getByRole('list', { name: 'From version 2 to version 3' });
    await compared.getByText('Came: postgresql').waitFor();
    assert.equal(await compared.getByRole('listitem').count(), 1, 'nothing else is different');
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await dialog.getByText('Restore version 1 of signed?').waitFor();
    await dialog.getByText(/It forbids the approval of \d+ images now\./).waitFor();
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('tab', { name: 'Versions (4)' }).waitFor();
    const { mode, scope, version } = await policy();
    assert.deepEqual([mode, scope.repositories, version], ['report', [], 4]);
    // The wrong pattern was refused, and nothing else went wrong.
    const refusals = complaints.filter((complaint) => complaint.includes('status of 400'));
    assert.deepEqual(complaints, refusals);
    await page.close();
  });

  test('what somebody else saves meanwhile overwrites nothing, and is not overwritten unseen', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(address());
    await page.getByLabel('Description').fill('Mine');
    const body = { ...specOf(await policy()), description: 'Theirs' };
    await pharos.client('updatePolicy', { params: { id: policyId }, body });
    await page.getByText(/saved version 5 while you were writing/).waitFor();
    assert.equal(await page.getByLabel('Description').inputValue(), 'Mine');
    await page.getByRole('button', { name: 'Take theirs' }).click();
    assert.equal(await page.getByLabel('Description').inputValue(), 'Theirs');
    // With nothing of one's own, what is newer is simply shown.
    await pharos.client('updatePolicy', { params: { id: policyId }, body: { ...body, description: 'Newer' } });
    await waitFor(async () => (await page.getByLabel('Description').inputValue()) === 'Newer', 'the newer version');
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('whoever may only read sees what it says, and nothing to press', async () => {
    const readers = await opened('reader');
    const page = await readers.newPage();
    const complaints = listen(page);
    await page.goto(address());
    await page.getByText('A key that is trusted here signed its digest.').waitFor();
    assert.deepEqual(await violations(page), []);
    for (const name of [/Enforce/, /Switch off/, /Delete/, /Save/, /Restore/]) {
      assert.equal(await page.getByRole('button', { name }).count(), 0, String(name));
    }
    await page.getByRole('tab', { name: /^Versions/ }).click();
    await page.getByText('What is different').waitFor();
    assert.equal(await page.getByRole('button', { name: /Restore/ }).count(), 0);
    await page.goto(`${pharos.url}/manage/policies`);
    await page.getByRole('link', { name: 'signed' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'New policy' }).count(), 0);
    await page.goto(`${pharos.url}/manage/policies/new`);
    await page.getByText('Only approvers and administrators write policies').waitFor();
    assert.deepEqual(complaints, []);
    await readers.close();
  });

  for (const width of [1440, 390]) {
    test(`its pages are accessible and fit, ${width} px`, async () => {
      const sized = await opened(USER, width);
      for (const path of [
        '/manage/policies',
        '/manage/policies?tab=exceptions',
        '/manage/policies/new',
        `/manage/policies/${policyId}`,
        `/manage/policies/${policyId}?tab=versions`,
        `/manage/policies/${policyId}?tab=exceptions`,
      ]) {
        const page = await sized.newPage();
        const complaints = listen(page);
        await page.goto(pharos.url + path);
        await settle(page);
        assert.equal(await page.locator('h1').count(), 1, path);
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(tooWide <= 0, `${path} scrolls sideways by ${tooWide} px`);
        assert.deepEqual(await violations(page), [], path);
        assert.deepEqual(complaints, [], path);
        await page.close();
      }
      await sized.close();
    });
  }

  test('it is switched off, and deleted after that is confirmed', async () => {
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(address());
    await page.getByRole('button', { name: 'Switch off…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('It decides nothing now').waitFor();
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('Switched off').first().waitFor();
    assert.equal((await policy()).enabled, false);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByText('Its results and exceptions go with it.').waitFor();
    await dialog.getByRole('button', { name: 'Delete policy' }).click();
    await page.getByText('No policies yet').waitFor();
    assert.deepEqual(complaints, []);
    // As the audit log leads there: what it said is still to be had, and nothing can be done with it.
    await page.goto(address());
    await page.getByText('This policy was deleted').waitFor();
    await page.getByRole('grid', { name: 'Versions' }).getByRole('row').nth(2).waitFor();
    for (const name of [/Delete/, /Save/, /Restore/, /Compare with now/])
      assert.equal(await page.getByRole('button', { name }).count(), 0);
    // The state that it had is over, and who ended it is one step away.
    await page.getByText('What it said last').waitFor();
    assert.equal(await page.getByRole('term').getByText('State', { exact: true }).count(), 0);
    await page.getByRole('link', { name: 'Who deleted it, and when' }).click();
    await page.getByText('policy.delete').first().waitFor();
    await page.close();
  });
});
