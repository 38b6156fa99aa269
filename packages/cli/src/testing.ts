/** A world for tests: streams in memory, and a control plane that is a function. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Io } from './output.ts';
import { run } from './run.ts';

export interface Call {
  method: string;
  /** Path below /api/v1, with the query. */
  path: string;
  body: unknown;
  authorization: string | null;
  origin: string;
}

export type Answer = { status: number; body?: unknown };

export interface World extends Partial<Pick<Io, 'env' | 'cwd'>> {
  stdin?: string;
  isTerminal?: boolean;
  /** Answers calls; undefined: nothing listens there. */
  api?: (call: Call) => Answer | undefined;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  calls: Call[];
}

/** A directory that goes away with the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pharos-cli-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the command in a world of its own. */
export async function runIn(world: World, ...args: string[]): Promise<Ran> {
  const ran: Ran = { code: 0, stdout: '', stderr: '', calls: [] };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: world.isTerminal ?? false,
    columns: 120,
    write: (text: string) => {
      ran[name] += text;
    },
  });
  const fakeFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const headers = new Headers(init.headers);
    const call: Call = {
      method: init.method ?? 'GET',
      path: url.pathname.replace('/api/v1', '') + url.search,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
      authorization: headers.get('authorization'),
      origin: url.origin,
    };
    ran.calls.push(call);
    const answer = world.api?.(call);
    if (!answer) throw new TypeError('fetch failed');
    return answer.status === 204 ? new Response(null, { status: 204 }) : Response.json(answer.body, answer);
  };
  ran.code = await run(args, {
    env: world.env ?? {},
    cwd: world.cwd ?? '/nonexistent',
    stdin: (async function* () {
      yield world.stdin ?? '';
    })(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    fetch: fakeFetch as typeof fetch,
  });
  return ran;
}

/** A problem document as the control plane answers it. */
export function problem(status: number, code: string, detail = 'It did not work.'): Answer {
  return { status, body: { type: 'about:blank', status, code, title: 'Problem', detail, hint: 'Do something else.' } };
}

/** A list as the API answers it. */
export function listOf<T>(...items: T[]): Answer {
  return { status: 200, body: { items, next: null, total: items.length } };
}

/** A registry as the API answers it. */
export function registry(over: Record<string, unknown> = {}) {
  return {
    id: '11111111-1111-4111-8111-111111111111',
    name: 'production',
    url: 'registry.example.com',
    provider: 'auto',
    apiUrl: null,
    budget: { requestsPerDay: null, concurrency: null },
    reading: null,
    locationId: 'local',
    authentication: { type: 'none', username: null, secret: 'none' },
    tls: { caCerts: '', skipVerify: false, plainHttp: false },
    source: 'ui',
    isSample: false,
    isDefault: false,
    intervalSeconds: 300,
    warnings: [],
    status: { state: 'ok', message: '', code: null, checks: [], checkedAt: null },
    repositoryCount: 3,
    tagCount: 60,
    ruleCount: 1,
    requests24h: 0,
    lastScanAt: null,
    nextScanAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}

/** A rule as the API answers it. */
export function rule(over: Record<string, unknown> = {}) {
  return {
    id: '22222222-2222-4222-8222-222222222222',
    name: 'postgres',
    enabled: true,
    registryId: '11111111-1111-4111-8111-111111111111',
    kind: 'postgres',
    description: '',
    repositories: { include: ['postgres*'], exclude: [] },
    tags: [],
    source: 'ui',
    locationId: null,
    repositoryCount: 1,
    tagCount: 5,
    requests24h: 2,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}
