/** Verifies stored evidence with what is trusted now, in the background: in small batches, never asking a registry. */
import { setImmediate } from 'node:timers/promises';
import { MAX_EVIDENCE_BYTES, type TrustCheck, type TrustInput } from '@pharos/contract';
import type { NewVerification, Store, StoredEvidence, StoredTrust } from '@pharos/store';
import { type Judged, judging } from './judging.ts';
import { readTrust, type Trust } from './trust.ts';
import { type EvidenceBytes, noPass, type Verdict } from './verdict.ts';
import { Verifier } from './verifier.ts';
import { verifyEvidence } from './verify.ts';

const BATCH = 100;
/** Images that are marked in one transaction. */
const MARKED_AT_ONCE = 500;
/** How long the event loop is kept at most, apart from one verification: that takes a tenth of a millisecond to ten, for large ones have a thread. */
const BREATH_MS = 10;
/** Most signatures that a trial looks at. */
const MOST_TRIED = 20_000;
const MOST_EXAMPLES = 20;
const MOST_REASONS = 10;
const UNJUDGED =
  'It could not be verified: to read it took more than a minute, or more memory than there is for it. It counts as not verified.';

export interface VerificationsOptions {
  readonly store: Pick<Store, 'trust' | 'evidence'>;
  readonly now: () => Date;
  /** Aborts when the server stops: what is left is verified after the next start. */
  readonly stopping: AbortSignal;
  /** Runs in the background until it is done; a stopping server waits for it. */
  readonly track: (work: Promise<void>) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Told of entries that cannot be used though they were taken: written by another version. */
  readonly onUnusable?: ((trustId: string, error: unknown) => void) | undefined;
  /** Told which digests were verified anew. */
  readonly onVerified?: ((subjects: readonly string[]) => void) | undefined;
  /** Verifies what is larger than a signature ever is. */
  readonly verifier?: Verifier | undefined;
}

interface Ready {
  readonly id: string;
  readonly revision: number;
  readonly trust: Trust;
  readonly text: StoredTrust;
}

export class Verifications {
  readonly #verifier: Verifier;
  readonly #options: VerificationsOptions;
  #ready: { version: number; entries: Ready[] } | null = null;
  #turn: Promise<void> | null = null;
  #isWanted = false;

  constructor(options: VerificationsOptions) {
    this.#options = options;
    this.#verifier = options.verifier ?? new Verifier();
    options.stopping.addEventListener('abort', () => void this.#verifier.close(), { once: true });
  }

  /** Begins to verify what is due, and returns at once. */
  again(): void {
    if (this.#options.stopping.aborted) return;
    this.#options.track(this.run()).catch(this.#options.onError);
  }

  /**
   * Verifies everything that was not verified with what is trusted now. One turn at a time; who comes meanwhile makes it look
   * once more before it ends.
   */
  async run(): Promise<void> {
    this.#isWanted = true;
    this.#turn ??= this.#turns();
    await this.#turn;
  }

  async #turns(): Promise<void> {
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#run(this.#options.stopping);
      }
    } finally {
      // In the same breath as the last look at the flag, so that nobody waits for a turn that looks no more.
      this.#turn = null;
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { store, now, onVerified } = this.#options;
    while (!signal.aborted) {
      const { version, entries } = await this.#load();
      const due = await store.evidence.due(version, BATCH);
      if (due.length === 0) {
        if (await this.#mark()) continue;
        return;
      }
      const results: NewVerification[] = [];
      const pace = new Pace();
      for (const evidence of due) {
        const judged = await this.#judge(entries, bytesOf(evidence), pace).catch((error: unknown) => {
          if (!signal.aborted) throw error;
          return null;
        });
        // The server stops: it is verified after the next start.
        if (judged === null) return;
        for (const { trustId, verdict, stated } of judged) {
          const { revision } = entries.find(({ id }) => id === trustId)!;
          results.push({ evidenceId: evidence.id, trustId, trustRevision: revision, ...verdict, stated });
        }
      }
      const ids = due.map(({ id }) => id);
      const subjects = await store.evidence.settle(ids, version, results, now());
      if (subjects.length > 0) onVerified?.(subjects);
      await this.#mark();
    }
  }

  /** Large ones in the thread, the others here, with breaths between entries. */
  async #judge(entries: readonly Ready[], evidence: EvidenceBytes, pace: Pace): Promise<readonly Judged[]> {
    const at = this.#options.now();
    if ((evidence.payload?.length ?? 0) <= MAX_EVIDENCE_BYTES) {
      const steps = judging(entries, evidence, at);
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
        await pace.breathe();
      }
    }
    const inScope = entries.filter(({ trust }) => trust.scope.test(evidence.place));
    if (inScope.length === 0) return [];
    const judged = await this.#verifier.judge(
      inScope.map(({ text }) => text),
      evidence,
      at,
    );
    // Kept as what it is, so that one that cannot be verified does not keep all others waiting.
    return judged ?? inScope.map(({ id }) => ({ trustId: id, verdict: noPass('unsupported', UNJUDGED), stated: null }));
  }

  /** Marks images as verified for lists and counts. Answers whether more wait. */
  async #mark(): Promise<boolean> {
    const { store, now, onVerified } = this.#options;
    const { changed, more } = await store.evidence.markVerified(MARKED_AT_ONCE, now());
    if (changed.length > 0) onVerified?.(changed);
    return more;
  }

  /** Entries of the current version; parsed once for all its batches. */
  async #load(): Promise<{ version: number; entries: Ready[] }> {
    const { version, entries } = await this.#options.store.trust.current();
    if (this.#ready?.version !== version) {
      const ready = entries.flatMap((text) => {
        const { id, revision } = text;
        try {
          return [{ id, revision, trust: readTrust(text), text }];
        } catch (error) {
          // It verifies nothing then, which is no pass.
          this.#options.onUnusable?.(id, error);
          return [];
        }
      });
      this.#ready = { version, entries: ready };
    }
    return this.#ready;
  }

  /** What an entry would verify, newest signatures first. @throws TrustError */
  async tryOut(input: TrustInput, signal: AbortSignal): Promise<TrustCheck> {
    const { store, now } = this.#options;
    const trust = readTrust(input);
    const trial = new Trial();
    const pace = new Pace();
    let below: number | null = null;
    for (let isEnd = false; !isEnd && !signal.aborted && trial.tried < MOST_TRIED; ) {
      const batch: StoredEvidence[] = await store.evidence.newest(below, BATCH);
      for (const evidence of batch) {
        await pace.breathe();
        trial.add(evidence, verifyEvidence(bytesOf(evidence), trust, now()));
      }
      below = batch.at(-1)?.id ?? null;
      isEnd = batch.length < BATCH;
      trial.isComplete = isEnd;
    }
    return { keys: [...trust.keys], ...trial.result() };
  }
}

/** Lets others run in between. */
class Pace {
  #since = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#since < BREATH_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}

class Trial {
  tried = 0;
  isComplete = false;
  readonly #images = new Map<string, string>();
  readonly #reasons = new Map<string, number>();

  add({ subject, host, repository }: StoredEvidence, verdict: Verdict | null): void {
    this.tried += 1;
    if (verdict?.outcome === 'verified' && verdict.what === 'signature') {
      if (!this.#images.has(subject)) this.#images.set(subject, `${host}/${repository}`);
      return;
    }
    const reason = verdict === null ? 'Out of scope, or signed in another way (key, certificate).' : verdict.reason;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  result(): Omit<TrustCheck, 'keys'> {
    const reasons = [...this.#reasons].sort((a, b) => b[1] - a[1]).slice(0, MOST_REASONS);
    return {
      signatures: this.tried,
      complete: this.isComplete,
      images: this.#images.size,
      examples: [...this.#images].slice(0, MOST_EXAMPLES).map(([digest, repository]) => ({ digest, repository })),
      reasons: reasons.map(([reason, count]) => ({ reason, count })),
    };
  }
}

function bytesOf(evidence: StoredEvidence): EvidenceBytes {
  return { ...evidence, place: `${evidence.host}/${evidence.repository}` };
}
