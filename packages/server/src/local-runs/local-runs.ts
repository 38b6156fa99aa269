/** Databases on this machine: those that the engine has, with those that start now and those that failed to. */
import type { LocalRun, LocalRunStarted, LocalRuns } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import { ProblemError } from '../problem.ts';
import type { FindLocalEngine, LocalContainer, LocalEngine, LocalStart } from './engine.ts';

const MOST_LINES = 20;
const LOOK_AGAIN_MS = 30_000;

type Told = Pick<LocalRun, 'message' | 'hint' | 'log'>;

export class LocalRunBoard {
  readonly #find: FindLocalEngine | null;
  readonly #now: () => Date;
  readonly #starting = new Map<string, { run: LocalStart; line: string }>();
  readonly #failed = new Map<string, { run: LocalStart; told: Told }>();
  #engine: Promise<LocalEngine | null> | null = null;
  #lookedAt = 0;

  /** `find` null: this server starts nothing. */
  constructor(find: FindLocalEngine | null, now: () => Date) {
    this.#find = find;
    this.#now = now;
  }

  async list(): Promise<LocalRuns> {
    const engine = await this.#look();
    if (engine === null) return { enabled: false, engine: null, items: [] };
    const containers = await this.#ask(() => engine.list());
    const standing = containers.map((each) => this.#shown(each));
    const names = new Set(containers.map(({ name }) => name));
    const rest = [...this.#starting, ...this.#failed].filter(([name]) => !names.has(name));
    const without = rest.map(([name, { run }]) => this.#shown({ ...run, name, port: null, state: 'absent' }));
    return { enabled: true, engine: engine.name, items: [...standing, ...without] };
  }

  /** @throws ProblemError `local-runs-off`, `conflict` while it starts, `local-run-failed` */
  async start(run: LocalStart): Promise<LocalRunStarted> {
    const engine = await this.#require();
    if (this.#starting.has(run.name)) {
      throw new ProblemError('conflict', `${run.name} is being started already.`, { hint: 'Wait until it answers.' });
    }
    const entry = { run, line: '' };
    this.#starting.set(run.name, entry);
    this.#failed.delete(run.name);
    try {
      const { password, ...started } = await engine.start(run, (line) => {
        entry.line = cleanText(line, 200);
      });
      this.#starting.delete(run.name);
      return { ...this.#shown(started), password };
    } catch (error) {
      const log = await engine.logs(run.name).catch(() => []);
      const told = { ...wordsOf(error), log: log.slice(-MOST_LINES).map((line) => cleanText(line, 500)) };
      this.#failed.set(run.name, { run, told });
      throw new ProblemError('local-run-failed', told.message, { hint: told.hint, cause: error });
    } finally {
      this.#starting.delete(run.name);
    }
  }

  /** @throws ProblemError `local-runs-off`, `not-found`, `local-run-failed` */
  async stop(name: string): Promise<void> {
    const engine = await this.#require();
    await this.#known(engine, name);
    await this.#ask(() => engine.stop(name));
  }

  /** Also one that failed before there was a container. @throws ProblemError as `stop` */
  async remove(name: string): Promise<void> {
    const engine = await this.#require();
    if (this.#starting.has(name)) {
      throw new ProblemError('conflict', `${name} is being started.`, {
        hint: 'Wait until it answers, or has failed.',
      });
    }
    const hasFailed = this.#failed.delete(name);
    const stands = (await this.#ask(() => engine.list())).some((each) => each.name === name);
    if (stands) await this.#ask(() => engine.remove(name));
    else if (!hasFailed) throw notThere(name);
  }

  async #known(engine: LocalEngine, name: string): Promise<void> {
    const found = (await this.#ask(() => engine.list())).some((each) => each.name === name);
    if (!found) throw notThere(name);
  }

  async #require(): Promise<LocalEngine> {
    const engine = await this.#look();
    if (engine !== null) return engine;
    throw new ProblemError('local-runs-off', 'Nothing is started on the machine of this server.');
  }

  #look(): Promise<LocalEngine | null> {
    if (this.#find === null) return Promise.resolve(null);
    const now = this.#now().getTime();
    if (this.#engine === null || now - this.#lookedAt > LOOK_AGAIN_MS) {
      this.#lookedAt = now;
      this.#engine = this.#find().catch(() => null);
    }
    return this.#engine;
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const { message, hint } = wordsOf(error);
      throw new ProblemError('local-run-failed', message, { hint, cause: error });
    }
  }

  #shown({ name, digest, repository, user, port, state }: LocalContainer): LocalRun {
    const starting = this.#starting.get(name);
    const failed = state === 'running' ? undefined : this.#failed.get(name);
    const base = {
      name,
      digest,
      repository,
      port,
      psql: null,
      message: '',
      hint: '',
      log: [],
    };
    if (starting !== undefined) return { ...base, state: 'starting', message: starting.line };
    if (failed !== undefined) return { ...base, state: 'failed', ...failed.told };
    if (state !== 'running') return { ...base, state: 'stopped' };
    const psql = port === null ? null : `psql "host=127.0.0.1 port=${port} user=${user} dbname=postgres"`;
    return { ...base, state: 'running', psql };
  }
}

function notThere(name: string): ProblemError {
  return new ProblemError('not-found', `No database that was started from here is named ${name}.`);
}

/** Errors of the engine are told as they are: they name a command, never a secret. */
function wordsOf(error: unknown): { message: string; hint: string } {
  const { message, hint } = error as { message?: unknown; hint?: unknown };
  return {
    message: cleanText(typeof message === 'string' ? message : 'The container engine failed.', 2000),
    hint: cleanText(typeof hint === 'string' ? hint : 'Run it by hand to see why.', 2000),
  };
}
