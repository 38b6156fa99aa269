/** What admission control decided, in numbers, and which refusals the control plane has not been told yet. */
import type { AdmissionMode, AdmissionVerdict, ReportedRefusal } from '@pharos/contract';
import { cleanText } from '@pharos/library';

/** Kinds of refusals that wait to be told; a flood of others is only counted. */
const MOST_WAITING = 100;

export interface Refused {
  readonly operation: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly user: string;
  readonly verdict: AdmissionVerdict | null;
  readonly message: string;
  readonly mode: AdmissionMode;
}

export class Tally {
  readonly startedAt = new Date().toISOString();
  admitted = 0;
  warned = 0;
  refused = 0;
  audited = 0;
  exempted = 0;
  mutated = 0;
  /** Requests that could not be read. */
  malformed = 0;
  /** Requests sent away because too many were under way. */
  busy = 0;
  #waiting = new Map<string, ReportedRefusal>();
  #dropped = 0;

  note(refused: Refused, now: Date): void {
    const { verdict, mode } = refused;
    const refusal: Omit<ReportedRefusal, 'count' | 'firstAt' | 'lastAt'> = {
      operation: cleanText(refused.operation, 20),
      namespace: cleanText(refused.namespace, 253),
      kind: cleanText(refused.kind, 200),
      name: cleanText(refused.name, 253),
      user: cleanText(refused.user, 256),
      image: cleanText(verdict?.image ?? '', 1024),
      path: cleanText(verdict?.path ?? '', 500),
      digest: verdict?.digest ?? null,
      state: verdict?.state ?? null,
      code: verdict?.code ?? null,
      message: cleanText(verdict?.message ?? refused.message, 1000),
      mode,
    };
    const { operation, namespace, kind, name, image, path, code } = refusal;
    const key = JSON.stringify([operation, namespace, kind, name, image, path, code, mode]);
    const before = this.#waiting.get(key);
    if (before === undefined && this.#waiting.size >= MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    const at = now.toISOString();
    this.#waiting.set(key, { ...refusal, count: (before?.count ?? 0) + 1, firstAt: before?.firstAt ?? at, lastAt: at });
  }

  /** Takes what waits; `giveBack` puts it in front again when it could not be told. */
  take(): { refusals: ReportedRefusal[]; dropped: number } {
    const taken = { refusals: [...this.#waiting.values()], dropped: this.#dropped };
    this.#waiting = new Map();
    this.#dropped = 0;
    return taken;
  }

  get hasNews(): boolean {
    return this.#waiting.size > 0;
  }
}
