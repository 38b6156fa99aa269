import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestbedError } from '../testbed-error.ts';

/** A real component on this machine: its path, or why tests that need it are skipped. `skip` fits node:test's option. */
export type Part = { path: string; skip: false } | { path: undefined; skip: string };

/** The real components. */
export type PartName = 'distribution' | 'skopeo' | 'openssl' | 'postgres' | 'chromium' | 'slapd' | 'podman' | 'buildah';

/** Debian's packages, for the hint. */
const PACKAGES: Readonly<Record<PartName, string>> = {
  distribution: 'docker-registry',
  skopeo: 'skopeo',
  openssl: 'openssl',
  postgres: 'postgresql',
  chromium: 'chromium',
  slapd: 'slapd',
  podman: 'podman runc',
  buildah: 'buildah',
};

/** Looks for the real components. `postgres` is the directory with the server's programs, the others are programs. */
export function available(): Readonly<Record<PartName, Part>> {
  return {
    distribution: part('distribution', inPath('docker-registry')),
    skopeo: part('skopeo', inPath('skopeo')),
    openssl: part('openssl', inPath('openssl')),
    postgres: part('postgres', postgresPrograms()),
    slapd: part('slapd', inPath('slapd')),
    podman: part('podman', inPath('runc') && inPath('podman')),
    buildah: part('buildah', inPath('buildah')),
    chromium: part('chromium', inPath('chromium') ?? inPath('chromium-browser') ?? inPath('google-chrome')),
  };
}

/** The path of a component. Throws `part-missing` with the package to install. */
export function required(name: PartName): string {
  const { path, skip } = available()[name];
  if (path === undefined) throw new TestbedError('part-missing', skip, `apt-get install ${PACKAGES[name]}`);
  return path;
}

function part(name: PartName, path: string | undefined): Part {
  if (path !== undefined) return { path, skip: false };
  return { path: undefined, skip: `${name} is not installed (Debian package ${PACKAGES[name]})` };
}

/** A program by its name. */
export function inPath(program: string): string | undefined {
  // Also where the daemons and Go stand, which the PATH of a plain user leaves out.
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/go/bin'];
  return directories
    .filter(Boolean)
    .map((directory) => join(directory, program))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps one directory for each major; the newest with a server wins. */
function postgresPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const majors = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return majors.map((major) => join(root, major, 'bin')).find((bin) => isProgram(join(bin, 'initdb')));
}
