/**
 * Distributions that images stand on: the end of their regular support, and of their long-term support. Debian:
 * https://wiki.debian.org/LTS; Red Hat's UBI follows RHEL (https://access.redhat.com/support/policy/updates/errata); Ubuntu:
 * https://ubuntu.com/about/release-cycle; Alpine: https://alpinelinux.org/releases/.
 */
export const BASE_RELEASES = {
  source: 'release pages of Debian, Red Hat, Ubuntu and Alpine',
  asOf: '2026-08-20',
  releases: {
    stretch: { endOfLife: '2020-07-18', extendedUntil: '2022-06-30' },
    buster: { endOfLife: '2022-09-10', extendedUntil: '2024-06-30' },
    bullseye: { endOfLife: '2024-08-14', extendedUntil: '2026-08-31' },
    bookworm: { endOfLife: '2026-06-10', extendedUntil: '2028-06-30' },
    trixie: { endOfLife: '2028-08-09', extendedUntil: '2030-06-30' },
    ubi7: { endOfLife: '2024-06-30', extendedUntil: null },
    ubi8: { endOfLife: '2029-05-31', extendedUntil: null },
    ubi9: { endOfLife: '2032-05-31', extendedUntil: null },
    ubi10: { endOfLife: '2035-05-31', extendedUntil: null },
    focal: { endOfLife: '2025-05-31', extendedUntil: null },
    jammy: { endOfLife: '2027-05-31', extendedUntil: null },
    noble: { endOfLife: '2029-05-31', extendedUntil: null },
    'alpine3.19': { endOfLife: '2025-11-01', extendedUntil: null },
    'alpine3.20': { endOfLife: '2026-04-01', extendedUntil: null },
    'alpine3.21': { endOfLife: '2026-11-01', extendedUntil: null },
    'alpine3.22': { endOfLife: '2027-05-01', extendedUntil: null },
  } as Readonly<Record<string, { readonly endOfLife: string; readonly extendedUntil: string | null }>>,
} as const;
