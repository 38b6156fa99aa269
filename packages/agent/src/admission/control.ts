/** Admission control of an agent: the snapshot is fetched and kept, the webhook answers from it, and what happened is reported. */
import { randomUUID } from 'node:crypto';
import type { AdmissionReport, AdmissionSnapshot } from '@pharos/contract';
import type { AdmissionGround } from '@pharos/library';
import type { Logger } from 'pino';
import { pause } from '../backoff.ts';
import type { ControlPlane } from '../control-plane.ts';
import { type ServingCertificate, servingCertificate } from './certificate.ts';
import { metricsText } from './metrics-text.ts';
import type { ReviewContext } from './review.ts';
import type { AdmissionSettings } from './settings.ts';
import { SnapshotKeeper, SnapshotRefused } from './snapshot-keeper.ts';
import { Tally } from './tally.ts';
import { startWebhook, type Webhook } from './webhook.ts';

const CERTIFICATE_MS = 10_000;
/** A report without news is sent this often, so that the control plane sees the age of the snapshot. */
const REPORT_MS = 60_000;

export interface AdmissionOptions {
  readonly settings: AdmissionSettings;
  readonly stateDir: string;
  readonly locationId: string;
  readonly agentId: string;
  readonly controlPlane: ControlPlane;
  readonly log: Logger;
  readonly now?: (() => Date) | undefined;
}

/** Starts it. @throws AgentError `admission-listen-failed`, `admission-certificate-unusable` */
export async function startAdmission(options: AdmissionOptions): Promise<AdmissionControl> {
  const control = new AdmissionControl(options);
  await control.start();
  return control;
}

export class AdmissionControl {
  readonly tally = new Tally();
  readonly keeper: SnapshotKeeper;
  readonly #options: AdmissionOptions;
  readonly #now: () => Date;
  readonly #stopping = new AbortController();
  #webhook: Webhook | null = null;
  #certificate: ServingCertificate | null = null;
  #running: Promise<unknown>[] = [];
  #reportedAt = 0;
  #waiting: AdmissionReport | null = null;
  #message = '';
  /** How it stood when that was told last. */
  #told = '';

  constructor(options: AdmissionOptions) {
    const { settings, stateDir, locationId } = options;
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.keeper = new SnapshotKeeper(stateDir, locationId, settings.publicKey);
  }

  get port(): number {
    return this.#webhook?.port ?? 0;
  }

  /** PEM of the authority to trust; null where the owner of the certificate's files knows. */
  get ca(): string | null {
    return this.#certificate?.ca ?? null;
  }

  async start(): Promise<void> {
    const { settings, stateDir, log } = this.#options;
    await this.keeper.load();
    if (this.keeper.problem !== '') log.warn({ event: 'admission-snapshot' }, this.keeper.problem);
    this.#certificate = await servingCertificate(settings, stateDir, this.#now());
    const context: ReviewContext = {
      mode: settings.mode,
      pinTags: settings.pinTags,
      exemptNamespaces: new Set(settings.exemptNamespaces),
      tally: this.tally,
      ground: () => this.ground(),
    };
    this.#webhook = await startWebhook({
      host: settings.host,
      port: settings.port,
      certificate: this.#certificate,
      context,
      log,
      isReady: () => this.state === 'ok',
      metrics: () => metricsText(this.tally, this.report('')),
    });
    log.info(
      { event: 'admission', port: this.port, mode: settings.mode, state: this.state },
      'admission control answers',
    );
    this.#running = [this.#refresh(), this.#watchCertificate()];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#webhook?.close();
    await Promise.allSettled(this.#running);
  }

  /** What decisions are made with now: nothing at all when the snapshot is missing or too old. */
  ground(): AdmissionGround {
    const { contact } = this.#options.settings;
    const now = this.#now();
    const { held } = this.keeper;
    if (held !== null && this.state === 'ok') return { facts: held.index, why: '', now, contact };
    return { facts: null, why: this.#problem(), now, contact };
  }

  get state(): 'ok' | 'stale' | 'missing' {
    const { held } = this.keeper;
    if (held === null) return 'missing';
    const age = this.#now().getTime() - Date.parse(held.header.issuedAt);
    return age <= this.#options.settings.maxAgeSeconds * 1000 ? 'ok' : 'stale';
  }

  /** Fetches the snapshot once. False: it could not be had, or is not to be trusted. */
  async fetch(): Promise<boolean> {
    const { controlPlane, agentId, log } = this.#options;
    const { held, generation } = this.keeper;
    const query = { agentId, generation, contentSha256: held?.header.contentSha256 ?? '' };
    try {
      const answer = await controlPlane.call('agentAdmissionSnapshot', { query }, this.#stopping.signal);
      await this.take(answer);
      return true;
    } catch (error) {
      if (this.#stopping.signal.aborted) return false;
      const isRefused = error instanceof SnapshotRefused;
      const message = isRefused
        ? `A snapshot of the control plane is not used: ${error.message}`
        : `The control plane gives no snapshot (${(error as { code?: string }).code ?? (error as Error).name}).`;
      if (message !== this.#message) log.warn({ event: 'admission-snapshot' }, message);
      this.#message = message;
      return false;
    }
  }

  /** Takes a snapshot from wherever it came. @throws SnapshotRefused */
  async take(answer: AdmissionSnapshot): Promise<void> {
    await this.keeper.take(answer);
    this.#message = '';
  }

  /** How it stands, as it is told to the control plane. */
  report(reportId: string): Omit<AdmissionReport, 'refusals' | 'dropped'> {
    const { settings, agentId } = this.#options;
    const { held } = this.keeper;
    const { startedAt, admitted, warned, refused, audited, exempted } = this.tally;
    return {
      agentId,
      reportId,
      mode: settings.mode,
      state: this.state,
      message: this.state === 'ok' ? this.#message : this.#problem(),
      generation: held?.header.generation ?? 0,
      issuedAt: held?.header.issuedAt ?? null,
      images: held?.index.size ?? 0,
      maxAgeSeconds: settings.maxAgeSeconds,
      pinTags: settings.pinTags,
      exemptNamespaces: [...settings.exemptNamespaces],
      startedAt,
      ...{ admitted, warned, refused, audited, exempted },
    };
  }

  #problem(): string {
    if (this.state === 'missing') {
      const detail = this.#message || this.keeper.problem;
      return `the agent holds no snapshot of the library yet.${detail === '' ? '' : ` ${detail}`}`;
    }
    const issuedAt = this.keeper.held?.header.issuedAt;
    const detail = this.#message === '' ? '' : ` ${this.#message}`;
    return `the agent's snapshot of the library is from ${issuedAt}, which is too old.${detail}`;
  }

  /** Snapshot and report, for ever. */
  async #refresh(): Promise<void> {
    const { signal } = this.#stopping;
    const { settings } = this.#options;
    while (!signal.aborted) {
      await this.fetch();
      await this.#tell();
      // A tenth of jitter, so that agents do not ask in step. Without any snapshot it asks soon: it refuses everything.
      const seconds = this.state === 'missing' ? Math.min(1, settings.refreshSeconds) : settings.refreshSeconds;
      await pause(seconds * 1000 * (0.95 + Math.random() * 0.1), signal);
    }
  }

  /** Tells what is new. What could not be told is told the next time, under the same id. */
  async #tell(): Promise<void> {
    const { controlPlane } = this.#options;
    const isDue = performance.now() - this.#reportedAt > REPORT_MS || this.#reportedAt === 0;
    const { state, message, generation } = this.report('');
    const standing = JSON.stringify([state, message, generation]);
    if (this.#waiting === null && !this.tally.hasNews && !isDue && standing === this.#told) return;
    this.#waiting ??= { ...this.report(randomUUID()), ...this.tally.take() };
    if (!(await controlPlane.tell('agentAdmissionReport', { body: this.#waiting }, this.#stopping.signal))) return;
    this.#waiting = null;
    this.#told = standing;
    this.#reportedAt = performance.now();
  }

  async #watchCertificate(): Promise<void> {
    const { settings, stateDir, log } = this.#options;
    while (await pause(CERTIFICATE_MS, this.#stopping.signal)) {
      try {
        const certificate = await servingCertificate(settings, stateDir, this.#now());
        if (certificate.mark === this.#certificate?.mark) continue;
        this.#webhook?.renew(certificate);
        this.#certificate = certificate;
        log.info({ event: 'admission-certificate' }, 'admission control answers with another certificate');
      } catch (error) {
        log.error(
          { event: 'admission-certificate', err: error },
          'the certificate cannot be renewed; the old one stays',
        );
      }
    }
  }
}
