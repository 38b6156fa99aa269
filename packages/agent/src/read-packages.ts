/**
 * Reads the list of packages of an image from an SBOM that hangs on it: BuildKit's attestation in the index, a referrer (by the
 * API or the fall-back tag), cosign's `.att` and `.sbom` tags. Only when somebody asks: an SBOM is megabytes, and a scan
 * that read one for each new image would be no scan any more.
 */
import type { Observation, PackageList } from '@pharos/contract';
import { hasSbom, mayHoldSbom, readSbom } from '@pharos/library';
import { type Descriptor, isManifestType, type Manifest, RegistryError } from '@pharos/oci';
import type { RepositoryReader } from './repository-reader.ts';

/** What was read; `message` says why something that is there could not be. */
export interface PackagesRead {
  readonly packages: PackageList[];
  readonly message: string | null;
}

const MAX_SBOM_BYTES = 16 * 1024 * 1024;
/** Manifests of candidates read for one image, at most. */
const MAX_CANDIDATES = 10;
const SBOM_PREDICATE = /spdx|cyclonedx/i;
const SBOM_LAYER =
  /^(?:(?:application|text)\/spdx\+json|(?:application|text)\/spdx|application\/vnd\.cyclonedx(?:\+json)?|application\/vnd\.in-toto\+json|application\/vnd\.dsse\.envelope\.v1\+json|application\/vnd\.dev\.sigstore\.bundle\.v[0-9.]+\+json)$/i;

interface Candidate {
  readonly subject: string;
  /** Digest or tag of the manifest. */
  readonly reference: string;
  /** Its name ties it to the subject (BuildKit's index, cosign's tags), so it need not say so itself. */
  readonly isBound: boolean;
}

/**
 * Reads at most one list for the image itself and one for its first platform. Faults of single documents are told in
 * `message`. Throws RegistryError when the registry is away.
 */
export async function readPackages(observation: Observation, reader: RepositoryReader): Promise<PackagesRead> {
  const packages: PackageList[] = [];
  const problems: string[] = [];
  let read = 0;
  for (const subject of subjectsOf(observation)) {
    for await (const candidate of candidates(observation, subject, reader)) {
      if (packages.some((each) => each.subject === subject) || read >= MAX_CANDIDATES) break;
      read += 1;
      const found = await readCandidate(candidate, reader);
      if (typeof found === 'string') problems.push(found);
      else if (found !== null) packages.push(found);
    }
  }
  if (packages.length > 0) return { packages, message: null };
  if (problems.length > 0) return { packages, message: [...new Set(problems)].join(' ').slice(0, 2000) };
  return { packages, message: hasSbom(observation) ? 'What hangs on the image holds no list of packages.' : null };
}

/** The image, and the platform that most people mean: lists of the others differ by architecture only. */
function subjectsOf({ digest, platforms }: Observation): string[] {
  const common = platforms.find(({ os, architecture }) => os === 'linux' && architecture === 'amd64');
  return [...new Set([digest, (common ?? platforms[0])?.digest ?? digest])];
}

async function* candidates(
  { referrers }: Observation,
  subject: string,
  reader: RepositoryReader,
): AsyncGenerator<Candidate> {
  for (const each of referrers) {
    if (each.digest === null || each.subject !== subject || !mayHoldSbom(each)) continue;
    yield { subject, reference: each.digest, isBound: each.source === 'index' };
  }
  const stem = subject.replace(':', '-');
  const listed = await orNull(reader.referrers(subject));
  const fallback = listed === null ? await orNull(reader.manifest(stem)) : null;
  const tagged = fallback?.manifest.kind === 'index' ? fallback.manifest.manifests : [];
  const hanging = listed ?? tagged.map((each) => ({ ...each, artifactType: each.artifactType ?? each.mediaType }));
  // What says that it is an SBOM comes first: a bundle may be anything, and tells only when it is read.
  // A fall-back index need not say what its entries are.
  const isUntold = ({ artifactType }: { artifactType: string }) => isManifestType(artifactType);
  const likely = hanging
    .filter((each) => mayHoldSbom(each) || isUntold(each))
    .sort((a, b) => likeliness(b) - likeliness(a));
  for (const { digest } of likely) yield { subject, reference: digest, isBound: false };
  for (const ending of ['.att', '.sbom']) yield { subject, reference: stem + ending, isBound: true };
}

function likeliness({ artifactType }: { readonly artifactType: string }): number {
  return /spdx|cyclonedx|sbom/i.test(artifactType) ? 2 : /in-toto|attestation/i.test(artifactType) ? 1 : 0;
}

/** The list, a sentence that says why there is none, or null: it is no SBOM, or is not there. */
async function readCandidate(candidate: Candidate, reader: RepositoryReader): Promise<PackageList | string | null> {
  const { subject, reference, isBound } = candidate;
  const content = await orNull(reader.manifest(reference));
  if (content?.manifest.kind !== 'manifest') return null;
  const { manifest } = content;
  const namesSubject = manifest.subject?.digest === subject;
  let problem: string | null = null;
  for (const layer of manifest.layers.filter((each) => isSbomLayer(each, manifest)).slice(0, 4)) {
    if (layer.size > MAX_SBOM_BYTES) {
      problem = `The SBOM ${layer.digest} has ${layer.size} bytes; at most ${MAX_SBOM_BYTES} are read.`;
      continue;
    }
    const json = await readJson(layer, reader);
    const reading = json === undefined ? { ok: false as const, problem: 'It is not JSON.' } : readSbom(json, subject);
    if (!reading.ok) problem = `The SBOM ${layer.digest} could not be used: ${reading.problem}`;
    else if (!reading.attested && !isBound && !namesSubject)
      problem = `The SBOM ${layer.digest} does not say that it belongs to this image.`;
    else {
      const { format, attested, packages, truncated } = reading;
      if (packages.length > 0) return { subject, document: layer.digest, format, attested, packages, truncated };
      problem = `The SBOM ${layer.digest} lists no packages.`;
    }
  }
  return problem;
}

/** The annotation says what an attestation is about before megabytes of it are fetched. */
function isSbomLayer({ mediaType, annotations }: Descriptor, manifest: Manifest): boolean {
  if (!SBOM_LAYER.test(mediaType)) return false;
  const predicate =
    annotations['in-toto.io/predicate-type'] ??
    annotations.predicateType ??
    manifest.annotations['dev.sigstore.bundle.predicateType'];
  return predicate === undefined || SBOM_PREDICATE.test(predicate);
}

async function readJson(layer: Descriptor, reader: RepositoryReader): Promise<unknown> {
  const bytes = await reader.blob(layer, MAX_SBOM_BYTES);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Null for what is not there or cannot be read. Throws when the registry is away: the next one would not come either. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof RegistryError) || error.transient) throw error;
    return null;
  }
}
