/** One connection to an OCI registry: address, dialect, sign-in, CA, probe result. */
import { z } from 'zod';
import { DisplayName, Id, Source, Time } from './common.ts';
import { LocationId } from './location.ts';

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
] as const;
export const Provider = z.enum(PROVIDERS);

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
    password: z.string().min(1).max(10_000),
  }),
  z.strictObject({
    type: z.literal('token'),
    username: z.string().max(500).optional(),
    token: z.string().min(1).max(20_000),
  }),
  z.strictObject({
    type: z.literal('docker_config'),
    config: z
      .string()
      .min(2)
      .max(100_000)
      .meta({ description: 'Text of a .dockerconfigjson, or of the docker CLI config.json' }),
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

export const Registry = z.object({
  id: Id,
  name: DisplayName,
  url: z.string().meta({ description: 'host[:port][/prefix], without scheme, credentials or trailing slash' }),
  provider: Provider,
  locationId: LocationId,
  authentication: AuthenticationView,
  tls: Tls,
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
  authentication: AuthenticationInput.default({ type: 'none' }),
  tls: Tls.default({ caCerts: '', skipVerify: false, plainHttp: false }),
  intervalSeconds: z.number().int().min(1).max(604_800).default(300),
});
export type RegistryInput = z.infer<typeof RegistryInput>;

export const RegistryPatch = z.strictObject({
  name: DisplayName.optional(),
  url: z.string().trim().min(1).max(500).optional(),
  provider: Provider.optional(),
  authentication: AuthenticationInput.optional(),
  tls: Tls.optional(),
  intervalSeconds: z.number().int().min(1).max(604_800).optional(),
});
export type RegistryPatch = z.infer<typeof RegistryPatch>;
