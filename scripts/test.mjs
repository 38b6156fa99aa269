// `npm test`: installs what is missing, builds the UI, then runs every suite and ends in the runner's count.
// Arguments are files or globs to run instead of everything.
import { runForeground } from './child.mjs';
import { ensureDebianParts } from './debian.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './node.mjs';
import { ensureWeb } from './web.mjs';

process.chdir(root);
ensureInstalled();
ensureDebianParts();
ensureWeb();
const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : ['packages/*/src/**/*.test.ts', 'test/*.test.ts'];
const reporters = [
  ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
  ...[`--test-reporter=${root}/scripts/died.mjs`, '--test-reporter-destination=stderr'],
];
runForeground(['--test', '--test-concurrency=2', '--test-timeout=600000', ...reporters, ...files], {
  ...process.env,
  NODE_ENV: 'test',
});
