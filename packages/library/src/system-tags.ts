/** System tags: what the library says of an image by itself, each with what it is computed from. */
import type { Lifecycle, SystemTag, Version } from '@pharos/contract';

export interface SystemTagFacts {
  /** host[:port][/prefix] of the registry, as it stands before the repository's name in a pull command. */
  readonly host: string;
  readonly repository: string;
  /** Whether the certificate of the registry is checked; without that, a name proves nothing. */
  readonly isHostProven: boolean;
  readonly tde: boolean | null;
  /** Types of what is attached to the digest; `null` stands for a signature that only a tag tells of. */
  readonly attached: readonly (string | null)[];
  /** A trusted key's signature of the digest was verified, and counts now. */
  readonly isVerified: boolean;
}

/** In the order in which they are shown. */
export function systemTags(facts: SystemTagFacts): SystemTag[] {
  return [officialTag(facts), tdeTag(facts), signedTag(facts)].filter((tag) => tag !== null);
}

const HUB = /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\//;
const ENGINES = '(?:postgresql|edb-postgres-(?:advanced|extended))';

/**
 * Publishers and where they publish: docs.docker.com/docker-hub/repos/manage/trusted-content/official-images,
 * github.com/cloudnative-pg/postgres-containers, EDB's registry artifact reference.
 */
const PUBLISHERS: readonly [RegExp, string][] = [
  [/^docker\.io\/library\/[^/]+$/, 'a Docker Official Image'],
  [/^ghcr\.io\/cloudnative-pg\/(?:postgresql|postgis)(?:-[a-z0-9-]+)?$/, 'a CloudNativePG operand'],
  [new RegExp(`^docker\\.enterprisedb\\.com/[^/]+/${ENGINES}(?:-[a-z0-9.-]+)?$`), 'an EDB operand'],
  [new RegExp(`^quay\\.io/enterprisedb/${ENGINES}(?:-[a-z0-9.-]+)?$`), 'an EDB operand'],
];

/** By the address alone: a copy elsewhere is not official, whatever its labels say. */
function officialTag({ host, repository, isHostProven }: SystemTagFacts): SystemTag | null {
  if (!isHostProven) return null;
  const address = `${host}/${repository}`.toLowerCase().replace(HUB, 'docker.io/');
  const publisher = PUBLISHERS.find(([pattern]) => pattern.test(address))?.[1];
  if (publisher === undefined) return null;
  return {
    id: 'official',
    name: 'Official',
    reason: `By its address ${host}/${repository} it is ${publisher}. A copy of it elsewhere is not marked.`,
  };
}

function tdeTag({ tde }: SystemTagFacts): SystemTag | null {
  if (tde !== true) return null;
  return {
    id: 'tde',
    name: 'TDE',
    reason: 'The image states the feature tde: Transparent Data Encryption is supported.',
  };
}

const SIGNATURE =
  /^application\/vnd\.(?:dev\.cosign\.(?:simplesigning|artifact\.sig)\.v1\+json|cncf\.notary\.signature)$/;
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle\./;

function signedTag({ attached, isVerified }: SystemTagFacts): SystemTag | null {
  if (isVerified) {
    const reason = 'A signature of this digest was verified with a trust entry that is configured here.';
    return { id: 'signed', name: 'Signed', reason };
  }
  const isSigned = attached.some((type) => type === null || SIGNATURE.test(type));
  // Bundles hold signatures and signed attestations alike, and a list of them does not tell which.
  const isBundled = attached.some((type) => type !== null && BUNDLE.test(type));
  if (!isSigned && !isBundled) return null;
  const what = isSigned ? 'A signature' : 'A Sigstore bundle (a signature or a signed attestation)';
  const reason = `${what} is attached to this digest. Anybody who may push can attach one: no trust entry verified it.`;
  return { id: 'signature-attached', name: 'Signature attached', reason };
}

/**
 * What the calendar and the latest releases say of a PostgreSQL image: EOL, or Newest minor. Apart from the others, because
 * it changes without the image changing.
 */
export function lifecycleTags(
  lifecycle: Lifecycle | null,
  version: Pick<Version, 'major' | 'minor' | 'prerelease'> | null,
): SystemTag[] {
  if (lifecycle === null || version === null || lifecycle.endOfLife === null) return [];
  const { endOfLife, isPast, newerMinor, newerMinorTag, source, asOf } = lifecycle;
  const origin = `By ${source}, as of ${asOf}.`;
  const tags: SystemTag[] = [];
  if (isPast) {
    const reason = `PostgreSQL ${version.major} has been out of maintenance since ${endOfLife}. ${origin}`;
    tags.push({ id: 'eol', name: 'EOL', reason });
  }
  const isRelease = version.minor !== null && version.prerelease === null;
  if (isRelease && newerMinor === null && newerMinorTag === null) {
    const reason = `No newer minor release of PostgreSQL ${version.major} is known, and the repository holds none. ${origin}`;
    tags.push({ id: 'newest-minor', name: 'Newest minor', reason });
  }
  return tags;
}
