/** What a policy looks at: what is known of one image, each piece with the ways in which it may not be known. */
import type { Engine, ImageState, Kind, ReportSource, Severity, Version, VulnerabilityCounts } from '@pharos/contract';

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
  /** What the attestation states, as far as policies look at it; null: unreadable, or no attestation. */
  readonly stated: Stated | null;
}

/** What is kept of an attestation: read from the very bytes that were verified, so that these need not be read again. */
export interface Stated {
  /** `builder.id` of SLSA provenance. */
  readonly builder: string | null;
  readonly report: StatedReport | null;
  readonly vex: readonly VexStatement[];
}

/** One vulnerability in one report. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity | 'unknown';
  readonly isFixable: boolean;
  /** Package URLs; empty: the report does not say which. */
  readonly packages: readonly string[];
}

/** A report with what it found, one by one; `findings` null: too many to keep. */
export interface StatedReport extends VulnerabilityReport {
  readonly findings: readonly Finding[] | null;
  /** It is CycloneDX that says of its own findings how they are to be taken. */
  readonly isAnalysed: boolean;
}

/** What the maker says of one vulnerability in this image. */
export interface VexStatement {
  /** The vulnerability and its other names. */
  readonly names: readonly string[];
  readonly status: 'not_affected' | 'fixed' | 'affected' | 'under_investigation';
  /** RFC 3339; null: it does not say. */
  readonly at: string | null;
  /** Package URLs; empty: the whole image. */
  readonly packages: readonly string[];
  /** Why, in the maker's words. */
  readonly justification: string;
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
  /** Only of a registry's own scanner, and null where there are too many to keep. */
  readonly findings: readonly Finding[] | null;
}

/** What hangs on the manifest of one platform of an index. */
export interface PlatformFacts {
  /** As `linux/arm64`. */
  readonly platform: string;
  readonly evidence: readonly PolicyEvidence[];
  readonly reports: readonly UnsignedReport[];
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
  /** Of an index; empty of what is for one platform alone. */
  readonly platformFacts: readonly PlatformFacts[];
  /** Something is attached that was not verified with what is trusted now. */
  readonly isBeingVerified: boolean;
}
