/**
 * Tag lists as two projects publish them, for tests of the rule "newest build of every supported major and flavour".
 *
 * CURRENT_CNPG: the entries of the image catalogs standard-trixie, minimal-bookworm and system-bullseye in
 * github.com/cloudnative-pg/artifacts at commit 0b1123db2d9b75e55d9c464210054414be5a9e67, labelled 20260831.
 * CURRENT_DOCKER: the release tags of `library/postgres` in github.com/docker-library/official-images at commit
 * 00e7c7a2866e6f2bc08a9d336eb1d3070cdb31a1, with the pre-release and the moving tags of the same file.
 *
 * Both files name what is current and not what stood there before. The older builds and minors beside them are made here
 * in the same shapes: weekly builds and every minor below the current one.
 */

const CATALOGS = ['standard-trixie', 'minimal-bookworm', 'system-bullseye'] as const;
const BUILDS = [
  '13.22-202511100817',
  '14.24-202608310817',
  '15.19-202608310817',
  '16.15-202608310817',
  '17.11-202608310816',
  '18.6-202608310817',
] as const;

/** What the catalogs name, with 13, which is past its end of life and is not built any more. */
export const CURRENT_CNPG: readonly string[] = CATALOGS.flatMap((catalog) =>
  BUILDS.map((build) => `${build}-${catalog}`),
);

export const CNPG_TAGS: readonly string[] = [
  ...CURRENT_CNPG,
  ...CURRENT_CNPG.flatMap((tag) => {
    const [, major, minor, , flavour] = /^(\d+)\.(\d+)-(\d+)-(.+)$/.exec(tag)!;
    const older = ['202608240816', '202608170815', '202607270910'].map(
      (stamp) => `${major}.${minor}-${stamp}-${flavour}`,
    );
    const builds =
      major === '13' ? ['202511030816', '202510270815'].map((stamp) => `13.22-${stamp}-${flavour}`) : older;
    const minors = [1, 2].map((back) => `${major}.${Number(minor) - back}-202605250814-${flavour}`);
    return [...builds, ...minors, `${major}.${minor}-${flavour}`, `${major}-${flavour}`];
  }),
  ...['minimal-trixie', 'standard-trixie'].flatMap((flavour) => [
    `19beta3-202608310817-${flavour}`,
    `19beta3-${flavour}`,
    `19-${flavour}`,
  ]),
  ...['18.6', '18', '17.11', '17', '14', `sha256-${'ab'.repeat(32)}.sig`, `sha256-${'cd'.repeat(32)}`],
];

export const CURRENT_DOCKER: readonly string[] = ['11.5', '10.10', '9.6.15', '9.5.19', '9.4.24'].flatMap((release) => [
  release,
  `${release}-alpine`,
]);

export const DOCKER_TAGS: readonly string[] = [
  ...CURRENT_DOCKER,
  ...CURRENT_DOCKER.filter((tag) => !tag.endsWith('-alpine')).flatMap((tag) => {
    const at = tag.lastIndexOf('.');
    const [line, last] = [tag.slice(0, at), Number(tag.slice(at + 1))];
    return Array.from({ length: last }, (_, minor) => [`${line}.${minor}`, `${line}.${minor}-alpine`]).flat();
  }),
  ...['12-beta3', '12', '12-beta3-alpine', '12-alpine', '12-beta2', '11-beta1', '10-rc1', '9.6-rc1'],
  ...['11', 'latest', '11-alpine', 'alpine', '10', '10-alpine', '9.6', '9', '9.6-alpine', '9-alpine'],
  ...['9.5', '9.5-alpine', '9.4', '9.4-alpine', '9.3.25', '9.3', '9.3.25-alpine', '9.2.24', '9.0.23', '8.4.22'],
];

/** What else people keep beside such images. */
export const ODD_TAGS: readonly string[] = [
  '17.4-2503310734',
  '17.4-2503242007',
  '17.5-2506091630-full',
  '18.4-2606080821',
  '15.14-standard-ubi9',
  '15.15-pgd620-expanded-ubi9',
  '1.8.5',
  '1.3.3',
  'v2.0.0-rc1',
  '2024.06',
  '20240601',
  'main-4f2a91c',
  'pr-1042',
  '17.x',
  '1042',
  'UPPER_case.Tag',
];
