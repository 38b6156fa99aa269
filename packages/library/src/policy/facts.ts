/** What a policy looks at: what is known of one image, each piece with the ways in which it may not be known. */
import type { Engine, ImageState, Kind, ReportSource, Version, VulnerabilityCounts } from '@pharos/contract';

/** Where an image stands. */
export interface PolicyPlace {
  readonly repository: string;
  readonly registryId: string;
  readonly registry: string;
  readonly locationId: string;
  readonly ruleIds: readonly string[];
}

/** One thing that a trusted key signed. Only what was verified is here; `validUntil` may have passed. */
export interface PolicyEvidence {
  readonly trustId: string;
  readonly trust: string;
  readonly what: 'signature' | 'attestation';
  readonly predicateType: string | null;
  /** RFC 3339; null: no end is known. */
  readonly validUntil: string | null;
  /** What the attestation states, as JSON parsed it; null: unreadable, or no attestation. */
  readonly predicate: unknown;
}

/** What a report says, in numbers. */
export interface VulnerabilityReport {
  /** RFC 3339; null: the report does not say, so it is of no age. */
  readonly scannedAt: string | null;
  readonly scanner: string | null;
  readonly counts: VulnerabilityCounts;
}

/** A report that nobody signed. */
export interface UnsignedReport extends VulnerabilityReport {
  readonly source: ReportSource;
  /** Where it was found: what one registry says does not take the place of what another one says. */
  readonly repository: string;
}

export interface PolicyFacts {
  readonly digest: string;
  readonly state: ImageState;
  readonly kind: Kind;
  /** What its rules say it is; null: they do not say. */
  readonly declaredKind: Kind | null;
  readonly engine: Engine | null;
  readonly version: Version | null;
  readonly os: string | null;
  readonly platforms: readonly string[];
  /** null: the image was not read deep enough to know. */
  readonly extensions: readonly string[] | null;
  readonly baseImage: string | null;
  readonly licence: string | null;
  readonly places: readonly PolicyPlace[];
  readonly firstSeenAt: string;
  readonly hasPackages: boolean;
  readonly evidence: readonly PolicyEvidence[];
  /** Those that could be read. */
  readonly reports: readonly UnsignedReport[];
  /** Something is attached that was not verified with what is trusted now. */
  readonly isBeingVerified: boolean;
}
