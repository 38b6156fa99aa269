/** Runs a part of a bench in a process of its own, so that CPU and memory are its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly tags?: number;
}

export async function runChild(file: string, args: readonly string[]): Promise<ChildFigures> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1)!) as ChildFigures;
}
