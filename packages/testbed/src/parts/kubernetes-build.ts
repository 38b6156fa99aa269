/**
 * A real kube-apiserver, built from Debian 12's source package `kubernetes` (1.20.2) with Debian's Go 1.19, and Debian's etcd.
 * Nothing is installed: packages are fetched by apt into a folder of their own and unpacked there. About three minutes on
 * two cores, once; the two programs (130 MB) stay in the user's cache.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inPath } from './available.ts';
import { cacheDirectory, isThere } from './go-tool.ts';

const run = promisify(execFile);

/** The two programs, or why they cannot be had here. */
export type KubernetesParts =
  | { apiserver: string; etcd: string; skip: false }
  | { apiserver: undefined; etcd: undefined; skip: string };

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITE = 'bookworm';
const PACKAGES = ['etcd-server', 'golang-1.19-go', 'golang-1.19-src', 'golang-github-modern-go-reflect2-dev'];
/** Less than the test runner's limit for a file, so that a slow machine says so and does not hang. */
const BUILD_LIMIT_MS = 540_000;
const STALE_MS = 600_000;

/** Builds once and answers where the programs stand. Never throws. */
export async function kubernetesParts(): Promise<KubernetesParts> {
  const cache = cacheDirectory();
  const apiserver = join(cache, 'kube-apiserver-1.20.2-debian12');
  const etcd = join(cache, 'etcd-3.4.23-debian12');
  const here = () => (isThere(apiserver) && isThere(etcd) ? { apiserver, etcd, skip: false as const } : null);
  const found = here();
  if (found !== null) return found;
  const why = cannotBuild();
  if (why !== null) return absent(why);
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, 'kube-apiserver.building');
  // Two test files may want it at a time: one builds, the other waits.
  while (!take(lock)) {
    await sleep(1_000);
    const built = here();
    if (built !== null) return built;
  }
  const folder = join(tmpdir(), `pharos-kubernetes-${process.pid}`);
  try {
    await build(folder, apiserver, etcd);
    return { apiserver, etcd, skip: false };
  } catch (cause) {
    return absent(`kube-apiserver cannot be built here: ${reason(cause)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(lock, { recursive: true, force: true });
  }
}

function absent(skip: string): KubernetesParts {
  return { apiserver: undefined, etcd: undefined, skip };
}

function cannotBuild(): string | null {
  // Minutes of compiling belong into a command of their own: a first `npm test` says that it is there.
  if (process.env.PHAROS_TEST_BUILD !== '1') {
    return 'kube-apiserver is not built yet: npm run test:kubernetes builds it from Debian packages, once, in about four minutes';
  }
  if (process.env.PHAROS_TEST_NO_APT)
    return 'kube-apiserver is built from Debian packages, which PHAROS_TEST_NO_APT forbids';
  if (process.platform !== 'linux') return 'kube-apiserver is built from Debian packages, on Linux only';
  const missing = ['apt-get', 'dpkg', 'dpkg-source', 'patch'].filter((program) => inPath(program) === undefined);
  if (missing.length > 0)
    return `kube-apiserver is built from Debian packages by ${missing.join(', ')}, not installed here`;
  if (!existsSync(KEYRING)) return "kube-apiserver is built from Debian packages, and Debian's keys are not here";
  return null;
}

/** A folder is made by one only; one that a killed build left behind is taken over. */
function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

async function build(folder: string, apiserver: string, etcd: string): Promise<void> {
  const at = (...names: string[]) => join(folder, ...names);
  const signal = AbortSignal.timeout(BUILD_LIMIT_MS);
  const options = { cwd: folder, signal, maxBuffer: 64 * 1024 * 1024 };
  for (const name of ['lists/partial', 'cache/archives/partial', 'fetched', 'root', 'gopath/src/k8s.io'])
    mkdirSync(at(name), { recursive: true });
  // Lists and sources of our own: the machine's apt stays as it is.
  const source = `[signed-by=${KEYRING}] http://deb.debian.org/debian ${SUITE} main`;
  writeFileSync(at('sources.list'), `deb ${source}\ndeb-src ${source}\n`);
  const settings = [
    ['Dir::Etc::sourcelist', at('sources.list')],
    ['Dir::Etc::sourceparts', '-'],
    ['Dir::State::lists', at('lists')],
    ['Dir::Cache', at('cache')],
  ];
  writeFileSync(at('apt.conf'), settings.map(([name, value]) => `${name} "${value}";\n`).join(''));
  const apt = (...args: string[]) =>
    run('apt-get', ['-qq', ...args], {
      ...options,
      cwd: at('fetched'),
      env: { ...process.env, APT_CONFIG: at('apt.conf') },
    });
  await apt('update');
  await apt('download', ...PACKAGES);
  await apt('source', 'kubernetes');
  for (const file of readdirSync(at('fetched')).filter((name) => name.endsWith('.deb')))
    await run('dpkg', ['-x', at('fetched', file), at('root')], options);
  const unpacked = readdirSync(at('fetched'), { withFileTypes: true }).find((entry) => entry.isDirectory());
  const tree = at('gopath/src/k8s.io/kubernetes');
  renameSync(at('fetched', unpacked!.name), tree);
  // The reflect2 of that tree crashes at the first custom resource when Go 1.19 compiled it.
  const reflect2 = 'github.com/modern-go/reflect2';
  rmSync(join(tree, 'vendor', reflect2), { recursive: true });
  cpSync(at('root/usr/share/gocode/src', reflect2), join(tree, 'vendor', reflect2), { recursive: true });
  await compile(folder, tree, signal);
  await place(at('root/usr/bin/etcd'), etcd);
  await place(at('kube-apiserver'), apiserver);
}

/** The tree lacks one generated file, the description of its API: its own generator writes it first. */
async function compile(folder: string, tree: string, signal: AbortSignal): Promise<void> {
  const goRoot = join(folder, 'root/usr/lib/go-1.19');
  const env = {
    ...process.env,
    GOROOT: goRoot,
    GOPATH: join(folder, 'gopath'),
    GOCACHE: process.env.GOCACHE || join(folder, 'gocache'),
    GO111MODULE: 'off',
    GOFLAGS: '',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  const options = { cwd: tree, env, signal, maxBuffer: 64 * 1024 * 1024 };
  const go = (...args: string[]) => run(join(goRoot, 'bin/go'), args, options);
  const generator = join(folder, 'openapi-gen');
  await go('build', '-o', generator, './vendor/k8s.io/kube-openapi/cmd/openapi-gen');
  const inputs = describedPackages(tree, ['pkg', 'cmd', 'staging/src/k8s.io']).map(
    (name) => `k8s.io/kubernetes/${name.replace(/^staging\/src\//, 'vendor/')}`,
  );
  const output = ['-p', 'k8s.io/kubernetes/pkg/generated/openapi', '-O', 'zz_generated.openapi'];
  const paths = ['--output-base', join(folder, 'gopath/src'), '-r', join(folder, 'violations')];
  const head = ['-h', 'hack/boilerplate/boilerplate.generatego.txt', '--logtostderr'];
  await run(generator, ['-i', inputs.join(','), ...output, ...head, ...paths], options);
  const version = '-X k8s.io/kubernetes/vendor/k8s.io/component-base/version.gitVersion=v1.20.2';
  const program = join(folder, 'kube-apiserver');
  await go('build', '-trimpath', `-ldflags=-s -w ${version}`, '-o', program, './cmd/kube-apiserver');
}

/** Folders with a Go file that asks for a description. */
function describedPackages(tree: string, below: readonly string[]): string[] {
  const found = new Set<string>();
  for (const top of below) {
    for (const entry of readdirSync(join(tree, top), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.go')) continue;
      const folder = entry.parentPath.slice(tree.length + 1);
      if (/testdata|\/sample-|\/code-generator/.test(folder) || found.has(folder)) continue;
      if (/^\/\/ \+k8s:openapi-gen=/m.test(readFileSync(join(entry.parentPath, entry.name), 'utf8'))) found.add(folder);
    }
  }
  return [...found].sort();
}

/** Moved whole: whoever sees the file sees all of it. */
async function place(from: string, to: string): Promise<void> {
  await run('cp', [from, `${to}.${process.pid}`]);
  renameSync(`${to}.${process.pid}`, to);
}

function reason(cause: unknown): string {
  const { name, stderr = '', message } = cause as Error & { stderr?: string };
  if (name === 'AbortError') return `not done after ${BUILD_LIMIT_MS / 1000} s`;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? message).trim().slice(0, 200);
}
