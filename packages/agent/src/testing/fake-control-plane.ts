/** A control plane in memory, for the tests of this package: keeps the protocol's promises and checks the agent's. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import {
  type AgentConfig,
  API_PREFIX,
  ApiError,
  type Client,
  type EvidencePart,
  type EvidenceReport,
  type EvidenceWanted,
  type Hello,
  type Listing,
  type Observation,
  type Problem,
  type RouteName,
  routes,
  type ScanBegin,
  type ScanCommit,
  type VulnerabilityReports,
  type Work,
  type WorkResult,
} from '@pharos/contract';
import { setDigestText } from '@pharos/library';
import type { FoundReferrer } from '../spool-file.ts';

interface Staged {
  begin: ScanBegin;
  chunks: {
    sha256: string;
    tags: { name: string; digest: string; pushedAt: string | null }[];
    images: Observation[];
    referrers: FoundReferrer[];
    answer: unknown;
  }[];
  committed: { body: ScanCommit; answer: unknown } | null;
}

export interface Committed {
  scanId: string;
  begin: ScanBegin;
  commit: ScanCommit;
  tags: Map<string, string>;
  chunks: number;
}

/** What a call does instead of being answered: `lose-request` never arrives, `lose-answer` is done and not told. */
export type Mishap = 'lose-request' | 'lose-answer' | 'answer-500' | null;

export class FakeControlPlane {
  serverEpoch = 'epoch-1';
  config: AgentConfig = { configVersion: '1', registries: [], rules: [] };
  hellos: Hello[] = [];
  readonly commits: Committed[] = [];
  readonly images = new Map<string, Observation>();
  readonly library = new Map<string, Map<string, string>>();
  /** Signatures as they came, with those that came twice. */
  readonly evidence: EvidenceReport['evidence'] = [];
  readonly evidenceParts: EvidencePart[] = [];
  /** Told with the next report that is committed. */
  evidenceWanted: EvidenceWanted[] = [];
  /** Vulnerability reports as they came. */
  readonly reports: VulnerabilityReports['reports'] = [];
  readonly listings: Listing[] = [];
  readonly statuses: { id: string; body: Record<string, unknown> }[] = [];
  readonly results = new Map<string, WorkResult>();
  readonly calls: string[] = [];
  readonly work: Work[] = [];
  readonly progress: unknown[] = [];
  /** How often a second commit of the same scan came with other contents: must stay 0. */
  contradictions = 0;
  mishap: (name: RouteName) => Mishap = () => null;
  refuse: (name: RouteName, input: { body?: unknown }) => [status: number, code: string] | null = () => null;
  readonly #scans = new Map<string, Staged>();
  readonly #changed = new Set<() => void>();

  /** The client that an agent in this process uses. Every input and answer passes the contract's schemas. */
  readonly client: Client = (async (name: RouteName, input: never, options: { signal?: AbortSignal } = {}) => {
    options.signal?.throwIfAborted();
    const mishap = this.mishap(name);
    if (mishap === 'lose-request') throw away();
    if (mishap === 'answer-500') throw problem(500, 'internal');
    const answer = await this.handle(name, structuredClone(input), options.signal);
    if (mishap === 'lose-answer') throw away();
    return answer;
  }) as Client;

  /** Forgets everything, as a server with another database does. */
  restore(serverEpoch: string): void {
    this.serverEpoch = serverEpoch;
    this.#scans.clear();
    this.images.clear();
    this.library.clear();
    this.commits.length = 0;
    this.#wake();
  }

  setConfig(config: AgentConfig): void {
    this.config = config;
    this.#wake();
  }

  addWork(work: Work): void {
    this.work.push(work);
    this.#wake();
  }

  async until(condition: () => boolean, what = 'a condition', ms = 8_000): Promise<void> {
    const end = performance.now() + ms;
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(`waited in vain for ${what}; calls: ${this.calls.slice(-20).join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Every tag line that was reported. */
  tags(): { name: string; pushedAt: string | null }[] {
    return [...this.#scans.values()].flatMap(({ chunks }) => chunks.flatMap(({ tags }) => tags));
  }

  /** What was reported to hang on images, in the order of the reports. */
  referrers(): FoundReferrer[] {
    return [...this.#scans.values()].flatMap(({ chunks }) => chunks.flatMap(({ referrers }) => referrers));
  }

  repositoryCommits(repository: string): Committed[] {
    return this.commits.filter(({ begin }) => begin.repository === repository);
  }

  async handle(
    name: RouteName,
    input: { params?: { id: string; n: number }; query?: unknown; body?: unknown },
    signal?: AbortSignal,
  ): Promise<unknown> {
    this.calls.push(name);
    const route = routes[name] as {
      body?: { parse(value: unknown): unknown };
      response?: { parse(value: unknown): unknown };
    };
    const refusal = this.refuse(name, input);
    if (refusal) throw problem(...refusal);
    const body = route.body ? route.body.parse(input.body) : undefined;
    const answer = await this.#answer(name, { ...input, body } as never, signal);
    return route.response ? route.response.parse(answer) : undefined;
  }

  async #answer(
    name: RouteName,
    { params, query, body }: { params: { id: string; n: number }; query: unknown; body: never },
    signal?: AbortSignal,
  ): Promise<unknown> {
    switch (name) {
      case 'agentHello':
        this.hellos.push(body);
        return { serverEpoch: this.serverEpoch, configVersion: this.config.configVersion };
      case 'agentConfig':
        return this.config;
      case 'agentWork':
        return this.#poll(query as { configVersion: string }, signal);
      case 'agentWorkResult':
        this.results.set(params.id, body);
        return undefined;
      case 'agentListing':
        this.listings.push(body);
        return undefined;
      case 'agentRegistryStatus':
        this.statuses.push({ id: params.id, body });
        return undefined;
      case 'agentScanProgress':
        this.progress.push(body);
        return undefined;
      case 'agentScanBegin':
        return this.#begin(body);
      case 'agentScanChunk':
        return this.#chunk(params.id, Number(params.n), body);
      case 'agentScanEvidence':
        if (!this.#scans.has(params.id)) throw problem(404, 'not-found');
        this.evidence.push(...(body as EvidenceReport).evidence);
        return undefined;
      case 'agentScanEvidencePart':
        if (!this.#scans.has(params.id)) throw problem(404, 'not-found');
        this.evidenceParts.push(body as EvidencePart);
        return undefined;
      case 'agentScanReports':
        if (!this.#scans.has(params.id)) throw problem(404, 'not-found');
        this.reports.push(...(body as VulnerabilityReports).reports);
        return undefined;
      case 'agentScanCommit':
        return this.#commit(params.id, body);
      default:
        throw problem(404, 'not-found');
    }
  }

  async #poll({ configVersion }: { configVersion: string }, signal?: AbortSignal): Promise<unknown> {
    const epoch = this.serverEpoch;
    const hasNews = () =>
      this.work.length > 0 || configVersion !== this.config.configVersion || epoch !== this.serverEpoch;
    if (!hasNews()) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#changed.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 200);
        this.#changed.add(done);
        signal?.addEventListener('abort', done, { once: true });
      });
      signal?.throwIfAborted();
    }
    return { work: this.work.splice(0), configVersion: this.config.configVersion, serverEpoch: this.serverEpoch };
  }

  #begin(begin: ScanBegin): unknown {
    if (this.hellos.length === 0) throw problem(404, 'not-found');
    const scan = this.#scans.get(begin.scanId) ?? { begin, chunks: [], committed: null };
    if (begin.epoch < scan.begin.epoch) throw problem(409, 'stale-scan');
    if (begin.parentId !== null && !this.#scans.has(begin.parentId)) throw new Error('the parent was never begun');
    scan.begin = begin;
    this.#scans.set(begin.scanId, scan);
    return { scanId: begin.scanId, nextChunk: scan.chunks.length, committed: scan.committed !== null };
  }

  #chunk(id: string, n: number, body: Staged['chunks'][number]): unknown {
    const scan = this.#scans.get(id);
    if (!scan) throw problem(404, 'not-found');
    const sha256 = createHash('sha256')
      .update(JSON.stringify({ tags: body.tags, images: body.images, referrers: body.referrers }))
      .digest('hex');
    if (sha256 !== body.sha256) throw problem(400, 'invalid-input');
    const known = scan.chunks[n];
    if (known) {
      if (known.sha256 !== body.sha256) throw problem(409, 'set-digest-mismatch');
      return known.answer;
    }
    if (n > scan.chunks.length) throw problem(409, 'chunk-out-of-order');
    const have = new Set([
      ...this.images.keys(),
      ...scan.chunks.flatMap(({ images }) => images.map(({ digest }) => digest)),
      ...body.images.map(({ digest }) => digest),
    ]);
    const needImages = [...new Set(body.tags.map(({ digest }) => digest).filter((digest) => !have.has(digest)))];
    const answer = { nextChunk: n + 1, needImages };
    scan.chunks.push({ ...body, answer });
    return answer;
  }

  #commit(id: string, body: ScanCommit): unknown {
    const scan = this.#scans.get(id);
    if (!scan) throw problem(404, 'not-found');
    if (scan.committed) {
      // How many reports wait behind it is no part of the report.
      const isSame =
        JSON.stringify({ ...scan.committed.body, spoolDepth: 0 }) === JSON.stringify({ ...body, spoolDepth: 0 });
      if (!isSame) this.contradictions += 1;
      return scan.committed.answer;
    }
    const { repository } = scan.begin;
    const present = [...(this.library.get(repository ?? '') ?? [])].map(([name, digest]) => ({ name, digest }));
    // A name sent twice counts once, as it was sent last.
    const sent = new Map(scan.chunks.flatMap((chunk) => chunk.tags.map((tag) => [tag.name, tag])));
    const tags = body.unchanged ? present : [...sent.values()];
    if (repository !== null) {
      const expected = createHash('sha256')
        .update([...setDigestText(tags)].join(''))
        .digest('hex');
      const isUnread = body.unchanged && tags.some(({ digest }) => !this.images.has(digest));
      if (expected !== body.setDigest || tags.length !== body.tagCount || isUnread) {
        scan.chunks.length = 0;
        throw problem(409, 'set-digest-mismatch');
      }
    }
    for (const { images } of scan.chunks) for (const image of images) this.images.set(image.digest, image);
    this.#reconcile(repository, body, tags);
    const answer = {
      scanId: id,
      status: body.status,
      added: tags.length,
      moved: 0,
      missing: 0,
      retired: 0,
      message: '',
      evidenceWanted: this.evidenceWanted.splice(0),
    };
    scan.committed = { body, answer };
    this.commits.push({
      scanId: id,
      begin: scan.begin,
      commit: body,
      tags: new Map(tags.map(({ name, digest }) => [name, digest])),
      chunks: scan.chunks.length,
    });
    return answer;
  }

  /** The simplest library that keeps promise 1: only a complete list takes something away. */
  #reconcile(repository: string | null, body: ScanCommit, tags: readonly { name: string; digest: string }[]): void {
    if (repository === null) return;
    const library = this.library.get(repository) ?? new Map<string, string>();
    for (const { name, digest } of tags) library.set(name, digest);
    if (body.status === 'complete' && body.listedNames !== null) {
      const stay = new Set([...body.listedNames, ...body.unresolved]);
      for (const name of library.keys()) if (!stay.has(name)) library.delete(name);
    }
    this.library.set(repository, library);
  }

  #wake(): void {
    for (const wake of [...this.#changed]) wake();
  }
}

/** Serves the same over HTTP, for agents in other processes. */
export async function serve(fake: FakeControlPlane): Promise<{ url: string; close(): Promise<void> }> {
  const agentRoutes = (Object.entries(routes) as [RouteName, { method: string; path: string }][])
    .filter(([name]) => name.startsWith('agent'))
    .map(([name, { method, path }]) => ({
      name,
      method,
      pattern: new RegExp(`^${API_PREFIX}${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }));
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://fake');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const route = agentRoutes.find(({ method, pattern }) => method === request.method && pattern.test(url.pathname));
    try {
      if (!route) throw problem(404, 'not-found');
      const params = { ...route.pattern.exec(url.pathname)?.groups } as never;
      const answer = await fake.handle(route.name, {
        params,
        query: Object.fromEntries(url.searchParams),
        body: text ? JSON.parse(text) : undefined,
      });
      response
        .writeHead(answer === undefined ? 204 : 200, { 'content-type': 'application/json' })
        .end(answer === undefined ? undefined : JSON.stringify(answer));
    } catch (error) {
      const body = error instanceof ApiError ? error.problem : problem(500, 'internal').problem;
      response.writeHead(body.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function problem(status: number, code: string): ApiError {
  const body: Problem = { type: 'about:blank', status, code, title: code, detail: code };
  return new ApiError(body);
}

function away(): ApiError {
  return problem(0, 'control-plane-unreachable');
}
