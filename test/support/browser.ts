/// <reference lib="dom" />
/** A real chromium on the real UI, with axe-core. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { available } from '@pharos/testbed';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: available().chromium.path!,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'],
  });
}

/** What a page complained about: exceptions, console errors, refused by the content security policy. */
export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}

/** Violations of WCAG 2.2 AA and axe's best practices, each as one line. */
export async function violations(page: Page): Promise<string[]> {
  // Through the debugger, because the page's own policy rightly refuses foreign scripts.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
    };
    const result = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    );
  });
}

/** Tables that are wider than their place, and so scroll in themselves; each as its name and by how many pixels. */
export async function wideTables(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main table')].flatMap((table) => {
      const over = Math.round(table.getBoundingClientRect().width - table.parentElement!.clientWidth);
      return over > 1 ? [`${table.getAttribute('aria-label')}: ${over} px`] : [];
    }),
  );
}

/** Signs in by the API and gives the browser the session. */
export async function signedIn(
  context: BrowserContext,
  url: string,
  username: string,
  password: string,
): Promise<void> {
  const answer = await context.request.post(`${url}/api/v1/session`, {
    data: { username, password },
    headers: { 'x-pharos-client': '1' },
  });
  if (!answer.ok()) throw new Error(`sign-in answered ${answer.status()}`);
}

/** Waits until nothing is loading any more. */
export async function settle(page: Page): Promise<void> {
  await page.waitForSelector('h1');
  await page.waitForFunction(
    () => document.querySelector('.pf-v6-c-skeleton, [role="progressbar"][aria-label*="oading"]') === null,
    null,
    {
      timeout: 10_000,
    },
  );
}
