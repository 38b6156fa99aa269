/// <reference lib="dom" />
/** What only a real browser can tell: its refusal of foreign scripts, foreign pages, frames, and what cookies are kept how. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  available,
  freePort,
  generateRepository,
  type MisbehavingRegistry,
  serverCertificate,
  startMisbehaving,
} from '@pharos/testbed';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { agentFile } from './support/agent-file.ts';
import { launchBrowser, listen, settle, signedIn } from './support/browser.ts';
import { cleanUp, libraryTags, makeFolder, type Pharos, startPharos, waitFor } from './support/pharos.ts';
import { repositoryNamed } from './support/told.ts';

const USER = 'admin';
const PASSWORD = 'correct horse battery';
const ALARM = 'window.pwned = true';
/** What somebody who pushes images can write into them. */
const HOSTILE = {
  'org.opencontainers.image.description': `"><script>${ALARM}</script><img src=x onerror="${ALARM}">`,
  'org.opencontainers.image.title': `<svg onload="${ALARM}">`,
  'org.opencontainers.image.url': `javascript:${ALARM}`,
  'org.opencontainers.image.source': `data:text/html,<script>${ALARM}</script>`,
  'org.opencontainers.image.documentation': 'https://user:secret@evil.example/',
  'org.opencontainers.image.vendor': '\u202Egnp.exe <style>*{display:none}</style>',
};

describe('in a browser', { skip: available().chromium.skip, timeout: 180_000 }, () => {
  let pharos: Pharos;
  let browser: Browser;
  let registry: MisbehavingRegistry;

  before(async () => {
    registry = await startMisbehaving({ repositories: [generateRepository('team/image', 2)] });
    registry.content.push('team/image', '17.9-2607010101', { name: 'hostile', labels: HOSTILE, annotations: HOSTILE });
    const rules = [{ name: 'all', repositories: { include: ['team/**'] } }];
    const file = agentFile([{ name: 'registry', url: registry.url, rules }]);
    [pharos, browser] = await Promise.all([startPharos({ args: ['--agent-config', file] }), launchBrowser()]);
    await setUp(pharos);
    await waitFor(async () => (await libraryTags(pharos.client)).size === 3, 'the library');
  });
  after(async () => {
    await browser?.close();
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  async function inside(): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
    const context = await browser.newContext();
    await signedIn(context, pharos.url, USER, PASSWORD);
    const page = await context.newPage();
    return { context, page, complaints: listen(page) };
  }

  test('a script, a style or a handler that gets into the page does nothing, and nothing of the page needs one', async () => {
    const { context, page, complaints } = await inside();
    await page.goto(`${pharos.url}/library`);
    await settle(page);
    assert.deepEqual(complaints, []);
    assert.equal(await page.locator('script:not([src])').count(), 0);
    assert.equal(await page.locator('style').count(), 0);
    const refused = await page.evaluate(async (alarm) => {
      const directives: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective));
      const add = (html: string) => document.body.insertAdjacentHTML('beforeend', html);
      const script = document.createElement('script');
      script.textContent = alarm;
      document.body.append(script);
      const foreign = document.createElement('script');
      foreign.src = 'https://evil.example/x.js';
      document.body.append(foreign);
      add(`<img src="/nothing" onerror="${alarm}">`);
      add('<p style="position:fixed">x</p><style>body{display:none}</style>');
      add(
        '<iframe src="https://evil.example/"></iframe><object data="/x"></object><base href="https://evil.example/">',
      );
      await fetch('https://evil.example/').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 300));
      return [...new Set(directives)].sort();
    }, ALARM);
    for (const part of [
      'script-src-elem',
      'script-src-attr',
      'style-src-elem',
      'style-src-attr',
      'connect-src',
      'base-uri',
      'object-src',
    ]) {
      assert.ok(refused.includes(part), `${part} of ${refused}`);
    }
    assert.equal(await page.evaluate(() => 'pwned' in window), false);
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).display), 'none');
    await context.close();
  });

  test('hostile annotations and labels are text on every page that shows them', async () => {
    const { context, page, complaints } = await inside();
    const { id } = await repositoryNamed(pharos.client, 'team/image');
    const places = [`/library/${id}/tags/17.9-2607010101`, `/library/${id}`, '/library', '/library/tags', '/activity'];
    let isShown = false;
    for (const path of places) {
      await page.goto(pharos.url + path);
      await settle(page);
      // A tab may have tabs of its own, which go with it.
      for (const name of await page.getByRole('tab').allInnerTexts()) {
        const tab = page.getByRole('tab', { name, exact: true }).first();
        if (await tab.isVisible()) await tab.click();
        await page.waitForTimeout(150);
        isShown ||= (await page.locator('body').innerText()).includes('onerror=');
      }
      assert.equal(await page.evaluate(() => 'pwned' in window), false, path);
      const links = await page
        .locator('a[href]')
        .evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href));
      const wrong = links.filter((href) => !/^https?:/.test(href) || /user:secret@/.test(href));
      assert.deepEqual(wrong, [], path);
      assert.equal(await page.locator('svg[onload], img[onerror], main style, main script').count(), 0, path);
    }
    assert.ok(isShown, 'the text was on a page');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('a page of another site changes nothing with the cookie of who is signed in, reads nothing, and frames nothing', async () => {
    const { context, page } = await inside();
    const evil = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>evil</title><iframe id=f></iframe><form id=form method=post></form>');
    });
    const { client } = pharos;
    const before = (await client('getAuditHead', {})).head.seq;
    // By another name of the same machine: another site to a browser; by the same name another origin.
    for (const host of ['localhost', '127.0.0.1']) {
      await page.goto(`http://${host}:${evil.port}/`);
      const answers = await page.evaluate(async (target) => {
        const body = JSON.stringify({ name: 'csrf', repositories: { include: ['**'] } });
        const results: string[] = [];
        for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
          const init = { method: 'POST', credentials: 'include', body, headers: { 'content-type': type } } as const;
          const read = await fetch(`${target}/api/v1/rules`, init).then(
            (answer) => `read ${answer.status}`,
            () => 'no',
          );
          await fetch(`${target}/api/v1/rules`, { ...init, mode: 'no-cors' }).catch(() => {});
          results.push(read);
        }
        const get = await fetch(`${target}/api/v1/session`, { credentials: 'include' }).then(
          () => 'read',
          () => 'no',
        );
        await fetch(`${target}/api/v1/session`, { method: 'DELETE', credentials: 'include', mode: 'cors' }).catch(
          () => {},
        );
        return [...results, get];
      }, pharos.url);
      assert.deepEqual(answers, ['no', 'no', 'no', 'no']);
      const frame = page.frame({ url: /./ }) && page.locator('#f');
      await frame!.evaluate(
        (element, target) => (element as HTMLIFrameElement).setAttribute('src', target),
        pharos.url,
      );
      await page.waitForTimeout(500);
      const inner = page.frames().find((each) => each !== page.mainFrame());
      // The browser's own page says that it refused.
      const shown = (await inner?.content()) ?? '';
      assert.ok(!shown.includes('id="root"') && !shown.includes('<title>Pharos'), 'it is not framed');
      await page.evaluate((target) => {
        const form = document.getElementById('form') as HTMLFormElement;
        form.enctype = 'text/plain';
        form.action = `${target}/api/v1/rules`;
        form.innerHTML = `<input name='{"name":"csrf","repositories":{"include":["**"]},"description":"' value='"}'>`;
        form.submit();
      }, pharos.url);
      await page.waitForTimeout(500);
    }
    const { items } = await client('listRules', { query: { q: 'csrf' } });
    assert.deepEqual(items, []);
    await page.goto(`${pharos.url}/library`);
    await settle(page);
    assert.ok(!page.url().includes('sign-in'), 'nobody signed the person out');
    const told = await client('listAuditEvents', { query: { order: 'oldest', limit: 1000 } });
    const since = told.items.filter(({ seq }) => seq > before);
    assert.ok(
      since.every(({ outcome }) => outcome === 'denied'),
      JSON.stringify(since.map(({ action, outcome }) => [action, outcome])),
    );
    assert.ok(
      since.some(({ action, detail }) => action === 'rule.create' && detail.includes('origin-refused')),
      'and it was written down',
    );
    await evil.stop();
    await context.close();
  });

  test('under https the session is bound to the host, sent by https only, and no script reads it', async () => {
    const certificate = await serverCertificate(makeFolder());
    const port = await freePort();
    const env = { PHAROS_PUBLIC_URL: `https://localhost:${port}` };
    const behind = await startPharos({ env, port: await freePort(), args: ['--no-sample'] });
    const front = await serveTls(certificate, port, behind.port);
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(/https:\/\/\S+\/setup\S*/.exec(behind.output())![0]);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#password-again').fill(PASSWORD);
    await page
      .getByRole('main')
      .getByRole('button', { name: /create/i })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    const cookies = await context.cookies();
    assert.deepEqual(
      cookies.map(({ name, secure, httpOnly, sameSite, path, domain }) => ({
        name,
        secure,
        httpOnly,
        sameSite,
        path,
        domain,
      })),
      [{ name: '__Host-pharos', secure: true, httpOnly: true, sameSite: 'Lax', path: '/', domain: 'localhost' }],
    );
    assert.equal(await page.evaluate(() => document.cookie), '');
    assert.equal(await page.evaluate(() => Object.values({ ...localStorage, ...sessionStorage }).join()), '');
    const { headers } = { headers: (await page.goto(page.url()))!.headers() };
    assert.match(headers['strict-transport-security'] ?? '', /max-age=31536000/);
    await context.close();
    await front.stop();
    await behind.stop();
  });

  test('who does not exist is answered like who does: the same words, as many tries', async () => {
    const answers = async (username: string) => {
      const found: unknown[] = [];
      for (let tries = 0; tries < 7; tries += 1) {
        const answer = await fetch(`${pharos.url}/api/v1/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-pharos-client': '1' },
          body: JSON.stringify({ username, password: 'wrong' }),
        });
        const { requestId: _, hint, ...body } = (await answer.json()) as Record<string, unknown>;
        found.push([answer.status, body, String(hint).replace(/\d+/, 'N'), answer.headers.has('retry-after')]);
      }
      return found;
    };
    const [known, unknown] = [await answers(USER), await answers('nobody-of-this-name')];
    assert.deepEqual(known, unknown);
    assert.equal((known.at(-1) as unknown[])[0], 429, 'and both are slowed down');
  });
});

/** The first administrator, by the printed link. */
async function setUp(pharos: Pharos): Promise<void> {
  const token = new URL(/https?:\/\/\S+\/setup\S*/.exec(pharos.output())![0]).searchParams.get('token');
  await pharos.client('setup', { body: { token: token!, username: USER, password: PASSWORD } });
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createHttpServer(answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { port: (server.address() as AddressInfo).port, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** A proxy that ends TLS, as one stands in front of Pharos. */
async function serveTls(files: { keyFile: string; certificateFile: string }, port: number, to: number) {
  const pair = { key: readFileSync(files.keyFile), cert: readFileSync(files.certificateFile) };
  const server = createHttpsServer(pair, (incoming, response) => {
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: to, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
