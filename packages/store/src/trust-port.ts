/** The port of the store for signatures: what is trusted, what agents fetched, and what was verified. */
import type {
  Evidence,
  EvidencePart,
  EvidenceWanted,
  Page,
  PageQuery,
  ReportedEvidence,
  TrustChange,
  TrustEntry,
  TrustInput,
  TrustPatch,
  VerificationOutcome,
} from '@pharos/contract';
import type { Stated } from '@pharos/library';

export interface TrustActor {
  readonly name: string;
}

export type NewTrust = TrustInput & { readonly id: string; readonly keys: TrustEntry['keys'] };
export type TrustUpdate = TrustPatch;

/** An entry as verification needs it. */
export type StoredTrust = Omit<TrustInput, 'name' | 'enabled'> & { readonly id: string; readonly revision: number };

export interface TrustStore {
  list(query: PageQuery, now: Date): Promise<Page<TrustEntry>>;
  get(id: string, now: Date): Promise<TrustEntry | null>;
  /** Throws StoreError `name-taken` for a name that is taken. */
  create(entry: NewTrust, actor: TrustActor, now: Date): Promise<TrustEntry>;
  /** What it verified before counts no more, at once. */
  update(id: string, change: TrustUpdate, actor: TrustActor, now: Date): Promise<TrustEntry | null>;
  remove(id: string, actor: TrustActor, now: Date): Promise<boolean>;
  changes(query: PageQuery & { trustId?: string | undefined }): Promise<Page<TrustChange>>;
  /** One entry with what it is made of, switched on or not. */
  stored(id: string): Promise<StoredTrust | null>;
  /** Enabled entries, and the count of changes that they are of. */
  current(): Promise<{ version: number; entries: StoredTrust[] }>;
}

/** Evidence with its bytes, to verify. */
export interface StoredEvidence {
  readonly id: number;
  readonly subject: string;
  readonly form: ReportedEvidence['form'];
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly payloadDigest: string;
  readonly payload: Uint8Array | null;
  readonly subjectManifest: Uint8Array | null;
  readonly problem: ReportedEvidence['problem'];
  /** Address of the registry and name of the repository. */
  readonly host: string;
  readonly repository: string;
}

/** What one entry says of one signature, to keep. */
export interface NewVerification {
  readonly evidenceId: number;
  readonly trustId: string;
  readonly trustRevision: number;
  readonly outcome: VerificationOutcome;
  readonly reason: string;
  readonly what: 'signature' | 'attestation';
  readonly predicateType: string | null;
  readonly signer: string | null;
  readonly signedAt: Date | null;
  readonly validUntil: Date | null;
  /** Of a verified attestation: what was read in the very bytes that were verified. */
  readonly stated?: Stated | null | undefined;
}

export interface EvidenceStore {
  /** Keeps what an agent fetched; the same again is the same. False: no such scan, or not of a repository. */
  put(scanId: string, evidence: readonly ReportedEvidence[], now: Date): Promise<boolean>;
  /** Keeps a part of a large one; it is due when all parts are there. False: no such scan, or not of a repository. */
  putPart(scanId: string, part: EvidencePart, now: Date): Promise<boolean>;
  /**
   * What was refused in the repository of a scan for want of room (`no-room`) and has room now: each is asked for once a day, and what is
   * asked for keeps its room for an hour. Empty: nothing, or no room.
   */
  askAgain(scanId: string, now: Date): Promise<EvidenceWanted[]>;
  /** What was checked before this version, oldest first; at most 16 MiB together, or one. */
  due(version: number, limit: number): Promise<StoredEvidence[]>;
  /** Replaces the results of these signatures; they are checked at this version then. */
  settle(ids: readonly number[], version: number, results: readonly NewVerification[], now: Date): Promise<string[]>;
  /**
   * Marks up to `limit` images that wait for it, and as many whose signatures expired, as verified or not for lists and counts. Answers
   * which are marked otherwise now, and whether more may wait.
   */
  markVerified(limit: number, now: Date): Promise<{ changed: string[]; more: boolean }>;
  /** Newest first, below an id: to try an entry on. */
  newest(below: number | null, limit: number): Promise<StoredEvidence[]>;
  /** Signatures of these digests with their results; the first 200, those that something verified first. */
  ofSubjects(subjects: readonly string[], repositoryId?: string): Promise<Evidence[]>;
}
