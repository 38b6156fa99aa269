/// <reference lib="dom" />
/** Counts what a person does in a browser, whoever moves the hand. */
import type { BrowserContext } from 'playwright-core';

/** Keys that start or choose something; letters that are typed into a field do not. */
const ACTIVATING = ['Enter', ' ', 'ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight'];

/** To be called before the first page: answers how often a pointer or an activating key was pressed, in all pages so far. */
export async function countActions(context: BrowserContext): Promise<() => number> {
  let count = 0;
  await context.exposeFunction('tellAction', () => {
    count += 1;
  });
  await context.addInitScript((keys) => {
    const { tellAction } = window as unknown as { tellAction: () => void };
    document.addEventListener('pointerdown', () => tellAction(), { capture: true });
    document.addEventListener('keydown', ({ key }) => keys.includes(key) && tellAction(), { capture: true });
  }, ACTIVATING);
  return () => count;
}
