import { AMD64, ARM64, type ImageSpec, MIB, stampToDate } from './image-spec.ts';

/** Extension image, mounted read-only into PostgreSQL 18 and later: `<version>-<stamp>-<pg major>-<distro>`. */
function pgvector(version: string, stamp: string, major: string, distro: string, rolling: string[] = []): ImageSpec {
  const facts = {
    'io.cloudnativepg.image.base.name': `ghcr.io/cloudnative-pg/postgresql:${major}-minimal-${distro}`,
    'io.cloudnativepg.image.base.pgmajor': major,
    'io.cloudnativepg.image.base.os': distro,
    'org.opencontainers.image.created': stampToDate(stamp),
    'org.opencontainers.image.source': 'https://github.com/cloudnative-pg/postgres-extensions-containers',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.vendor': 'The CloudNativePG Contributors',
    'org.opencontainers.image.title': `pgvector ${version} for PostgreSQL ${major} on ${distro}`,
    'org.opencontainers.image.description': 'Open-source vector similarity search for Postgres',
    'org.opencontainers.image.licenses': 'PostgreSQL',
    'org.opencontainers.image.base.name': 'scratch',
  };
  return {
    tags: [`${version}-${stamp}-${major}-${distro}`, ...rolling],
    created: stampToDate(stamp),
    platforms: [AMD64, ARM64],
    format: 'oci',
    index: true,
    attested: true,
    annotations: facts,
    labels: facts,
    env: [],
    user: '65532:65532',
    entrypoint: [],
    ports: [],
    layers: [
      { name: `pgvector lib ${version} ${distro}`, size: 0.17 * MIB, step: 'COPY vector.so /lib/' },
      { name: `pgvector share ${version} ${major}`, size: 0.03 * MIB, step: 'COPY extension /share/extension/' },
    ],
    signed: false,
    sbom: false,
  };
}

/** The image's name is `pgvector`; the SQL name of the extension is `vector`. */
export const PGVECTOR: readonly ImageSpec[] = [
  pgvector('0.8.2', '202608170911', '18', 'trixie', ['0.8.2-18-trixie']),
  pgvector('0.8.2', '202608170911', '18', 'bookworm', ['0.8.2-18-bookworm']),
  pgvector('0.8.1', '202607270910', '18', 'trixie', ['0.8.1-18-trixie']),
  pgvector('0.8.1', '202607270910', '18', 'bookworm'),
];
