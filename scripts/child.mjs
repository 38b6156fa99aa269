// Runs a TypeScript file under the pinned Node in the foreground: signals go to it, its exit code becomes ours.
import { spawn } from 'node:child_process';
import { pinnedNode, root } from './node.mjs';

/** Where Node keeps what it compiled of the sources: a command starts in half the time. It does without where it may not write. */
const CACHE = `${root}/node_modules/.cache/node`;

/** @param {string[]} args file and arguments @param {NodeJS.ProcessEnv} [env] */
export function runForeground(args, env = process.env) {
  const cached = { NODE_COMPILE_CACHE: CACHE, ...env };
  // The channel ends with this process, however it ends: `pharos up` stops then instead of living on unseen.
  const child = spawn(pinnedNode(), args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: cached });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1);
  });
}
