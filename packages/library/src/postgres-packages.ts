/** PostgreSQL extensions by the packages that bring them: names of Debian (apt.postgresql.org), RPM (yum.postgresql.org) and EDB. */
import type { Extension, Package } from '@pharos/contract';
import { EXTENSION_NAMES, NO_EXTENSIONS } from './data/extension-packages.ts';

/** An extension package taken apart. `major` is the PostgreSQL major it is built for. */
export interface ExtensionPackage {
  readonly name: string;
  readonly version: string | null;
  readonly major: number;
}

/**
 * Name forms, each with the groups `major` and `name`: `postgresql-17-pgvector`, `postgresql-plpython3-17`,
 * `timescaledb-2-postgresql-17`; `pgvector_17`, `postgis35_17`, `postgresql17-plpython3`; `edb-as17-pgvector0`,
 * `edb-postgresextended17-pgvector`, `edb-pge17-…`.
 */
const FORMS: readonly RegExp[] = [
  /^postgresql-(?<major>\d{2})-(?<name>[a-z0-9][a-z0-9.+-]*)$/,
  /^postgresql-(?<name>pl[a-z0-9]+)-(?<major>\d{2})$/,
  /^(?<name>timescaledb)-\d+-postgresql-(?<major>\d{2})$/,
  /^postgresql(?<major>\d{2})-(?<name>[a-z0-9][a-z0-9.+_-]*)$/,
  /^edb-(?:as|pge|postgresextended|pg)-?(?<major>\d{2})-(?<name>[a-z0-9][a-z0-9.+_-]*)$/,
  /^(?<name>[a-z][a-z0-9_-]*?)_(?<major>\d{2})$/,
];

const IGNORED = /(?:^|-|_)(?:scripts|dbgsym|debuginfo|debugsource|devel|dev|doc|docs|client|utils|llvmjit|gui)$/;

/** Takes a package's name apart; null: it brings no extension of PostgreSQL. */
export function extensionPackage({ name, version }: Package): ExtensionPackage | null {
  if (name.length > 100) return null;
  for (const form of FORMS) {
    const { major, name: own } = form.exec(name)?.groups ?? {};
    if (major === undefined || own === undefined) continue;
    if (NO_EXTENSIONS.has(own) || IGNORED.test(own)) return null;
    const number = Number(major);
    // `foo_64` and the like are no PostgreSQL of today.
    if (number < 10 || number > 40) return null;
    return { name: extensionName(own), version: upstreamVersion(version), major: number };
  }
  return null;
}

/** `pgvector0` → vector, `postgis-3` and `postgis35` → postgis, `citus-13.0` → citus, `pg-failover-slots` → pg_failover_slots. */
function extensionName(own: string): string {
  const known = (text: string) => (Object.hasOwn(EXTENSION_NAMES, text) ? EXTENSION_NAMES[text]! : null);
  const series = /^(.*[a-z])(?:-?\d+(?:\.\d+)*)$/.exec(own)?.[1];
  const dashed = own.replaceAll('_', '-');
  const exact = known(own) ?? known(dashed);
  if (exact !== null) return exact;
  // A number at the end is a series of the package, save where it is part of the name (ip4r, h3, plv8, wal2json are).
  if (
    series !== undefined &&
    (/-\d/.test(own) || /^(?:postgis|pgvector|pgaudit|pgrouting|timescaledb|citus)\d+$/.test(own))
  )
    return known(series) ?? known(series.replaceAll('_', '-')) ?? series.replaceAll('-', '_');
  return own.replaceAll('-', '_');
}

/** `2:0.8.0-1.pgdg12+1` → `0.8.0`; `3.5.2+dfsg-1` → `3.5.2`; `0.8.0-1PGDG.rhel9` → `0.8.0`. */
function upstreamVersion(version: string | null): string | null {
  if (version === null) return null;
  const upstream = version
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/\+(?:dfsg|ds|really|git).*$/i, '');
  return /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,62}$/.test(upstream) ? upstream : null;
}

/** The packages that an image's facts need, so that they can stand beside its row: at most 500. */
export function postgresPackages(packages: readonly Package[]): Package[] {
  return packages.filter((each) => extensionPackage(each) !== null).slice(0, 500);
}

/** Extensions that these packages bring for a major (null: for any), sorted by name, each once. */
export function extensionsOfPackages(packages: readonly Package[], major: number | null): Extension[] {
  const byName = new Map<string, Extension>();
  for (const each of packages) {
    const found = extensionPackage(each);
    if (found === null || (major !== null && found.major !== major) || byName.has(found.name)) continue;
    byName.set(found.name, { name: found.name, version: found.version, description: null });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
