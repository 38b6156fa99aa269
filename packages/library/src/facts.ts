/**
 * Facts of an image, drawn from what an agent observed of its digest. Drawn in the control plane and not by the agent,
 * so that a better rule here needs no new reading of any registry.
 */
import {
  CONFIDENCE,
  type FactSource,
  type Facts,
  type Finding,
  type Kind,
  type Observation,
  type Package,
  type Version,
} from '@pharos/contract';
import { cleanText } from './clean-text.ts';
import { readCreated } from './created.ts';
import { fromAnnotation, stated } from './evidence.ts';
import { type RecognisedKind, recogniseKind } from './kind.ts';
import { readModel } from './model.ts';
import { isOperatingSystem, operatingSystemOfBase } from './operating-system.ts';
import { readPostgres } from './postgres.ts';
import { judgeVersion } from './stated-version.ts';
import { isParsed, parseVersion } from './version.ts';

/** Under which name the digest was seen, what a rule declared, and the time now (RFC 3339). */
export interface RecogniseContext {
  readonly repository: string;
  readonly tag: string | null;
  readonly declaredKind: Kind | null;
  readonly now: string;
}

type KindFacts = Pick<Facts, 'engine' | 'version' | 'extensions' | 'features' | 'tde' | 'model' | 'findings'> & {
  readonly sources: Record<string, FactSource>;
};

const NOTHING: KindFacts = {
  engine: null,
  version: null,
  extensions: [],
  features: [],
  tde: null,
  model: null,
  sources: {},
  findings: [],
};

/** An observation, and the PostgreSQL packages of its SBOM; absent or null: no SBOM was read. */
export interface KnownObservation extends Observation {
  readonly packages?: readonly Package[] | null;
}

/** Recognises an image. Never throws; whatever is unknown is null, and contradictions are findings, not silent choices. */
export function recogniseImage(observation: KnownObservation, context: RecogniseContext): Facts {
  const { declaredKind } = context;
  const recognised = recogniseKind(observation, context.repository, context.tag);
  const settled = settleKind(recognised, declaredKind);
  const ofKind = settled.isArtifact ? NOTHING : factsOfKind(settled.kind, observation, context);
  const created = readCreated(observation, context.now);
  const base =
    stated(observation, 'io.cloudnativepg.image.base.name') ??
    stated(observation, 'org.opencontainers.image.base.name');
  const os = readOs(observation, ofKind.version, base?.value ?? null);
  const uid = readUid(observation.user);
  const sources: Record<string, FactSource> = { ...ofKind.sources };
  if (settled.source !== null) sources.kind = settled.source;
  if (created.source !== null) sources.createdAt = created.source;
  if (base !== null) sources.baseImage = base.source;
  if (os !== null) sources.os = os.source;
  if (uid !== null) sources.uid = 'config';
  return {
    kind: settled.kind,
    declaredKind,
    subkind: settled.subkind,
    engine: ofKind.engine,
    version: ofKind.version,
    baseImage: base === null ? null : cleanText(base.value, 512),
    os: os?.name ?? null,
    extensions: ofKind.extensions,
    features: ofKind.features,
    tde: ofKind.tde,
    model: ofKind.model,
    uid,
    createdAt: created.createdAt,
    createdSource: created.source,
    sources,
    confidence: Object.fromEntries(Object.entries(sources).map(([fact, source]) => [fact, CONFIDENCE[source]])),
    findings: [...settled.findings, ...ofKind.findings, ...subkindFindings(settled.subkind), ...created.findings],
  };
}

interface SettledKind {
  readonly kind: Kind;
  readonly subkind: string | null;
  readonly source: FactSource | null;
  /** No image of any kind: a signature, a Helm chart. Nothing more is read of it. */
  readonly isArtifact: boolean;
  readonly findings: readonly Finding[];
}

function settleKind(recognised: RecognisedKind, declared: Kind | null): SettledKind {
  const { kind, subkind, source } = recognised;
  const isArtifact = kind === 'other' && source !== null;
  const asRecognised = { kind, subkind, source, isArtifact, findings: [] };
  if (declared === null || recognised.attached) return asRecognised;
  if (declared === kind) return { ...asRecognised, source: source ?? 'rule' };
  // A repository's name is a weaker hint than what a person declared; what the image itself says is stronger.
  if (source === null || source === 'repository') {
    return { kind: declared, subkind: null, source: 'rule', isArtifact: false, findings: [] };
  }
  const mismatch: Finding = {
    code: 'kind-mismatch',
    severity: 'warning',
    message: `The rule declares the kind ${declared}, the image's ${source} says ${kind}${subkind === null ? '' : ` (${subkind})`}.`,
    hint: "Correct the rule's kind, or exclude this tag from the rule.",
  };
  return { ...asRecognised, findings: [mismatch] };
}

function factsOfKind(kind: Kind, observation: KnownObservation, { repository, tag }: RecogniseContext): KindFacts {
  if (kind === 'postgres')
    return { ...NOTHING, ...readPostgres(observation, repository, tag, observation.packages ?? null) };
  if (kind === 'model') return { ...NOTHING, ...readModel(observation, repository, tag) };
  const said = fromAnnotation(observation, 'org.opencontainers.image.version');
  const version = said === null ? null : parseVersion('semver', said.value);
  const judged = judgeVersion(
    tag === null ? null : parseVersion('semver', tag),
    version !== null && isParsed(version) ? { version, source: said!.source } : null,
  );
  const findings = judged.finding === null ? [] : [judged.finding];
  if (kind === 'extension') findings.push(...extensionConflict(observation, judged.version));
  return {
    ...NOTHING,
    version: judged.version,
    findings,
    sources: judged.source === null ? {} : { version: judged.source },
  };
}

/** An extension image is built for one PostgreSQL major; its tag names it in the flavour's place. */
function extensionConflict(observation: Observation, version: Version | null): Finding[] {
  const major = stated(observation, 'io.cloudnativepg.image.base.pgmajor');
  const tagged = version?.flavour ?? null;
  if (major === null || tagged === null || !/^\d{2}$/.test(tagged) || tagged === major.value) return [];
  return [
    {
      code: 'major-conflict',
      severity: 'error',
      message: `The tag says PostgreSQL ${tagged}, the image's ${major.source} says PostgreSQL ${cleanText(major.value, 16)}.`,
      hint: 'Do not mount this extension: its libraries fit one PostgreSQL major only. Have it rebuilt or tagged again.',
    },
  ];
}

function subkindFindings(subkind: string | null): Finding[] {
  if (subkind !== 'official-postgres') return [];
  return [
    {
      code: 'official-postgres-uid',
      severity: 'warning',
      message: 'This is the Docker official image: it runs as uid 999, and CloudNativePG expects uid 26.',
      hint: 'Prefer an operand image (cloudnative-pg/postgresql), or set postgresUID and postgresGID to 999 in the Cluster.',
    },
  ];
}

function readOs(
  observation: Observation,
  version: Version | null,
  base: string | null,
): { name: string; source: FactSource } | null {
  const said = stated(observation, 'io.cloudnativepg.image.base.os');
  if (said !== null && isOperatingSystem(said.value.toLowerCase())) {
    return { name: said.value.toLowerCase(), source: said.source };
  }
  const ofBase = base === null ? null : operatingSystemOfBase(base);
  if (ofBase !== null) {
    const { source } =
      stated(observation, 'io.cloudnativepg.image.base.name') ??
      stated(observation, 'org.opencontainers.image.base.name')!;
    return { name: ofBase, source };
  }
  return version?.os ? { name: version.os, source: 'tag' } : null;
}

/** The user of a config without its group; null when unknown or root by omission. */
function readUid(user: string | null): string | null {
  const name = cleanText((user ?? '').split(':', 1)[0]!, 64);
  return name === '' ? null : name;
}
