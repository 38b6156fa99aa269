/**
 * Signatures, in bytes: what was found to hang on images and holds a signature is fetched once, within bounds, so that the
 * control plane can verify it without asking a registry. Nothing is fetched where nothing was found.
 */
import {
  type EvidenceForm,
  type EvidencePart,
  type EvidenceProblem,
  MAX_EVIDENCE_BYTES,
  MAX_EVIDENCE_BYTES_OF_SUBJECT,
  MAX_EVIDENCE_OF_SUBJECT,
  MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT,
  type ReportedEvidence,
} from '@pharos/contract';
import { isSignatureType } from '@pharos/library';
import { type Descriptor, type ManifestContent, RegistryError } from '@pharos/oci';
import { fetchLarge, isLarge, LargeBudget, sumOfLarge } from './large-evidence.ts';
import { isNotAsked } from './not-asked.ts';
import { isRegistryWide } from './registry-wide.ts';
import type { RepositoryReader } from './repository-reader.ts';
import type { FoundReferrer } from './spool-file.ts';

/** A signature that waits for a later scan: subject, its manifest (null: behind the tag of cosign), artifact type. */
export type Waiting = [subject: string, digest: string];

export interface EvidenceState {
  /** `large`: written by an agent that fetches large attestations. What an older one has read is looked at once more. */
  readonly reach?: 'large' | undefined;
  /** Manifest of a signature, or cosign's tag → when it was read, seconds since 1970. */
  readonly read: readonly (readonly [key: string, checked: number])[];
  /** Found and not fetched yet. */
  readonly waiting: readonly Waiting[];
  /** Vulnerability reports: an image (its scanner was asked) or an image and what hangs on it → when, seconds since 1970. */
  readonly reports?: readonly (readonly [key: string, checked: number])[] | undefined;
  /** Manifests of single platforms: themselves, their index, when they were asked. */
  readonly platforms?: readonly (readonly [digest: string, index: string, asked: number])[] | undefined;
  /** Attached reports that were found and not read yet. */
  readonly reportsWaiting?: readonly (readonly [subject: string, digest: string])[] | undefined;
}

export const NO_EVIDENCE_STATE: EvidenceState = { read: [], waiting: [] };

export interface EvidenceSearch {
  reader: RepositoryReader;
  /** Every tag listed, with those that are no images. */
  names: readonly string[];
  /** Digests of images whose signatures are wanted. */
  digests: ReadonlySet<string>;
  /** What this scan found to hang on them. */
  referrers: readonly FoundReferrer[];
  state: EvidenceState;
  /** What the list told of a tag; null where it tells names only. */
  tagDigest(name: string): string | null;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
  /** Bytes that the report still has room for. */
  room(): number;
  onEvidence(evidence: ReportedEvidence): Promise<void>;
  /** A part of a large one: they come in order, and no other one between them. */
  onPart(part: EvidencePart): Promise<void>;
}

interface Fetching extends EvidenceSearch {
  large: LargeBudget;
}

/** cosign's tags for signatures and attestations (cosign SIGNATURE_SPEC.md, ATTESTATION_SPEC.md); more are added to them, so that they move. */
const COSIGN_TAG = /^(sha256-[a-f0-9]{64})\.(?:sig|att)$/;
/** Signatures fetched in one scan, and where every GET is counted: the rest follows in the next scans. */
const MOST_AT_ONCE = 500;
const MOST_AT_ONCE_METERED = 20;
/** Bytes of signatures in one report. */
const MOST_BYTES_AT_ONCE = 32 * 1024 * 1024;
/** cosign's tags that were read before and are looked at again, in one scan, once a day: another signature may stand there. */
const AGAIN_AT_ONCE = 100;
const AGAIN_AFTER_S = 24 * 3600;
const MOST_WAITING = 5_000;
const MOST_READ = 200_000;
const WORKERS = 8;

/** One thing to fetch: the manifest by its digest, or by cosign's tag. */
interface Task {
  subject: string;
  reference: string;
  /** Under which it is remembered. */
  key: string;
}

/**
 * Fetches what is new. Answers what to remember once it is delivered, or null when nothing was to be done. Faults of the
 * registry end the fetching, not the scan; what was not fetched is due in the next one.
 */
export async function findEvidence(search: EvidenceSearch): Promise<EvidenceState | null> {
  const read = new Map(search.state.reach === 'large' ? search.state.read : []);
  const tasks = tasksOf(search, read);
  if (tasks.length === 0) return null;
  const isMetered = search.reader.reader.hasMeteredGets;
  const now = tasks.splice(0, isMetered ? MOST_AT_ONCE_METERED : MOST_AT_ONCE);
  const open = now.values();
  const left = new Set(now);
  let done = 0;
  let bytes = 0;
  const onEvidence = (evidence: ReportedEvidence) => {
    bytes += (evidence.payload?.length ?? 0) + (evidence.subjectManifest?.length ?? 0);
    return search.onEvidence(evidence);
  };
  const large = new LargeBudget(search.room());
  let failure: unknown = null;
  const worker = async () => {
    for (const task of open) {
      // Whoever is under way ends first: nothing may write into a report that is finished.
      if (failure !== null || search.signal.aborted || bytes > MOST_BYTES_AT_ONCE) return;
      try {
        const isRead = await fetchOne({ ...search, onEvidence, large }, task);
        if (isRead === 'later') continue;
        read.delete(isRead ? failedKey(task.key) : task.key);
        read.set(isRead ? task.key : failedKey(task.key), seconds());
        left.delete(task);
      } catch (error) {
        failure ??= error;
        return;
      }
      done += 1;
      if (done % 20 === 0) search.onProgress(done, now.length);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  if (failure !== null && (!(failure instanceof RegistryError) || search.signal.aborted)) throw failure;
  // A tag is found in the next list by itself; only what was found by its digest has to be kept.
  const waiting = [...left, ...tasks].filter(({ reference }) => !COSIGN_TAG.test(reference));
  return {
    reach: 'large',
    read: [...read].slice(-MOST_READ),
    waiting: waiting.slice(0, MOST_WAITING).map(({ subject, reference }): Waiting => [subject, reference]),
  };
}

/** What could not be read is tried again after a day, not by every scan: it may have been replicated or repaired by then. */
function failedKey(key: string): string {
  return `failed ${key}`;
}

/** What is new first, in the order of the list; then cosign's tags that are due again. */
function tasksOf(search: EvidenceSearch, read: ReadonlyMap<string, number>): Task[] {
  const fresh = new Map<string, Task>();
  const again: (Task & { checked: number })[] = [];
  const oldest = seconds() - AGAIN_AFTER_S;
  const isDue = (key: string) => !read.has(key) && (read.get(failedKey(key)) ?? 0) <= oldest;
  const byDigest = (subject: string, digest: string) => {
    const key = `${subject} ${digest}`;
    if (isDue(key)) fresh.set(key, { subject, reference: digest, key });
  };
  for (const [subject, digest] of search.state.waiting) byDigest(subject, digest);
  for (const { subject, digest, artifactType } of search.referrers) {
    if (digest !== null && isSignatureType(artifactType)) byDigest(subject, digest);
  }
  for (const name of search.names) {
    const stem = COSIGN_TAG.exec(name)?.[1];
    if (stem === undefined) continue;
    const subject = stem.replace('-', ':');
    const told = search.tagDigest(name);
    // Where the list tells digests, it tells when the tag moved: then it need not be asked in vain.
    const key = told === null ? name : `${name} ${told}`;
    const checked = read.get(key);
    if (checked === undefined) {
      if (search.digests.has(subject) && isDue(key)) fresh.set(key, { subject, reference: name, key });
    } else if (told === null && checked <= oldest) again.push({ subject, reference: name, key, checked });
  }
  again.sort((a, b) => a.checked - b.checked);
  return [...fresh.values(), ...again.slice(0, AGAIN_AT_ONCE)];
}

/**
 * Fetches the signatures of one manifest. Answers false when not all of it could be read, and it may be another time; `later` when this
 * scan has no room for it any more.
 */
async function fetchOne(search: Fetching, { subject, reference }: Task): Promise<boolean | 'later'> {
  let content: ManifestContent;
  try {
    content = await search.reader.manifest(reference);
  } catch (error) {
    const problem = problemOf(error);
    // Of a tag that cannot be read there is no digest to tell of.
    if (!COSIGN_TAG.test(reference)) await search.onEvidence(unread(subject, reference, problem));
    return false;
  }
  const layers = content.manifest.kind === 'manifest' ? content.manifest.layers : [];
  // Whatever hangs there without saying that it is about this image is not of it.
  const other = content.manifest.subject?.digest;
  if (other !== undefined && other !== subject) return true;
  const own = (position: number, layer: Descriptor) => evidenceOf(subject, content.digest, position, layer);
  const largeOnes = layers.slice(0, MAX_EVIDENCE_OF_SUBJECT).filter((layer, at) => isLarge(own(at, layer), layer));
  const room = search.large.take(sumOfLarge(largeOnes.map(({ size }) => size)));
  if (room === 'later') return 'later';
  let bytes = 0;
  let largeLeft = room === 'now' ? MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT : 0;
  let isWhole = true;
  for (const [position, layer] of layers.entries()) {
    const evidence = own(position, layer);
    const isLargeOne = position < MAX_EVIDENCE_OF_SUBJECT && isLarge(evidence, layer);
    if (isLargeOne && layer.size <= largeLeft) {
      largeLeft -= layer.size;
      isWhole = (await largeOf(search, evidence, layer)) && isWhole;
      continue;
    }
    if (isLargeOne) {
      await search.onEvidence({ ...evidence, problem: 'too-large' });
      continue;
    }
    if (position >= MAX_EVIDENCE_OF_SUBJECT || bytes + layer.size > MAX_EVIDENCE_BYTES_OF_SUBJECT) {
      const problem = layer.size > MAX_EVIDENCE_BYTES ? 'too-large' : 'too-many';
      await search.onEvidence({ ...evidence, problem });
      // One line says that there are more: a thousand of them would say no more.
      if (position >= MAX_EVIDENCE_OF_SUBJECT || problem === 'too-many') break;
      continue;
    }
    if (layer.size > MAX_EVIDENCE_BYTES) {
      await search.onEvidence({ ...evidence, problem: 'too-large' });
      continue;
    }
    bytes += layer.size;
    const read = await filled(search, evidence, layer);
    isWhole &&= read.problem === null;
    await search.onEvidence(read);
  }
  return isWhole;
}

/** Answers false when it could not be read, which is told. */
function largeOf(search: Fetching, own: ReportedEvidence, layer: Descriptor): Promise<boolean> {
  return search.large.line.inTurn(async () => {
    try {
      await fetchLarge(search.reader, own, layer, search.onPart);
      return true;
    } catch (error) {
      await search.onEvidence({ ...own, problem: problemOf(error) });
      return false;
    }
  });
}

async function filled(search: EvidenceSearch, own: ReportedEvidence, layer: Descriptor): Promise<ReportedEvidence> {
  try {
    const payload = await search.reader.blob(layer, MAX_EVIDENCE_BYTES);
    const subjectManifest = await subjectOf(search, own, payload);
    return { ...own, payload: base64(payload), subjectManifest, problem: null };
  } catch (error) {
    return { ...own, problem: problemOf(error) };
  }
}

/** A bundle that signs bytes and no statement can only be verified with the bytes of the image's manifest. */
async function subjectOf(search: EvidenceSearch, own: ReportedEvidence, payload: Uint8Array): Promise<string | null> {
  if (own.form !== 'sigstore-bundle' || !Buffer.from(payload).includes('"messageSignature"')) return null;
  const { bytes } = await search.reader.manifest(own.subject);
  return bytes.length <= MAX_EVIDENCE_BYTES ? base64(bytes) : null;
}

/** What passes by itself, or was not even asked, ends the fetching. */
function problemOf(error: unknown): EvidenceProblem {
  if (!(error instanceof RegistryError) || isNotAsked(error) || isRegistryWide(error)) throw error;
  // What an account may not read now it may read once somebody has corrected that.
  if (error.transient || error.code === 'aborted' || error.code === 'forbidden') throw error;
  if (error.code === 'digest-mismatch') return 'digest-mismatch';
  return error.code === 'body-too-large' ? 'too-large' : 'unreadable';
}

const FORMS: readonly [RegExp, EvidenceForm][] = [
  [/^application\/vnd\.dev\.cosign\.simplesigning\./, 'cosign-simple'],
  [/^application\/vnd\.dev\.sigstore\.bundle[.+]/, 'sigstore-bundle'],
  [/^application\/vnd\.dsse\.envelope\.v1\+json$/, 'cosign-dsse'],
  [/^application\/jose\+json$/, 'notation-jws'],
  [/^application\/cose$/, 'notation-cose'],
];
const MOST_ANNOTATIONS = 50;

function evidenceOf(subject: string, digest: string, position: number, layer: Descriptor): ReportedEvidence {
  const form = FORMS.find(([pattern]) => pattern.test(layer.mediaType))?.[1] ?? 'unknown';
  const annotations = Object.entries(layer.annotations).filter(([name]) => name.length <= 1000);
  return {
    subject,
    digest,
    position,
    form,
    mediaType: layer.mediaType.slice(0, 255),
    annotations: Object.fromEntries(annotations.slice(0, MOST_ANNOTATIONS)),
    payloadDigest: layer.digest,
    payload: null,
    subjectManifest: null,
    problem: 'unreadable',
  };
}

/** A signature of which not even the manifest could be read. */
function unread(subject: string, digest: string, problem: EvidenceProblem): ReportedEvidence {
  return {
    subject,
    digest,
    position: 0,
    form: 'unknown',
    mediaType: '',
    annotations: {},
    payloadDigest: digest,
    payload: null,
    subjectManifest: null,
    problem,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
