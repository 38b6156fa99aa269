/** A library with one database image, and a stand-in for the container engine. Not exported. */
import { startLibrary, type TestLibrary } from '../clusters/testing.ts';
import type { LocalContainer, LocalEngine } from './engine.ts';

export { imageOf } from '../clusters/testing.ts';

export interface StandInEngine {
  readonly calls: string[];
  /** The next start says that it pulls, and waits. */
  hold(): { readonly reached: Promise<void>; release(): void };
  /** The next start fails so. */
  fail(how: { message: string; hint: string }): void;
}

export interface LocalLibrary extends TestLibrary {
  readonly engine: StandInEngine;
  readonly repositoryId: string;
}

export async function startLocalLibrary(isOn = true): Promise<LocalLibrary> {
  const calls: string[] = [];
  const containers = new Map<string, LocalContainer>();
  let held: { reach(): void; until: Promise<void> } | null = null;
  let failure: { message: string; hint: string } | null = null;
  const engine: LocalEngine = {
    name: 'podman',
    list: async () => [...containers.values()],
    start: async ({ name, digest, repository, user }, tell) => {
      calls.push(`start ${repository}@${digest}`);
      tell('Pulling the image …');
      held?.reach();
      await held?.until;
      held = null;
      const container = { name, digest, repository, user, port: 54321 };
      if (failure !== null) {
        containers.set(name, { ...container, state: 'exited' });
        const thrown = Object.assign(new Error(failure.message), { code: 'container-not-ready', hint: failure.hint });
        failure = null;
        throw thrown;
      }
      containers.set(name, { ...container, state: 'running' });
      return { ...container, state: 'running', password: 'told-once' };
    },
    stop: async (name) => void containers.set(name, { ...containers.get(name)!, state: 'exited' }),
    remove: async (name) => void containers.delete(name),
    logs: async () => ['FATAL: no space left'],
  };
  const library = await startLibrary(isOn ? { localRuns: async () => engine } : {});
  await library.scan('postgresql', ['17.4']);
  const found = await library.it.call('listRepositories', { query: {} });
  return {
    ...library,
    repositoryId: found.body.items[0].id,
    engine: {
      calls,
      hold: () => {
        const reached = Promise.withResolvers<void>();
        const until = Promise.withResolvers<void>();
        held = { reach: reached.resolve, until: until.promise };
        return { reached: reached.promise, release: until.resolve };
      },
      fail: (how) => {
        failure = how;
      },
    },
  };
}
