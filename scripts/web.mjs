// Builds the user interface into packages/web/dist when its sources changed since the last build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { pinnedNode, root } from './node.mjs';

const web = `${root}/packages/web`;
const inputs = [
  `${web}/src`,
  `${web}/public`,
  `${web}/index.html`,
  `${web}/vite.config.ts`,
  `${root}/packages/contract/src`,
];

function* filesIn(path) {
  if (!existsSync(path)) return;
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    yield path;
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesIn(join(path, entry.name));
    else if (!entry.name.includes('.test.')) yield join(path, entry.name);
  }
}

function sourceHash() {
  const hash = createHash('sha256').update(readFileSync(`${root}/package-lock.json`));
  for (const input of inputs)
    for (const file of filesIn(input)) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds when needed. Ends the process with vite's words when the build fails. */
export function ensureWeb() {
  const marker = `${web}/dist/.source`;
  const want = sourceHash();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === want) return;
  console.error('Pharos: building the user interface …');
  const result = spawnSync(pinnedNode(), [`${root}/node_modules/vite/bin/vite.js`, 'build', '--logLevel', 'warn'], {
    cwd: web,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) {
    console.error('error: the user interface could not be built.');
    process.exit(1);
  }
  writeFileSync(marker, want);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  ensureWeb();
}
