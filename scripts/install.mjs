// Brings node_modules to what package-lock.json says, and nothing more. Runs no package's install script.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { root } from './node.mjs';

const marker = `${root}/node_modules/.pharos-lock`;

/** Whether the installed tree is the one the lockfile of this checkout describes, for this platform. */
function isInstalled(want) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === want;
}

/** Installs when something is missing; answers whether it had to. Ends the process with a sentence when npm fails. */
export function ensureInstalled() {
  const lock = readFileSync(`${root}/package-lock.json`);
  const want = `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`;
  if (isInstalled(want)) return false;
  console.error('Pharos: installing npm packages (once, about a minute) …');
  // npm tells its own path to the scripts it runs; without it (node scripts/start.mjs) the one on PATH is taken.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    console.error('error: npm could not install the packages.');
    console.error(
      'hint: check that the npm registry can be reached, then run "npm ci --ignore-scripts" to see npm’s own words.',
    );
    process.exit(1);
  }
  writeFileSync(marker, want);
  return true;
}
