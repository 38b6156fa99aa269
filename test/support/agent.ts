/** Starts `pharos agent` as a process of its own. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { environment, main, watch } from './pharos.ts';

export interface AgentProcess {
  output(): string;
  /** Exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts the agent with its file; `stateDir` survives a kill. */
export function startAgent(options: { file: string; stateDir: string; env?: Record<string, string> }): AgentProcess {
  const args = [main, 'agent', '-f', options.file, '--state-dir', options.stateDir];
  const child = spawn(process.execPath, args, {
    env: environment(options.env ?? {}),
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { output, ended } = watch(child);
  return {
    output,
    ended,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
