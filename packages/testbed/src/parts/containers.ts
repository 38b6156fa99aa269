import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from './temporary-directory.ts';

/** Storage and settings of containers that belong to one test alone. */
export type Containers = {
  /** For podman and buildah. */
  env: Readonly<Record<string, string>>;
  /** Ends what runs in it and takes it away. */
  remove(): Promise<void>;
};

/**
 * A place for containers of its own. runc, because Debian's crun refuses machines with cgroups of both versions; explicit limits,
 * because podman would raise them and not every machine lets it; the machine's network, because bridges leave rules behind.
 */
export function makeContainers(): Containers {
  const folder = temporaryDirectory('containers');
  const at = (name: string) => join(folder.path, name);
  writeFileSync(
    at('containers.conf'),
    `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`,
  );
  writeFileSync(
    at('storage.conf'),
    `[storage]\ndriver = "overlay"\ngraphroot = "${at('storage')}"\nrunroot = "${at('run')}"\n`,
  );
  writeFileSync(at('registries.conf'), 'unqualified-search-registries = []\n');
  const env = {
    CONTAINERS_CONF: at('containers.conf'),
    CONTAINERS_STORAGE_CONF: at('storage.conf'),
    CONTAINERS_REGISTRIES_CONF: at('registries.conf'),
  };
  return {
    env,
    remove: async () => {
      const options = { env: { ...process.env, ...env } };
      // Mounts must go before the folder does; on a machine without podman there are none.
      await promisify(execFile)('podman', ['rm', '--all', '--force', '--time', '0'], options).catch(() => {});
      await promisify(execFile)('podman', ['unmount', '--all', '--force'], options).catch(() => {});
      folder.remove();
    },
  };
}
