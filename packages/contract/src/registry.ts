/** One connection to an OCI registry: address, dialect, sign-in, CA, probe result. */
import { z } from 'zod';
import { DisplayName, Id, Source, Time } from './common.ts';
import { LocationId } from './location.ts';
import { secret } from './secret.ts';

export const PROVIDERS = [
  'auto',
  'oci',
  'acr',
  'ecr',
  'gar',
  'gitlab',
  'harbor',
  'quay',
  'dockerhub',
  'ghcr',
  'ngc',
  'artifactory',
  'nexus',
  'zot',
  'openshift',
  'cloudsmith',
  'oci-layout',
] as const;
export const Provider = z.enum(PROVIDERS);
export type Provider = z.infer<typeof Provider>;

/** `skipVerify` and `plainHttp` are two dangers with two switches; both are shown as warnings wherever the registry is. */
export const Tls = z.strictObject({
  caCerts: z
    .string()
    .max(200_000)
    .default('')
    .meta({ description: 'PEM certificates to trust besides the system ones' }),
  skipVerify: z.boolean().default(false).meta({ description: 'Use TLS but do not check the certificate' }),
  plainHttp: z.boolean().default(false).meta({ description: 'No TLS at all' }),
});
export type Tls = z.infer<typeof Tls>;

/** Sign-in as it is sent in. Secrets go in and never come out. */
export const AuthenticationInput = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('basic'),
    username: z.string().min(1).max(500),
    password: secret(z.string().min(1).max(10_000)),
  }),
  z.strictObject({
    type: z.literal('token'),
    username: z.string().max(500).optional(),
    token: secret(z.string().min(1).max(20_000)),
  }),
  z.strictObject({
    type: z.literal('docker_config'),
    config: secret(
      z
        .string()
        .min(2)
        .max(100_000)
        .meta({ description: 'Text of a .dockerconfigjson, or of the docker CLI config.json' }),
    ),
  }),
  z.strictObject({
    type: z.literal('acr'),
    method: z.enum(['workload_identity', 'managed_identity', 'service_principal']).default('workload_identity'),
    tenantId: z.string().max(200).optional(),
    clientId: z.string().max(200).optional(),
    clientSecret: secret(z.string().min(1).max(10_000)).optional(),
  }),
  z.strictObject({
    type: z.literal('ecr'),
    region: z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region, such as eu-central-1')
      .optional(),
    roleArn: z.string().max(2048).optional().meta({ description: 'A role to assume' }),
    externalId: secret(z.string().max(1224)).optional(),
    accessKeyId: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'Absent: the default chain (Pod Identity, IRSA, instance role …)' }),
    secretAccessKey: secret(z.string().max(1000)).optional(),
  }),
  z.strictObject({
    type: z.literal('gcp'),
    serviceAccountKey: secret(z.string().min(2).max(50_000))
      .optional()
      .meta({ description: 'JSON of a service account key; absent: workload identity or the metadata server' }),
  }),
]);
export type AuthenticationInput = z.infer<typeof AuthenticationInput>;

/** Sign-in as it is shown. */
export const AuthenticationView = z.object({
  type: z.enum(['none', 'basic', 'token', 'docker_config', 'acr', 'ecr', 'gcp']),
  username: z.string().nullable(),
  secret: z.enum(['none', 'stored', 'at-agent', 'void']).meta({
    description:
      'void: the address changed, so the stored credential was dropped (it is bound to scheme, host and port)',
  }),
});

export type AuthenticationView = z.infer<typeof AuthenticationView>;

export const Check = z.object({
  id: z.string().meta({ description: 'address, reachable, tls, api, sign-in, catalog, tags, manifest' }),
  state: z.enum(['ok', 'warning', 'error', 'skipped']),
  message: z.string(),
  code: z.string().optional(),
  evidence: z.string().optional(),
  cause: z.string().optional(),
  cure: z.string().optional(),
});
export type Check = z.infer<typeof Check>;

export const RegistryStatus = z.object({
  state: z.enum(['unknown', 'checking', 'ok', 'warning', 'error']),
  message: z.string(),
  code: z.string().nullable(),
  checks: z.array(Check),
  checkedAt: Time.nullable(),
});
export type RegistryStatus = z.infer<typeof RegistryStatus>;

/** What may be spent on one registry with one credential. null: no bound of ours. */
export const RegistryBudget = z.strictObject({
  requestsPerDay: z.number().int().min(1).max(100_000_000).nullable().default(null).meta({
    description: 'Requests in 24 hours; a scan that comes to it ends as partial and goes on from there next time',
  }),
  concurrency: z.number().int().min(1).max(64).nullable().default(null).meta({ description: 'Most requests at once' }),
  vulnerabilityReports: z.boolean().optional().meta({
    description:
      'Read vulnerability reports: those of the registry’s own scanner (Harbor), one request an image and day, and those attached unsigned, two requests each',
  }),
});
export type RegistryBudget = z.infer<typeof RegistryBudget>;

/** How an agent reads the registry now, and what is left to spend. */
export const RegistryReading = z.object({
  dialect: Provider,
  product: z.string().max(200).meta({ description: 'Name of the product, for people' }),
  detectedBy: z.string().max(500).nullable().meta({ description: 'What showed it; null when the provider was set' }),
  bulk: z.boolean().meta({ description: 'Lists come with digests, so that an unchanged tag costs no request' }),
  quota: z
    .object({
      limit: z.number().int().nullable(),
      remaining: z.number().int(),
      windowSeconds: z.number().int().nullable(),
    })
    .nullable()
    .meta({ description: 'What the registry itself last said' }),
  spentToday: z.number().int().meta({ description: 'Requests of the last 24 hours, by this agent' }),
  pausedUntil: Time.nullable().meta({ description: 'The registry asked to wait' }),
  breaker: z.enum(['closed', 'open', 'half-open']),
  concurrency: z.number().int().meta({ description: 'Requests at once now; adapts itself' }),
  at: Time,
});
export type RegistryReading = z.infer<typeof RegistryReading>;

export const Registry = z.object({
  id: Id,
  name: DisplayName,
  url: z.string().meta({
    description:
      'host[:port][/prefix], without scheme, credentials or trailing slash; oci-layout:/path for files of an agent',
  }),
  provider: Provider,
  locationId: LocationId,
  apiUrl: z.string().nullable().meta({
    description: "Where the product's own API stands, when it is not at the registry's host (https://host[/path])",
  }),
  authentication: AuthenticationView,
  tls: Tls,
  budget: RegistryBudget,
  reading: RegistryReading.nullable(),
  source: Source,
  isSample: z.boolean(),
  isDefault: z
    .boolean()
    .meta({ description: 'The address was not given but taken from the default of ephemeral environments' }),
  intervalSeconds: z.number().int(),
  warnings: z.array(z.string()),
  status: RegistryStatus,
  repositoryCount: z.number().int(),
  tagCount: z.number().int(),
  ruleCount: z.number().int(),
  requests24h: z.number().int().meta({ description: 'Requests spent by scans in the last 24 hours' }),
  lastScanAt: Time.nullable(),
  nextScanAt: Time.nullable(),
  createdAt: Time,
  updatedAt: Time,
});
export type Registry = z.infer<typeof Registry>;

export const RegistryInput = z.strictObject({
  name: DisplayName,
  url: z.string().trim().min(1).max(500),
  provider: Provider.default('auto'),
  locationId: LocationId.optional().meta({
    description: 'Whose agent reads it; default: the only location, or "local"',
  }),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null),
  authentication: AuthenticationInput.default({ type: 'none' }),
  tls: Tls.default({ caCerts: '', skipVerify: false, plainHttp: false }),
  budget: RegistryBudget.default({ requestsPerDay: null, concurrency: null }),
  intervalSeconds: z.number().int().min(1).max(604_800).default(300),
});
export type RegistryInput = z.infer<typeof RegistryInput>;

export const RegistryPatch = z.strictObject({
  name: DisplayName.optional(),
  url: z.string().trim().min(1).max(500).optional(),
  provider: Provider.optional(),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .optional(),
  authentication: AuthenticationInput.optional(),
  tls: Tls.optional(),
  budget: RegistryBudget.optional(),
  intervalSeconds: z.number().int().min(1).max(604_800).optional(),
});
export type RegistryPatch = z.infer<typeof RegistryPatch>;
