/** Registries as rows, and as the contract shows them. */
import type {
  AuthenticationView,
  Check,
  Registry,
  RegistryBudget,
  RegistryReading,
  RegistryStatus,
  Tls,
} from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { iso } from './database.ts';

export interface RegistryRow {
  id: string;
  name: string;
  url: string;
  provider: Registry['provider'];
  location_id: string;
  auth_type: AuthenticationView['type'];
  auth_username: string | null;
  secret: AuthenticationView['secret'];
  credential_origin: string | null;
  api_url: string | null;
  tls: Tls;
  budget: RegistryBudget;
  reading: RegistryReading | null;
  source: Registry['source'];
  is_sample: boolean;
  is_default: boolean;
  interval_seconds: number;
  status_state: RegistryStatus['state'];
  status_message: string;
  status_code: string | null;
  status_checks: Check[];
  status_checked_at: Date | null;
  last_scan_at: Date | null;
  next_scan_at: Date | null;
  created_at: Date;
  updated_at: Date;
  repositories: number;
  tags: number;
  rules: number;
  requests: number;
}

/** The code of a registry that its agent's file no longer names, but whose repositories the library still knows. */
export const NOT_IN_FILE = 'not-in-file';

/** Select list over `registries g`; the sealed credential is never among it. */
export const REGISTRY_COLUMNS: RawBuilder<RegistryRow> = sql`
  g.id, g.name, g.url, g.provider, g.location_id, g.auth_type, g.auth_username, g.secret, g.credential_origin, g.api_url,
  g.tls, g.budget, g.reading,
  g.source, g.is_sample, g.is_default, g.interval_seconds, g.status_state, g.status_message, g.status_code,
  g.status_checks, g.status_checked_at, g.last_scan_at, g.next_scan_at, g.created_at, g.updated_at,
  (select count(*) from repositories r where r.registry_id = g.id and not r.released) as repositories,
  (select coalesce(sum(r.tag_count), 0)::bigint from repositories r where r.registry_id = g.id) as tags,
  (select count(*) from rules u where u.registry_id = g.id
    or (u.registry_id is null and (u.location_id is null or u.location_id = g.location_id))) as rules,
  (select coalesce(sum(q.requests), 0)::bigint from registry_requests q
    where q.registry_id = g.id and q.hour > now() - interval '24 hours') as requests`;

export function registryOf(row: RegistryRow): Registry {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    provider: row.provider,
    locationId: row.location_id,
    apiUrl: row.api_url,
    authentication: { type: row.auth_type, username: row.auth_username, secret: row.secret },
    tls: row.tls,
    budget: row.budget,
    reading: row.reading,
    source: row.source,
    isSample: row.is_sample,
    isDefault: row.is_default,
    intervalSeconds: row.interval_seconds,
    warnings: tlsWarnings(row.tls),
    status: {
      state: row.status_state,
      message: row.status_message,
      code: row.status_code,
      checks: row.status_checks,
      checkedAt: iso(row.status_checked_at),
    },
    repositoryCount: row.repositories,
    tagCount: row.tags,
    ruleCount: row.rules,
    requests24h: row.requests,
    lastScanAt: iso(row.last_scan_at),
    nextScanAt: iso(row.next_scan_at),
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  };
}

/** One sentence for each danger that is switched on, shown wherever the registry is. */
export function tlsWarnings(tls: Tls): string[] {
  const skipped =
    'The certificate of this registry is not checked (skip_verify), so whoever sits in between can answer.';
  const plain = 'This registry is read without TLS (plain_http): contents and credentials can be read on the way.';
  return [...(tls.skipVerify ? [skipped] : []), ...(tls.plainHttp ? [plain] : [])];
}
