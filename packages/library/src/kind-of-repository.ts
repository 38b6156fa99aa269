import type { Engine, Kind } from '@pharos/contract';

/** What a repository's name suggests. Evidence of the weakest sort: a rule's declared kind goes before it. */
export interface RepositoryGuess {
  readonly kind: Kind;
  readonly subkind: string | null;
  readonly engine: Engine | null;
}

/** Matched against the last component, so that a mirror under a prefix is found too; a suffix such as `-custom` is fine. */
const BY_NAME: readonly [RegExp, RepositoryGuess][] = [
  [/^edb-postgres-advanced(?:-|$)/, { kind: 'postgres', subkind: 'edb-operand', engine: 'epas' }],
  [/^edb-postgres-extended(?:-|$)/, { kind: 'postgres', subkind: 'edb-operand', engine: 'pge' }],
  [
    /^(?:postgres-containers|postgresql-containers|postgresql-trunk)$/,
    { kind: 'postgres', subkind: null, engine: 'postgresql' },
  ],
  [/^pgbouncer(?:-|$)/, { kind: 'component', subkind: 'pgbouncer', engine: null }],
  [
    /^(?:cloudnative-pg|postgresql-operator|edb-postgres-for-cloudnativepg)(?:-|$)/,
    { kind: 'component', subkind: 'operator', engine: null },
  ],
  [/^(?:plugin-barman-cloud|barman|cnpg-i-)/, { kind: 'component', subkind: 'backup', engine: null }],
  [/^(?:postgres|postgresql)[-_]?exporter$/, { kind: 'component', subkind: 'exporter', engine: null }],
  [/^(?:postgresql|postgres)(?:-|$)/, { kind: 'postgres', subkind: null, engine: 'postgresql' }],
  [/^modelcar-/, { kind: 'model', subkind: 'modelcar', engine: null }],
];

const NIM: RepositoryGuess = { kind: 'model', subkind: 'nim', engine: null };
const EXTENSION: RepositoryGuess = { kind: 'extension', subkind: null, engine: null };

/** Kind, subkind and engine that a repository's name suggests, or null. */
export function kindOfRepository(repository: string): RepositoryGuess | null {
  if (nimPath(repository) !== null) return NIM;
  const basename = repository.slice(repository.lastIndexOf('/') + 1);
  // `postgis-extension` and cloudnative-pg's `postgresql-extensions/…`, before `postgresql-…` takes them for a server.
  if (/-extensions?$/.test(basename) || /(?:^|\/)(?:[a-z-]*-)?extensions\//.test(repository)) return EXTENSION;
  return BY_NAME.find(([name]) => name.test(basename))?.[1] ?? null;
}

/** Publisher and model of a path `…/nim/<publisher>/<model>`, also under a mirror's prefix; else null. */
export function nimPath(repository: string): { publisher: string; name: string } | null {
  const match = /(?:^|\/)nim\/([^/]+)\/([^/]+)$/.exec(repository);
  return match === null ? null : { publisher: match[1]!, name: match[2]! };
}
