import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestbedError } from '../testbed-error.ts';
import { atExit } from './at-exit.ts';

/** A running program. */
export type Child = {
  pid: number;
  /** Sends the signal, waits for the end, and kills after five seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** How a program is started and when it counts as started. */
export type ChildOptions = {
  name: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Asked again and again until it says true; rejections count as "not yet". */
  ready: () => Promise<boolean>;
  /** Sent when this process exits without having stopped the child; default SIGKILL. */
  exitSignal?: NodeJS.Signals;
  /** How long the start may take; default 20,000. */
  timeoutMs?: number;
};

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const OUTPUT_LIMIT = 8_192;

/** Starts a program and waits until it answers. Throws `part-did-not-start` with the end of its output. */
export async function startChild(program: string, args: readonly string[], options: ChildOptions): Promise<Child> {
  const { name, cwd, env, ready, exitSignal = 'SIGKILL', timeoutMs = START_TIMEOUT_MS } = options;
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-OUTPUT_LIMIT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const forget = atExit(() => child.kill(exitSignal));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    await end(child, signal);
    forget();
  };
  const deadline = Date.now() + timeoutMs;
  while (!(await ready().catch(() => false))) {
    if (failure || hasEnded(child) || Date.now() > deadline) {
      await stop('SIGKILL');
      throw new TestbedError('part-did-not-start', `${name} did not start.`, output.trim() || String(failure ?? ''));
    }
    await sleep(20);
  }
  return { pid: child.pid as number, stop };
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

/** A loopback port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Another process may take the port between the look and the start: then a second port is tried, and a third. */
export async function onFreePort(launch: (port: number) => Promise<Child>): Promise<{ child: Child; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { child: await launch(port), port };
    } catch (cause) {
      if (attempt === 3) throw cause;
    }
  }
}
