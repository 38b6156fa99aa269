/** The whole way: the API of a running Pharos over the filled database, and its page of tags in chromium, from outside. */
import { available } from '@pharos/testbed';
import { chromium } from 'playwright-core';
import { ADMIN_TOKEN, cleanUp, startPharos } from '../../test/support/pharos.ts';
import { type Measure, measure, median } from '../measure.ts';

const ROUNDS = 20;
const QUERIES = ['', 'engine:epas major:17 extension:vector platform:arm64', 'full', 'major:11'];
const HEADERS = { authorization: `Bearer ${ADMIN_TOKEN}` };

/** Milliseconds of the list and the facets by HTTP, of the page's load, and from the last key to the rows. */
export async function throughHttp(env: Record<string, string>, engine: string, dataDir?: string): Promise<Measure[]> {
  const pharos = await startPharos({ env, args: ['--no-sample'], ...(dataDir === undefined ? {} : { dataDir }) });
  try {
    const measures: Measure[] = [];
    for (const path of ['tags', 'tags/facets']) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const q of QUERIES) {
          const begin = performance.now();
          const answer = await fetch(`${pharos.url}/api/v1/${path}?q=${encodeURIComponent(q)}`, { headers: HEADERS });
          await answer.arrayBuffer();
          if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
          if (round > 0) times.push(performance.now() - begin);
        }
      }
      times.sort((a, b) => a - b);
      const name = path.replace('/', '.');
      measures.push(measure(`library.http.${name}.p50.${engine}`, median(times), 'ms'));
      measures.push(measure(`library.http.${name}.p95.${engine}`, times[Math.floor(times.length * 0.95)]!, 'ms'));
    }
    return available().chromium.path === undefined ? measures : [...measures, ...(await inBrowser(pharos.url, engine))];
  } finally {
    await pharos.stop();
    cleanUp();
  }
}

/** Runs in the page: milliseconds from the next key to the frame that shows other rows, by the page's own clock, in `window.seen`. */
function watchForRows(): void {
  const rows = () => document.querySelector('table[aria-busy="false"] tbody')?.textContent ?? '';
  const before = rows();
  const seen = new Promise<number>((resolve) => {
    let key = 0;
    addEventListener('keydown', () => (key = performance.now()), { capture: true, once: true });
    const observer = new MutationObserver(() => {
      if (key === 0 || rows() === before || rows() === '') return;
      observer.disconnect();
      // A message that is sent in a frame arrives after that frame was laid out and painted.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - key);
        port2.postMessage(null);
      });
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  Object.assign(window, { seen });
}

async function inBrowser(url: string, engine: string): Promise<Measure[]> {
  const browser = await chromium.launch({ executablePath: available().chromium.path!, args: ['--no-sandbox'] });
  try {
    const page = await (await browser.newContext({ extraHTTPHeaders: HEADERS })).newPage();
    const loads: number[] = [];
    const keys: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const begin = performance.now();
      await page.goto(`${url}/library/tags`);
      await page.waitForSelector('tbody tr');
      if (round > 0) loads.push(performance.now() - begin);
      await page.getByRole('combobox').fill('engine:epas major:1');
      await page.waitForTimeout(600);
      // A key overtakes what a busy page is asked to do: it watches before there is one.
      await page.evaluate(watchForRows);
      await page.keyboard.press('7');
      const took = await page.evaluate(() => (window as unknown as { seen: Promise<number> }).seen);
      if (round > 0) keys.push(took);
    }
    return [
      measure(`library.page.load.${engine}`, median(loads), 'ms'),
      measure(`library.page.keyToRows.${engine}`, median(keys), 'ms'),
    ];
  } finally {
    await browser.close();
  }
}
