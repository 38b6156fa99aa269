/** The engine of this machine as the server asks for it: the same code that `pharos local` runs. */
import type { FindLocalEngine, LocalEngine } from '@pharos/server';
import { listDatabases, removeDatabase, startDatabase, stopDatabase } from './container.ts';
import { type Engine, findEngine } from './engine.ts';

export const localEngineFinder =
  (env: Readonly<Record<string, string | undefined>>): FindLocalEngine =>
  async () => {
    const engine = await findEngine(env, undefined).catch(() => null);
    return engine === null ? null : localEngine(engine);
  };

function localEngine(engine: Engine): LocalEngine {
  return {
    name: engine.name,
    list: () => listDatabases(engine),
    start: (run, tell) => startDatabase(engine, { ...run, port: 0 }, tell),
    stop: (name) => stopDatabase(engine, name),
    remove: (name) => removeDatabase(engine, name),
    logs: async (name) => {
      const lines: string[] = [];
      // Postgres writes to stderr, initdb to stdout.
      const out = await engine.run(['logs', '--tail', '20', name], { onLine: (line) => lines.push(line) });
      return [...out.split('\n').filter((line) => line !== ''), ...lines];
    },
  };
}

/** Whether nobody but this machine reaches an address that is listened on. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
