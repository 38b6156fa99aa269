/** A control plane that agrees to everything, so that a bench measures the agent alone, and that can ask it for work. */
import type { Client, Work, WorkResult } from '@pharos/contract';

type Body = { scanId: string; repository: string | null; setDigest: string | null; registries: { id: string }[] };
type Input = { params: { id: string; n: number }; body: Body };
type Options = { signal?: AbortSignal };

export class AgreeableControlPlane {
  /** Waited for before the first request of the first sweep; the probe is over then. */
  onSweep: () => Promise<void> = async () => {};
  readonly client: Client;
  /** Settles when the first sweep was acknowledged, and so everything of it. */
  readonly committed: Promise<void>;
  #committed: () => void = () => {};
  #isSwept = false;
  #registryId = '';
  #offer: ((work: Work[]) => void) | null = null;
  readonly #waiting: Work[] = [];
  readonly #results = new Map<string, (result: WorkResult) => void>();

  constructor() {
    this.committed = new Promise((resolve) => {
      this.#committed = resolve;
    });
    const answers: Record<string, (input: Input, options?: Options) => unknown> = {
      agentHello: ({ body }) => {
        this.#registryId = body.registries[0]?.id ?? '';
        return { serverEpoch: 'bench', configVersion: '1' };
      },
      agentConfig: () => ({ configVersion: '1', registries: [], rules: [] }),
      agentWork: async (_, options) => ({
        work: await this.#next(options?.signal),
        configVersion: '1',
        serverEpoch: 'bench',
      }),
      agentWorkResult: ({ params, body }) => {
        this.#results.get(params.id)?.(body as unknown as WorkResult);
        return {};
      },
      agentScanBegin: async ({ body }) => {
        // A sweep is begun once more when its own report is delivered.
        if (body.repository === null && !this.#isSwept) {
          this.#isSwept = true;
          await this.onSweep();
        }
        return { scanId: body.scanId, nextChunk: 0, committed: false };
      },
      agentScanChunk: ({ params }) => ({ nextChunk: params.n + 1, needImages: [] }),
      agentScanCommit: ({ params, body }) => {
        // Only a repository has a set of tags. The agent forgets its report after this answer.
        if (body.setDigest === null) setImmediate(this.#committed);
        return { scanId: params.id, status: 'complete', added: 0, moved: 0, missing: 0, retired: 0, message: '' };
      },
    };
    this.client = (async (name: string, input: never, options: never) =>
      answers[name]?.(input, options)) as unknown as Client;
  }

  /** Gives the agent a piece of work and waits for its result. */
  ask(repository: string, what: { kind: 'scan' } | { kind: 'reread'; tags: string[] }): Promise<WorkResult> {
    const common = { id: crypto.randomUUID(), registryId: this.#registryId, repository };
    const work: Work =
      what.kind === 'scan'
        ? { ...common, kind: 'scan', scanId: crypto.randomUUID(), trigger: 'manual' }
        : { ...common, kind: 'reread', tags: what.tags };
    const result = new Promise<WorkResult>((resolve) => this.#results.set(work.id, resolve));
    this.#waiting.push(work);
    this.#offer?.(this.#waiting.splice(0));
    return result;
  }

  /** The long poll of the agent. */
  #next(signal?: AbortSignal): Promise<Work[]> {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.splice(0));
    return new Promise((resolve, reject) => {
      this.#offer = (work) => {
        this.#offer = null;
        resolve(work);
      };
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  }
}
