import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Credential, DEFAULT_CREDENTIAL } from '../sign-in.ts';
import { HTPASSWD } from './distribution.ts';
import { type PeerRegistry, startPeerRegistry } from './peer-registry.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** How zot is set up. */
export type ZotOptions = {
  /** Default true. */
  search?: boolean;
  htpasswd?: boolean;
  /** Where it tells of pushes; needs a build with its events. */
  eventsTo?: string;
};

/** Starts zot with storage of its own. Throws TestbedError. */
export async function startZot(
  program: string,
  options: ZotOptions = {},
): Promise<PeerRegistry & { credential?: Credential }> {
  const { search = true, htpasswd = false, eventsTo } = options;
  const directory = temporaryDirectory('zot');
  const at = (file: string) => join(directory.path, file);
  writeFileSync(at('htpasswd'), HTPASSWD);
  const auth = { htpasswd: { path: at('htpasswd') }, failDelay: 0 };
  const sinks = [{ type: 'http', address: eventsTo, timeout: '5s' }];
  const extensions = {
    ...(search ? { search: { enable: true } } : {}),
    ...(eventsTo ? { events: { enable: true, sinks } } : {}),
  };
  const args = (port: number) => {
    const config = {
      storage: { rootDirectory: at('data'), gc: false },
      http: { address: '127.0.0.1', port: String(port), ...(htpasswd ? { auth } : {}) },
      log: { level: 'error' },
      ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    };
    writeFileSync(at('config.json'), JSON.stringify(config));
    return ['serve', at('config.json')];
  };
  try {
    const registry = await startPeerRegistry(program, args, directory.path);
    const stop = async () => {
      await registry.stop();
      directory.remove();
    };
    return { ...registry, ...(htpasswd ? { credential: DEFAULT_CREDENTIAL } : {}), stop };
  } catch (cause) {
    directory.remove();
    throw cause;
  }
}
