import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf } from '../image.ts';
import { inPath, type Part } from './available.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const run = promisify(execFile);

/** A program that is built from its Go module, at exactly this version. */
export type GoTool = {
  /** Of the program, and of its file in the cache. */
  name: string;
  /** The package to build; with `source` the package that the source needs. */
  package: string;
  version: string;
  /** Build tags. */
  tags?: readonly string[];
  /** A program of our own around a library, as `main.go`. */
  source?: string;
  /** Its module replaces others, which no module that asks for it sees; `siblings`: the version at which folders of its own tree are published. */
  replaces?: { module: string; siblings?: string };
  /** What the linker writes into variables: the version that the program tells of itself. */
  variables?: Readonly<Record<string, string>>;
};

/** Longer than the slowest of them takes on two cores; a test runner that hangs tells nobody anything. */
const BUILD_LIMIT_MS = 480_000;

/** Builds the program once and answers where it stands in the user's cache, or why it cannot be had here. Never throws. */
export async function goTool(tool: GoTool, limitMs = BUILD_LIMIT_MS): Promise<Part> {
  const path = join(cacheDirectory(), `${tool.name}-${tool.version}${fingerprint(tool)}`);
  if (isThere(path)) return { path, skip: false };
  const go = inPath('go');
  if (go === undefined) return { path: undefined, skip: `${tool.name} is built by Go, which is not installed` };
  const folder = temporaryDirectory('go-tool');
  try {
    await build(go, tool, folder.path, AbortSignal.timeout(limitMs));
    mkdirSync(cacheDirectory(), { recursive: true });
    // Two test files may build the same program at a time: each moves a whole file into place. The cache may be on another disk.
    const fresh = `${path}.${process.pid}`;
    await run('cp', [join(folder.path, 'tool'), fresh]);
    renameSync(fresh, path);
    return { path, skip: false };
  } catch (cause) {
    return { path: undefined, skip: `${tool.name} ${tool.version} cannot be built here: ${reason(cause, limitMs)}` };
  } finally {
    folder.remove();
  }
}

/** In a module of its own: `go install path@version` refuses modules that replace others, and this repository is none of Go's. */
async function build(go: string, tool: GoTool, cwd: string, signal: AbortSignal): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false -p=2' };
  const step = (...args: string[]) => run(go, args, { cwd, env, signal, maxBuffer: 16 * 1024 * 1024 });
  await step('mod', 'init', 'pharos.invalid/peers');
  if (tool.replaces !== undefined) {
    const { module, siblings } = tool.replaces;
    const { GoMod } = JSON.parse((await step('mod', 'download', '-json', `${module}@${tool.version}`)).stdout);
    const { Replace }: GoModule = JSON.parse((await step('mod', 'edit', '-json', GoMod)).stdout);
    const replacements = (Replace ?? []).flatMap(({ Old, New }) => {
      const by = New.Path.startsWith('./') ? siblings && `${Old.Path}@${siblings}` : `${New.Path}@${New.Version}`;
      return by ? [`-replace=${Old.Path}=${by}`] : [];
    });
    await step('mod', 'edit', ...replacements);
  }
  if (tool.source !== undefined) writeFileSync(join(cwd, 'main.go'), tool.source);
  await step('get', `${tool.package}@${tool.version}`);
  const tags = tool.tags ? ['-tags', tool.tags.join(',')] : [];
  const variables = Object.entries(tool.variables ?? {}).map(([name, value]) => ` -X ${name}=${value}`);
  await step(
    'build',
    '-trimpath',
    `-ldflags=-s -w${variables.join('')}`,
    ...tags,
    '-o',
    'tool',
    tool.source ? '.' : tool.package,
  );
}

/** `go mod edit -json`, as far as it is read. */
type GoModule = { Replace?: { Old: { Path: string }; New: { Path: string; Version?: string } }[] };

/** Downloads a module and answers its folder, read-only, or why it cannot be had here. Never throws. */
export async function goModule(module: string, version: string): Promise<Part> {
  const go = inPath('go');
  if (go === undefined) return { path: undefined, skip: `${module} is fetched by Go, which is not installed` };
  try {
    const env = { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=mod' };
    const options = { cwd: tmpdir(), env, signal: AbortSignal.timeout(BUILD_LIMIT_MS) };
    const { stdout } = await run(go, ['mod', 'download', '-json', `${module}@${version}`], options);
    return { path: JSON.parse(stdout).Dir, skip: false };
  } catch (cause) {
    return { path: undefined, skip: `${module} ${version} cannot be fetched here: ${reason(cause, BUILD_LIMIT_MS)}` };
  }
}

/** Where the programs stay between runs; removing it costs a build. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pharos', 'peers');
}

/** What else tells two builds of a version apart. */
function fingerprint({ tags, source }: GoTool): string {
  return tags || source ? `-${digestOf(JSON.stringify([tags, source])).slice(7, 15)}` : '';
}

export function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The last line that Go printed says most; addresses of module proxies are nobody's business. */
function reason(cause: unknown, limitMs: number): string {
  const { name, stderr = '', message } = cause as Error & { stderr?: string };
  if (name === 'AbortError') return `not done after ${limitMs / 1000} s`;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^go: downloading/.test(line));
  return (lines.at(-1) ?? message)
    .replaceAll(/https?:\/\/\S+/g, '…')
    .trim()
    .slice(0, 200);
}
