import type { ScanBegin, ScanProgress } from '@pharos/contract';
import type { ControlPlane } from './control-plane.ts';

/** Scans that are over within this time are not announced; later at most one message in this time. Milliseconds. */
const EVERY_MS = 1_000;

/** Tells the control plane how far a scan is, for the bar on the screen: at best, at most once a second, awaited by nobody. */
export class Progress {
  readonly #controlPlane: ControlPlane;
  readonly #begin: Omit<ScanBegin, 'epoch'>;
  readonly #epoch: number;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #latest: ScanProgress | null = null;
  #isBegun = false;
  #isBusy = false;

  constructor(controlPlane: ControlPlane, begin: Omit<ScanBegin, 'epoch'>, epoch: number, signal: AbortSignal) {
    this.#controlPlane = controlPlane;
    this.#begin = begin;
    this.#epoch = epoch;
    this.#signal = signal;
    this.#timer = setInterval(() => void this.#tell(), EVERY_MS);
    this.#timer.unref();
  }

  update(progress: ScanProgress): void {
    this.#latest = progress;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#latest = null;
  }

  async #tell(): Promise<void> {
    const progress = this.#latest;
    if (progress === null || this.#isBusy || !this.#controlPlane.isConnected) return;
    this.#isBusy = true;
    this.#latest = null;
    const { scanId } = this.#begin;
    this.#isBegun ||= await this.#controlPlane.tell(
      'agentScanBegin',
      { body: { ...this.#begin, epoch: this.#epoch } },
      this.#signal,
    );
    if (this.#isBegun)
      await this.#controlPlane.tell('agentScanProgress', { params: { id: scanId }, body: progress }, this.#signal);
    this.#isBusy = false;
  }
}
