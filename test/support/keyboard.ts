/// <reference lib="dom" />
/** A person without a mouse: Tab goes from one thing to the next, and each stop can be seen. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** More stops than any page has; whoever needs more is trapped. */
const MOST_STOPS = 600;

interface Stop {
  /** Tag, role and name, for messages. */
  readonly what: string;
  readonly isOnScreen: boolean;
  readonly isMarked: boolean;
}

/** Where the focus is; null where nothing has it. Notes that it was there. */
function stop(page: Page): Promise<Stop | null> {
  return page.evaluate(async () => {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement) || at === document.body) return null;
    at.setAttribute('data-reached', '');
    // A checkbox or switch may be drawn by its label, a field by the group around it.
    const around = [at, at.parentElement, at.nextElementSibling, at.closest('.pf-v6-c-text-input-group')];
    const looks = () =>
      around
        .flatMap((each) =>
          each === null ? [] : [null, '::before', '::after'].map((part) => getComputedStyle(each, part)),
        )
        .map((style) =>
          [
            style.outlineStyle === 'none' ? '' : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`,
            ...[style.boxShadow, style.borderColor, style.borderWidth, style.backgroundColor, style.clipPath],
          ].join('|'),
        )
        .join('\n');
    const isOnScreen = () => {
      const { top, bottom, left, right, width, height } = at.getBoundingClientRect();
      return width > 0 && height > 0 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
    };
    // The way past the navigation slides in.
    for (let wait = 0; wait < 20 && !isOnScreen(); wait += 1) await new Promise((done) => setTimeout(done, 25));
    const isSeen = isOnScreen();
    const focused = looks();
    at.blur();
    const blurred = looks();
    at.focus({ preventScroll: true });
    const name = at.getAttribute('aria-label') ?? at.textContent?.trim().slice(0, 40) ?? '';
    return {
      what: `${at.tagName.toLowerCase()}${at.id === '' ? '' : `#${at.id}`} "${name}"`,
      isOnScreen: isSeen,
      isMarked: focused !== blurred,
    };
  });
}

/** What can be used and was not reached: of radio buttons the chosen one stands for its group. */
function unreached(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((each) => each.tabIndex >= 0 && !each.matches(':disabled, [aria-disabled="true"], [data-reached]'))
      .filter((each) => !(each instanceof HTMLInputElement && each.type === 'radio' && !each.checked))
      .filter((each) => each.checkVisibility({ visibilityProperty: true }) && each.closest('[inert]') === null)
      .map((each) => each.outerHTML.slice(0, 120)),
  );
}

/** Tabs once through the whole page: every stop is seen and marked, nothing is left out, and the end is reached. */
export async function walk(page: Page): Promise<string[]> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const seen: string[] = [];
  for (let count = 0; count < MOST_STOPS; count += 1) {
    await page.keyboard.press('Tab');
    const at = await stop(page);
    if (at === null) {
      assert.ok(count > 0, 'nothing takes the focus');
      assert.deepEqual(await unreached(page), [], 'not reached by Tab');
      return seen;
    }
    assert.ok(at.isOnScreen, `the focus is out of sight, on ${at.what} after ${seen.at(-1)}`);
    assert.ok(at.isMarked, `the focus is not shown on ${at.what} after ${seen.at(-1)}`);
    seen.push(at.what);
  }
  return assert.fail(`trapped: ${seen.slice(-6).join(', ')}`);
}

/** Tabs on from where the focus is until `goal` has it. */
export async function tabTo(page: Page, goal: Locator): Promise<void> {
  await goal.waitFor();
  for (let count = 0; count < MOST_STOPS; count += 1) {
    if (await goal.evaluate((each) => each === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${goal} is not reached by Tab`);
}

/** Goes there by Tab and presses the key. */
export async function use(page: Page, goal: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, goal);
  await page.keyboard.press(key);
}
