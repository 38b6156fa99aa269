/** Looks at the places where a person is told of a problem: API (and so UI), CLI and log. */
import assert from 'node:assert/strict';
import type { Client, Registry, Repository, Scan } from '@pharos/contract';
import { ADMIN_TOKEN, type Pharos, runPharos, waitFor } from './pharos.ts';

/** The registry of this name; waits until the agent has told of it. */
export function registryNamed(client: Client, name: string): Promise<Registry> {
  return waitFor(async () => {
    const { items } = await client('listRegistries', { query: { limit: 1000 } });
    return items.find((item) => item.name === name);
  }, `the registry ${name}`);
}

/** The repository of this name; waits until it is there. */
export function repositoryNamed(client: Client, name: string): Promise<Repository> {
  return waitFor(async () => {
    const { items } = await client('listRepositories', { query: { q: name, limit: 1000 } });
    return items.find((item) => item.name === name);
  }, `the repository ${name}`);
}

/**
 * Syncs one repository now and answers a finished scan that began after the call. "Sync now" joins a scan that is under
 * way, which may have listed the tags before what the test did; then the next one counts.
 */
export async function scanNow(client: Client, repositoryId: string): Promise<Scan> {
  const askedAt = Date.now();
  return waitFor(async () => {
    const { items } = await client('listScans', { query: { repositoryId, limit: 20 } });
    const ended = items.find((scan) => scan.status !== 'running' && Date.parse(scan.startedAt) >= askedAt);
    if (!ended) await client('createScan', { body: { repositoryId } });
    return ended;
  }, `a new scan of ${repositoryId}`);
}

/** How many scans of a repository ended complete. */
export async function completeScans(client: Client, repositoryId: string): Promise<number> {
  return (await client('listScans', { query: { repositoryId, status: 'complete', limit: 1 } })).total;
}

/** Runs a client command as an administrator. */
export function command(pharos: Pharos, ...args: string[]) {
  return runPharos(args, { PHAROS_URL: pharos.url, PHAROS_TOKEN: ADMIN_TOKEN });
}

const isSentence = (text: string | null | undefined) => /^\S.{10,}/.test(text ?? '');

/**
 * A registry that cannot be read is told of with this code, a sentence and a next step: in its status, at its scans, by
 * `pharos registries probe`, and in the log. Answers the registry.
 */
export async function assertRegistryTold(pharos: Pharos, name: string, code: string): Promise<Registry> {
  const { client } = pharos;
  const { id } = await registryNamed(client, name);
  const registry = await waitFor(async () => {
    const found = await client('getRegistry', { params: { id } });
    return found.status.code === code ? found : null;
  }, `the status ${code} of ${name}`);
  assert.equal(registry.status.state, 'error');
  assert.ok(isSentence(registry.status.message), 'a sentence');
  const check = registry.status.checks.find((each) => each.code === code && each.state === 'error');
  assert.ok(check, `a failed check with the code, among ${JSON.stringify(registry.status.checks)}`);
  assert.ok(isSentence(check.message) && isSentence(check.cure), 'cause and cure');

  const scan = await waitFor(async () => {
    const { items } = await client('listScans', { query: { registryId: id, limit: 100 } });
    return items.find((item) => item.code === code);
  }, `a scan of ${name} that says ${code}`);
  assert.equal(scan.status, 'failed');
  assert.ok(isSentence(scan.message) && isSentence(scan.hint), 'the scan has a sentence and a next step');

  const printed = await command(pharos, 'registries', 'probe', name);
  assert.ok([5, 6].includes(printed.code ?? -1), `exit code ${printed.code} of the probe: ${printed.stderr}`);
  assert.ok(printed.stdout.includes(check.message) && printed.stdout.includes(check.cure ?? '?'), printed.stdout);
  assert.ok(pharos.output().includes(code), `the log names ${code}`);
  return registry;
}

/** A command that was refused: exit code, named error, sentence and next step on stderr, for people and for programs. */
export function assertRefused(
  ended: { code: number | null; stdout: string; stderr: string },
  expected: { code: string; exit: number; says?: RegExp },
): void {
  assert.equal(ended.code, expected.exit, ended.stderr);
  assert.match(ended.stderr, new RegExp(`error: .*\\(${expected.code}\\)`));
  assert.match(ended.stderr, /^hint: .{10,}/m);
  if (expected.says) assert.match(ended.stderr, expected.says);
  assert.doesNotMatch(ended.stderr, /^\s+at .*\.ts:\d+/m, 'no stack trace');
}
