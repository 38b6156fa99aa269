// The static checks: types, lint with formatting and import direction, and that openapi.json is what the table says.
import { spawnSync } from 'node:child_process';
import { ensureInstalled } from './install.mjs';
import { pinnedNode, root } from './node.mjs';

ensureInstalled();
const bin = (name) => `${root}/node_modules/${name}`;
const checks = [
  ['types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['types of the web UI', [bin('typescript/bin/tsc'), '-p', 'packages/web/tsconfig.json']],
  ['lint, format, import direction', [bin('@biomejs/biome/bin/biome'), 'check', '.']],
  ['OpenAPI drift', [`${root}/packages/server/src/openapi-file.ts`, '--check']],
];
let failed = false;
for (const [name, args] of checks) {
  const result = spawnSync(pinnedNode(), args, { cwd: root, stdio: 'inherit' });
  console.log(`${result.status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  failed ||= result.status !== 0;
}
process.exit(failed ? 1 : 0);
