// `npm start`: everything a newcomer needs, from a bare clone: packages, user interface, then `pharos up`.
import { runForeground } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './node.mjs';
import { ensureWeb } from './web.mjs';

ensureInstalled();
ensureWeb();
runForeground([`${root}/packages/cli/src/main.ts`, 'up', ...process.argv.slice(2)]);
