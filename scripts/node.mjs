// Which Node runs Pharos. Plain JavaScript that Node 20 understands: it runs before anything is installed.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/**
 * Path of the Node binary that the lockfile pins (an optional dependency per platform, without install scripts),
 * or of the running one where it is new enough to strip types by itself (>= 24.15, docs/decisions/0002).
 */
export function pinnedNode() {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const pinned = `${root}/node_modules/node-linux-${arch}/bin/node`;
  if (process.platform === 'linux' && existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 15)) return process.execPath;
  throw new Error(
    `Pharos needs Node 24.15 or newer; this is ${process.versions.node} and no pinned one is installed. Run "npm ci --ignore-scripts" in the checkout, or install Node 24.`,
  );
}
