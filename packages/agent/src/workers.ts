/** How the work of a scan is shared out in one process. */

/** Twice as many as connections, so that none idles while its worker hashes and parses. */
export const WORKERS = 16;

/** Lets the event loop run. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
