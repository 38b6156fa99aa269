import { AMD64, ARM64_V8, type ImageSpec, type LayerSpec, MIB, stampToDate } from './image-spec.ts';

type Engine = 'pg' | 'epas' | 'pge';

type Extension = { name: string; version: string; description: string };

function contrib(major: string): Extension[] {
  const statements = { '18': '1.12', '17': '1.11' }[major] ?? '1.10';
  return [
    {
      name: 'pg_stat_statements',
      version: statements,
      description: 'track planning and execution statistics of all SQL',
    },
    { name: 'pgaudit', version: `${major}.0`, description: 'provides auditing functionality' },
    { name: 'postgres_fdw', version: '1.1', description: 'foreign-data wrapper for remote PostgreSQL servers' },
  ];
}

const FULL: readonly Extension[] = [
  { name: 'vector', version: '0.8.1', description: 'vector data type and ivfflat and hnsw access methods' },
  { name: 'postgis', version: '3.5.3', description: 'PostGIS geometry and geography spatial types and functions' },
  { name: 'aidb', version: '4.2.1', description: 'AI pipelines and knowledge bases in Postgres' },
  { name: 'pg_cron', version: '1.6', description: 'Job scheduler for PostgreSQL' },
  { name: 'pg_failover_slots', version: '1.1.0', description: 'logical slots that survive a failover' },
];

const OWN: Record<Engine, readonly Extension[]> = {
  pg: [],
  pge: [{ name: 'bdr', version: '6.1.0', description: 'Bi-Directional Replication for PostgreSQL' }],
  epas: [
    { name: 'edb_wait_states', version: '1.5', description: 'sessions and their wait events over time' },
    { name: 'edbspl', version: '1.0', description: 'EDB-SPL procedural language' },
    { name: 'bdr', version: '6.1.0', description: 'Bi-Directional Replication for PostgreSQL' },
  ],
};

const NAMES: Record<Engine, { title: string; flavor: string; features: string; size: number }> = {
  pg: { title: 'PostgreSQL', flavor: 'pg', features: 'psr,analytics', size: 84.6 * MIB },
  // The vendor documents the flavours `pg` and `epas` only; its CLI calls this engine `pgextended`.
  pge: { title: 'EDB Postgres Extended', flavor: 'pgextended', features: 'psr,pgd,tde', size: 97.2 * MIB },
  epas: {
    title: 'EDB Postgres Advanced Server',
    flavor: 'epas',
    features: 'psr,pgd,analytics,tde',
    size: 143.8 * MIB,
  },
};

type Build = {
  aliases?: string[];
  /** Release of the operand set; annotated since the vendor's 1.3.2 only. */
  operandSet?: string;
  /** The encoding of the extensions annotation is not documented upstream. JSON is what we expect; `list` is the short form. */
  extensions?: 'json' | 'list' | 'none';
  format?: 'oci' | 'docker';
  signed?: boolean;
  sbom?: boolean;
  amd64Only?: boolean;
};

function encode(extensions: readonly Extension[], as: 'json' | 'list'): string {
  if (as === 'json') return JSON.stringify(extensions);
  return extensions.map((extension) => `${extension.name}=${extension.version}`).join(',');
}

/** Tag `<major>.<minor>-<YYMMDDHHmm>[-full]`; `full` brings all extensions of the distribution. */
function edb(engine: Engine, tag: string, build: Build = {}): ImageSpec {
  const [version = '', stamp = '', flavour] = tag.split('-');
  const major = /^\d+/.exec(version)?.[0] ?? '';
  const full = flavour === 'full';
  const format = build.format ?? 'oci';
  const { title, flavor, features, size } = NAMES[engine];
  const extensions = [...contrib(major), ...OWN[engine], ...(full ? FULL : [])];
  const encoding = build.extensions ?? 'json';
  const created = stampToDate(stamp);
  const base: LayerSpec = { name: 'ubi9 9.6-1753', size: 76.4 * MIB, step: 'FROM registry.access.redhat.com/ubi9/ubi' };
  return {
    tags: [tag, ...(build.aliases ?? [])],
    created,
    platforms: build.amd64Only ? [AMD64] : [AMD64, ARM64_V8],
    format,
    index: !build.amd64Only,
    attested: format === 'oci' && !build.amd64Only,
    annotations:
      format === 'docker'
        ? {}
        : {
            'org.enterprisedb.pg.flavor': flavor,
            'org.enterprisedb.pg.major_version': major,
            'org.enterprisedb.pg.features': features,
            ...(encoding === 'none' ? {} : { 'org.enterprisedb.pg.extensions': encode(extensions, encoding) }),
            ...(build.operandSet ? { 'org.enterprisedb.operandset.version': build.operandSet } : {}),
            'org.opencontainers.image.created': created,
          },
    labels: {
      name: title,
      vendor: 'EnterpriseDB Corporation',
      version,
      summary: `${title} ${version} for Kubernetes`,
      maintainer: 'EnterpriseDB Corporation',
    },
    env: [
      `PATH=/usr/${engine === 'epas' ? `edb/as${major}` : `pgsql-${major}`}/bin:/usr/local/bin:/usr/bin:/bin`,
      `PG_MAJOR=${major}`,
      `PG_VERSION=${version}`,
      'LANG=C.utf8',
    ],
    user: '26',
    entrypoint: [],
    ports: [],
    layers: [
      base,
      { name: `${engine} ${version} ${stamp}`, size, step: `RUN dnf install ${title.toLowerCase()} ${version}` },
      ...(full
        ? [{ name: `${engine} extensions ${version} ${stamp}`, size: 388 * MIB, step: 'RUN dnf install $EXTENSIONS' }]
        : []),
    ],
    signed: build.signed ?? false,
    sbom: build.sbom ?? false,
  };
}

/** PostgreSQL as the incumbent's distribution names it. */
export const EDB_POSTGRESQL: readonly ImageSpec[] = [
  edb('pg', '18.4-2606080821', { operandSet: '1.1.6', signed: true }),
  edb('pg', '18.3-2605132051', { operandSet: '1.1.5' }),
  edb('pg', '18.1-2511201015', { operandSet: '1.0.4' }),
  edb('pg', '18.1-2511201015-full', { operandSet: '1.0.4' }),
  edb('pg', '18rc1-2509051012', { extensions: 'none' }),
  edb('pg', '17.5-2508141944-full'),
  edb('pg', '17.4-2503310734'),
  edb('pg', '17.4-2503242007'),
  edb('pg', '17.4-2503191025', { format: 'docker' }),
  edb('pg', '16.8-2502271130', { format: 'docker', amd64Only: true }),
];

/** EDB Postgres Advanced Server (EPAS). */
export const EPAS: readonly ImageSpec[] = [
  edb('epas', '18.3-2605132051', { operandSet: '1.1.5', aliases: ['18.3', 'latest'], signed: true }),
  edb('epas', '18.3-2605132051-full', { operandSet: '1.1.5', signed: true }),
  edb('epas', '18.1-2511201015-full', { operandSet: '1.0.4' }),
  edb('epas', '17.6-2509120845-full'),
  edb('epas', '17.5-2506091630-full', { aliases: ['17.5'] }),
  edb('epas', '17.4-2503310734'),
  edb('epas', '16.10-2509120845'),
  edb('epas', '16.8-2502271130', { extensions: 'list' }),
  edb('epas', '15.12-2502271130', { format: 'docker' }),
];

/** EDB Postgres Extended (PGE). */
export const PGE: readonly ImageSpec[] = [
  edb('pge', '18.3-2605132051', { operandSet: '1.1.5', aliases: ['latest'], sbom: true }),
  edb('pge', '17.6-2509120845-full'),
  edb('pge', '17.5-2506091630'),
  edb('pge', '16.8-2502271130'),
];
