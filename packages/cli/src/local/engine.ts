/** The container engine of this machine: podman or docker, whichever answers. Asked by its own command, so that it uses the sign-ins and settings its user has. */
import { spawn } from 'node:child_process';
import { CliError } from '../failure.ts';

export const ENGINES = ['podman', 'docker'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Engine {
  readonly name: EngineName;
  /** Standard output. Throws CliError `container-engine-failed` with the last lines it said. */
  run(args: readonly string[], options?: EngineOptions): Promise<string>;
}

export interface EngineOptions {
  /** Added to the environment: a secret on a command line is seen by everyone on the machine. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each line it says about its progress. */
  readonly onLine?: (line: string) => void;
}

/**
 * The engine that answers.
 * @throws CliError `container-engine-absent` when none does; the message says what each of them said
 */
export async function findEngine(
  env: Readonly<Record<string, string | undefined>>,
  wanted: EngineName | undefined,
): Promise<Engine> {
  const said: string[] = [];
  for (const name of wanted === undefined ? ENGINES : [wanted]) {
    const engine = engineOf(name, env);
    try {
      // Docker's client is often there without a server: only an answer of the server counts.
      await engine.run(['info', '--format', '{{json .}}']);
      return engine;
    } catch (error) {
      said.push(`${name}: ${error instanceof CliError ? error.hint : (error as Error).message}`);
    }
  }
  throw new CliError(
    'container-engine-absent',
    `No container engine answers here (${said.join('; ')}).`,
    'Install podman, or start Docker, then run the command again.',
  );
}

function engineOf(name: EngineName, env: Readonly<Record<string, string | undefined>>): Engine {
  return {
    name,
    run: (args, options = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(name, args, { env: { ...env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          stdout += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          stderr = (stderr + text).slice(-4000);
          const line = text.trim().split('\n').at(-1);
          if (line) options.onLine?.(line.slice(0, 200));
        });
        child.once('error', (cause: NodeJS.ErrnoException) => {
          const why = cause.code === 'ENOENT' ? 'it is not installed' : cause.message;
          reject(new CliError('container-engine-failed', `${name} could not be started.`, why, { exitCode: 1 }));
        });
        child.once('close', (code) => {
          if (code === 0) return resolve(stdout);
          const lines = stderr.trim().split('\n').slice(-5).join(' ');
          reject(
            new CliError(
              'container-engine-failed',
              `${name} ${args[0]} ended with ${code}.`,
              lines || `Run "${name} ${args[0]}" by hand to see why.`,
              { exitCode: 1 },
            ),
          );
        });
      }),
  };
}
