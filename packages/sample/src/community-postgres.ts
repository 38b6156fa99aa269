import { AMD64, ARM64, type ImageSpec, type LayerSpec, MIB, stampToDate } from './image-spec.ts';

type Flavour = 'minimal' | 'standard' | 'system';
type Distro = 'trixie' | 'bookworm' | 'bullseye';

/** Base tag and compressed size of the Debian base by distribution. */
const DEBIAN: Record<Distro, { tag: string; size: number }> = {
  trixie: { tag: 'trixie-20260713-slim', size: 29.8 * MIB },
  bookworm: { tag: 'bookworm-20260713-slim', size: 28.2 * MIB },
  bullseye: { tag: 'bullseye-20260713-slim', size: 30.3 * MIB },
};

/** What each flavour adds on top of the server. The flavour is in title and tag only, never in a label. */
const FLAVOUR_LAYERS: Record<Flavour, LayerSpec[]> = {
  minimal: [],
  standard: [
    { name: 'locales-all', size: 11.4 * MIB, step: 'RUN apt-get install locales-all' },
    { name: 'pgaudit-pgvector-failover-slots', size: 21.7 * MIB, step: 'RUN apt-get install $STANDARD_PACKAGES' },
  ],
  system: [
    { name: 'locales-all', size: 11.4 * MIB, step: 'RUN apt-get install locales-all' },
    { name: 'pgaudit-pgvector-failover-slots', size: 21.7 * MIB, step: 'RUN apt-get install $STANDARD_PACKAGES' },
    { name: 'barman-cloud', size: 58.9 * MIB, step: 'RUN pip install barman[cloud]' },
  ],
};

const AUGUST = '202608170911';
const JULY = '202607270910';

/** What dpkg would list: a small part of it, with what a flavour adds. Rebuilds bring newer packages. */
function debianPackages(version: string, stamp: string, flavour: Flavour, distro: Distro): string[] {
  const [major = ''] = version.split(/[.~]/);
  const revision = { trixie: 'pgdg13+1', bookworm: 'pgdg12+1', bullseye: 'pgdg11+1' }[distro];
  const isNew = stamp >= AUGUST;
  const libc = { trixie: '2.41-12', bookworm: '2.36-9+deb12u13', bullseye: '2.31-13+deb11u13' }[distro];
  const server = [
    `libc6 ${libc}`,
    `libssl3t64 ${isNew ? '3.5.4-1' : '3.5.1-1'}`,
    `postgresql-${major} ${version}-1.${revision}`,
    `postgresql-client-${major} ${version}-1.${revision}`,
  ];
  if (flavour === 'minimal') return server;
  return [
    ...server,
    `locales-all ${libc}`,
    `postgresql-${major}-pg-failover-slots 1.2.0-1.${revision}`,
    `postgresql-${major}-pgaudit ${major}.1-1.${revision}`,
    `postgresql-${major}-pgvector ${isNew ? '0.8.1' : '0.8.0'}-1.${revision}`,
  ];
}

/** `version` as in the source (`19~beta3`); the tag drops the tilde, the version label keeps it. */
function cnpg(version: string, stamp: string, flavour: Flavour, distro: Distro, rolling: string[] = []): ImageSpec {
  const inTag = version.replace('~', '');
  const major = version.split(/[.~]/)[0] ?? version;
  const base = DEBIAN[distro];
  const facts = {
    'org.opencontainers.image.created': stampToDate(stamp),
    'org.opencontainers.image.url': 'https://github.com/cloudnative-pg/postgres-containers',
    'org.opencontainers.image.source': 'https://github.com/cloudnative-pg/postgres-containers',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': 'a949ae58',
    'org.opencontainers.image.vendor': 'The CloudNativePG Contributors',
    'org.opencontainers.image.title': `CloudNativePG PostgreSQL ${version} ${flavour}`,
    'org.opencontainers.image.description': `A ${flavour} PostgreSQL ${version} container image`,
    'org.opencontainers.image.documentation': 'https://github.com/cloudnative-pg/postgres-containers',
    'org.opencontainers.image.authors': 'The CloudNativePG Contributors',
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.base.name': `docker.io/library/debian:${base.tag}`,
  };
  return {
    tags: [`${inTag}-${stamp}-${flavour}-${distro}`, ...rolling],
    created: stampToDate(stamp),
    platforms: [AMD64, ARM64],
    format: 'oci',
    index: true,
    attested: true,
    annotations: facts,
    labels: facts,
    env: [`PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/${major}/bin`],
    user: '26',
    entrypoint: [],
    ports: [],
    layers: [
      { name: `debian ${base.tag}`, size: base.size, step: `FROM debian:${base.tag}` },
      { name: `postgresql ${version} ${distro}`, size: 61.3 * MIB, step: `RUN apt-get install postgresql-${major}` },
      ...FLAVOUR_LAYERS[flavour].map((layer) => ({ ...layer, name: `${layer.name} ${version} ${distro} ${stamp}` })),
    ],
    packages: debianPackages(version, stamp, flavour, distro),
    signed: false, // the project signs keyless; a signature without its Fulcio certificate would be a fake
    sbom: false,
  };
}

/** Community images as github.com/cloudnative-pg/postgres-containers names and annotates them. */
export const COMMUNITY_POSTGRES: readonly ImageSpec[] = [
  cnpg('19~beta3', AUGUST, 'minimal', 'trixie', ['19beta3-minimal-trixie']),
  cnpg('18.6', AUGUST, 'minimal', 'trixie', ['18.6-minimal-trixie', '18-minimal-trixie']),
  cnpg('18.6', AUGUST, 'standard', 'trixie', ['18.6-standard-trixie', '18-standard-trixie', 'latest']),
  cnpg('18.6', AUGUST, 'standard', 'bookworm', ['18-standard-bookworm']),
  cnpg('18.4', JULY, 'minimal', 'trixie', ['18.4-minimal-trixie']),
  cnpg('18.4', JULY, 'standard', 'trixie', ['18.4-standard-trixie']),
  cnpg('18.4', '202607200912', 'standard', 'trixie'),
  cnpg('17.11', AUGUST, 'minimal', 'trixie', ['17-minimal-trixie']),
  cnpg('17.11', AUGUST, 'standard', 'trixie', ['17.11-standard-trixie', '17-standard-trixie']),
  // The bare version and major are the legacy names of the system flavour on the oldest base.
  cnpg('17.11', AUGUST, 'system', 'bullseye', ['17.11', '17']),
  cnpg('17.10', JULY, 'standard', 'trixie'),
  cnpg('16.15', AUGUST, 'standard', 'bookworm', ['16-standard-bookworm']),
  cnpg('15.19', AUGUST, 'standard', 'bookworm', ['15-standard-bookworm']),
];
