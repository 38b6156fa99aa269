/** What a PostgreSQL image states about itself: engine, version, extensions, features. */
import type { Engine, Extension, FactSource, Finding, Observation, Package, Version } from '@pharos/contract';
import { cleanText } from './clean-text.ts';
import { firstStated, fromAnnotation, fromEnvironment, type Stated, stated } from './evidence.ts';
import { decodeExtensions } from './extension-list.ts';
import { kindOfRepository } from './kind-of-repository.ts';
import { extensionsOfPackages } from './postgres-packages.ts';
import { judgeVersion, numbers, type StatedVersion } from './stated-version.ts';
import { isParsed, parseVersion } from './version.ts';

/** Facts of a PostgreSQL image; `sources` has an entry for every fact that was found. */
export interface PostgresFacts {
  readonly engine: Engine | null;
  readonly version: Version | null;
  readonly extensions: Extension[];
  readonly features: string[];
  readonly tde: boolean | null;
  readonly sources: Record<string, FactSource>;
  readonly findings: Finding[];
}

const FLAVOURS: Readonly<Record<string, Engine>> = {
  epas: 'epas',
  advanced: 'epas',
  pge: 'pge',
  extended: 'pge',
  pgextended: 'pge',
  pg: 'postgresql',
  postgres: 'postgresql',
  postgresql: 'postgresql',
  community: 'postgresql',
};

const ENGINE_NAMES: Readonly<Record<Engine, string>> = {
  postgresql: 'PostgreSQL',
  epas: 'EDB Postgres Advanced Server',
  pge: 'EDB Postgres Extended',
};

/**
 * Reads a PostgreSQL image. Annotations first, labels second, environment third, the tag last. `packages`: those of its SBOM
 * that concern PostgreSQL; null when none was read.
 */
export function readPostgres(
  observation: Observation,
  repository: string,
  tag: string | null,
  packages: readonly Package[] | null = null,
): PostgresFacts {
  const sources: Record<string, FactSource> = {};
  const findings: Finding[] = [];
  const engine = readEngine(observation, repository, sources, findings);
  const version = readVersion(observation, tag, sources, findings);
  const installed = packages === null ? null : extensionsOfPackages(packages, version?.major ?? null);
  const extensions = readExtensions(observation, installed, sources, findings);
  const features = readFeatures(observation, sources);
  const tde = features === null ? null : features.includes('tde');
  if (tde !== null) sources.tde = sources.features!;
  return { engine, version, extensions, features: features ?? [], tde, sources, findings };
}

function readEngine(
  observation: Observation,
  repository: string,
  sources: Record<string, FactSource>,
  findings: Finding[],
): Engine | null {
  const byName = kindOfRepository(repository)?.engine ?? null;
  const said = statedEngine(observation, findings);
  if (said === null) {
    if (byName !== null) sources.engine = 'repository';
    return byName;
  }
  sources.engine = said.source;
  if (byName !== null && byName !== said.engine) {
    findings.push({
      code: 'engine-conflict',
      severity: 'error',
      message: `The repository is named for ${ENGINE_NAMES[byName]}, the image's ${said.source} says ${ENGINE_NAMES[said.engine]}.`,
      hint: 'Do not use it for an existing cluster: data directories of different engines do not fit each other.',
    });
  }
  return said.engine;
}

function statedEngine(observation: Observation, findings: Finding[]): { engine: Engine; source: FactSource } | null {
  const flavor = stated(observation, 'org.enterprisedb.pg.flavor');
  if (flavor !== null) {
    const name = flavor.value.toLowerCase();
    if (Object.hasOwn(FLAVOURS, name)) return { engine: FLAVOURS[name]!, source: flavor.source };
    findings.push({
      code: 'flavor-unknown',
      severity: 'warning',
      message: `org.enterprisedb.pg.flavor is "${cleanText(flavor.value, 64)}", which names no known engine.`,
      hint: 'Known values are pg, epas and pge.',
    });
  }
  const title = stated(observation, 'org.opencontainers.image.title');
  if (title?.value.startsWith('CloudNativePG PostgreSQL ')) return { engine: 'postgresql', source: title.source };
  return null;
}

function readVersion(
  observation: Observation,
  tag: string | null,
  sources: Record<string, FactSource>,
  findings: Finding[],
): Version | null {
  const tagVersion = tag === null ? null : parseVersion('pg', tag);
  const judged = judgeVersion(tagVersion, statedVersion(observation));
  if (judged.finding !== null) findings.push(judged.finding);
  const major = statedMajor(observation);
  if (major === null) {
    if (judged.source !== null) sources.version = judged.source;
    return judged.version;
  }
  if (judged.version === null) {
    sources.version = major.source;
    return parseVersion('pg', major.value);
  }
  sources.version = judged.source!;
  if (judged.version.major === Number(major.value)) return judged.version;
  if (judged.finding?.code !== 'major-conflict') findings.push(majorConflict(judged.version, judged.source!, major));
  if (judged.source !== 'tag') return judged.version;
  // Only the tag spoke for the other major: the image is believed, and of the minor version nothing is known then.
  sources.version = major.source;
  return { ...judged.version, major: Number(major.value), minor: null, patch: null };
}

function statedVersion(observation: Observation): StatedVersion | null {
  const key = 'org.opencontainers.image.version';
  for (const reading of [fromAnnotation(observation, key), stated({ ...observation, annotations: {} }, key)]) {
    if (reading === null) continue;
    const version = parseVersion('pg', reading.value);
    // Base images label themselves too (an old distribution's 8 or 9 is no PostgreSQL of today).
    if (isParsed(version) && version.major! >= 10) return { version, source: reading.source };
  }
  // `17.4-1.pgdg120+2`, `18~rc1-1.pgdg13+1`: what stands behind is the package's revision.
  const environment = fromEnvironment(observation, 'PG_VERSION')?.value ?? '';
  const [release] = /^\d+(?:\.\d+)*(?:~?(?:alpha|beta|rc)\d+)?/.exec(environment) ?? [];
  if (release === undefined) return null;
  const version = parseVersion('pg', release);
  return isParsed(version) ? { version, source: 'env' } : null;
}

function statedMajor(observation: Observation): Stated | null {
  const major = firstStated(
    stated(observation, 'org.enterprisedb.pg.major_version'),
    fromEnvironment(observation, 'PG_MAJOR'),
  );
  return major !== null && /^[1-9]\d?$/.test(major.value) ? major : null;
}

function majorConflict(version: Version, source: FactSource, major: Stated): Finding {
  return {
    code: 'major-conflict',
    severity: 'error',
    message: `The ${source} says version ${numbers(version)}, the image's ${major.source} says major version ${major.value}.`,
    hint: 'Do not offer this tag: operators trust the major version they are told. Have the image rebuilt or tagged again.',
  };
}

/** The image's own list, with versions that it leaves open by the SBOM; without one the SBOM's. */
function readExtensions(
  observation: Observation,
  installed: Extension[] | null,
  sources: Record<string, FactSource>,
  findings: Finding[],
): Extension[] {
  const key = 'org.enterprisedb.pg.extensions';
  const reading = stated(observation, key);
  if (reading === null) {
    if (installed !== null) sources.extensions = 'sbom';
    return installed ?? [];
  }
  const { extensions, problem } = decodeExtensions(reading.value);
  if (problem !== null) {
    findings.push({
      code: problem === 'unreadable' ? 'extensions-unreadable' : 'extensions-incomplete',
      severity: 'warning',
      message: `The ${reading.source} ${key} could not be read${problem === 'unreadable' ? '' : ' completely'}.`,
      hint: 'Annotate the image again, e.g. with a JSON list of {"name", "version"}.',
    });
  }
  if (extensions.length > 0 || problem === null) sources.extensions = reading.source;
  const versions = new Map((installed ?? []).map(({ name, version }) => [name, version]));
  return extensions.map((each) => ({ ...each, version: each.version ?? versions.get(each.name) ?? null }));
}

/** Null: the image says nothing about features, which is not the same as having none. */
function readFeatures(observation: Observation, sources: Record<string, FactSource>): string[] | null {
  const reading = stated(observation, 'org.enterprisedb.pg.features');
  if (reading === null) return null;
  sources.features = reading.source;
  const names = reading.value
    .slice(0, 4096)
    .toLowerCase()
    .split(/[\s,;]+/);
  return [...new Set(names.filter((name) => /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)))].slice(0, 50);
}
