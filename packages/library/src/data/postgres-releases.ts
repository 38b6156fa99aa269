/**
 * PostgreSQL's major versions: their last day, and the latest minor known. Dates: https://www.postgresql.org/support/versioning/
 * (as https://endoflife.date/postgresql repeats them); minors: the bake file of cloudnative-pg/postgres-containers of
 * 2026-08-20. EPAS and PGE are built from the same minors; EDB's own platform dates are not in here.
 */
export const POSTGRES_RELEASES = {
  source: 'postgresql.org versioning policy; minors by cloudnative-pg/postgres-containers',
  asOf: '2026-08-20',
  majors: {
    10: { endOfLife: '2022-11-10', latestMinor: 23 },
    11: { endOfLife: '2023-11-09', latestMinor: 22 },
    12: { endOfLife: '2024-11-14', latestMinor: 22 },
    13: { endOfLife: '2025-11-13', latestMinor: 23 },
    14: { endOfLife: '2026-11-12', latestMinor: 24 },
    15: { endOfLife: '2027-11-11', latestMinor: 19 },
    16: { endOfLife: '2028-11-09', latestMinor: 15 },
    17: { endOfLife: '2029-11-08', latestMinor: 11 },
    18: { endOfLife: '2030-11-14', latestMinor: 6 },
  } as Readonly<Record<number, { readonly endOfLife: string; readonly latestMinor: number }>>,
} as const;
