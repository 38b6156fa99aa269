// The real parts that tests run against. On Debian as root they are installed; elsewhere the suites that need them
// are skipped, each saying why.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const onPath = (name) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${name}`));
const postgres = () =>
  existsSync('/usr/lib/postgresql') &&
  readdirSync('/usr/lib/postgresql').some((v) => existsSync(`/usr/lib/postgresql/${v}/bin/initdb`));

const PARTS = [
  { package: 'docker-registry', present: () => onPath('docker-registry'), suite: 'suites against a real registry' },
  { package: 'skopeo', present: () => onPath('skopeo'), suite: 'suites that push with skopeo' },
  { package: 'postgresql', present: postgres, suite: 'suites on PostgreSQL (PGlite still runs)' },
  { package: 'chromium', present: () => onPath('chromium'), suite: 'browser suites' },
  {
    package: 'slapd',
    present: () => onPath('slapd') || existsSync('/usr/sbin/slapd'),
    suite: 'suites that sign in with a directory',
  },
  { package: 'buildah', present: () => onPath('buildah'), suite: 'suites that build a PostgreSQL image' },
  { package: 'podman', present: () => onPath('podman'), suite: 'suites that run a container' },
  // Debian's crun does not run where cgroups are of both versions.
  { package: 'runc', present: () => onPath('runc'), suite: 'suites that run a container' },
  { package: 'openssl', present: () => onPath('openssl'), suite: 'TLS suites' },
];

/** Installs absent parts where possible, and says what will be skipped where not. */
export function ensureDebianParts() {
  let missing = PARTS.filter((part) => !part.present());
  if (missing.length === 0) return;
  const canInstall =
    process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get') && !process.env.PHAROS_TEST_NO_APT;
  if (canInstall) {
    console.error(`Pharos: installing ${missing.map((part) => part.package).join(', ')} from Debian …`);
    // policy-rc.d semantics differ per image; RUNLEVEL=1 keeps invoke-rc.d from starting the services it installs.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const apt = (args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 2], env });
    apt(['update', '-qq']);
    apt(['install', '-y', '-qq', '--no-install-recommends', ...missing.map((part) => part.package)]);
    missing = PARTS.filter((part) => !part.present());
  }
  for (const part of missing) {
    const why = canInstall ? 'apt could not install it' : 'it is absent, and only root on Debian installs it here';
    console.error(`Pharos: skipping ${part.suite}: ${part.package}: ${why}.`);
  }
}
