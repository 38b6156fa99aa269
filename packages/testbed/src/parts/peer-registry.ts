import { type Child, onFreePort, startChild } from './child.ts';
import { send } from './http-client.ts';

/** A running registry of another maker. */
export type PeerRegistry = {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** `127.0.0.1:PORT`, as image references have it. */
  host: string;
  stop(): Promise<void>;
};

/** Starts a registry on a free port of loopback and waits until it answers. `args` is told the port. */
export async function startPeerRegistry(
  program: string,
  args: (port: number) => readonly string[],
  cwd?: string,
): Promise<PeerRegistry> {
  const launch = (port: number): Promise<Child> =>
    startChild(program, args(port), {
      name: program,
      ...(cwd ? { cwd } : {}),
      ready: async () => [200, 401].includes((await send(`http://127.0.0.1:${port}/v2/`)).status),
    });
  const { child, port } = await onFreePort(launch);
  const host = `127.0.0.1:${port}`;
  return { url: `http://${host}`, host, stop: () => child.stop('SIGKILL') };
}
