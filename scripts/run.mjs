// `node scripts/run.mjs FILE.ts …`: runs a development script under the pinned Node, installing packages first.
import { resolve } from 'node:path';
import { runForeground } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './node.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}
ensureInstalled();
runForeground([resolve(root, file), ...args]);
