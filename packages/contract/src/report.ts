/**
 * What an agent and the control plane say to each other. The agent always calls; nothing here is for people.
 *
 * A scan is reported as begin → chunk 0, 1, 2 … → commit. Chunks are staged and become visible in the commit's
 * transaction only. Every call is idempotent: sent twice it answers what it answered first, and a lower `epoch` of
 * the agent is refused. The commit carries the SHA-256 over the sorted `tag digest` lines, which the server computes
 * again, so that a report is taken whole or not at all.
 */
import { z } from 'zod';
import { Digest, DisplayName, Id, RepositoryName, TagName, Time } from './common.ts';
import { EvidenceWanted } from './evidence.ts';
import { Platform, Referrer } from './image.ts';
import { LocationId } from './location.ts';
import { PackageList } from './package.ts';
import { AuthenticationView, Check, Provider, RegistryBudget, RegistryReading, Tls } from './registry.ts';
import { RuleSpec } from './rule.ts';
import { ScanTrigger } from './scan.ts';

/** Registries and rules of the agent's own file. Its credentials stay at the agent. */
export const FileRegistry = z.strictObject({
  id: Id,
  name: DisplayName,
  url: z.string(),
  provider: Provider,
  apiUrl: z.string().max(500).nullable().default(null),
  authentication: AuthenticationView.pick({ type: true, username: true }),
  tls: Tls,
  budget: RegistryBudget.default({ requestsPerDay: null, concurrency: null }),
  intervalSeconds: z.number().int().min(1),
  isSample: z.boolean(),
  isDefault: z.boolean(),
});
export type FileRegistry = z.infer<typeof FileRegistry>;

export const FileRule = RuleSpec.extend({ id: Id });
export type FileRule = z.infer<typeof FileRule>;

export const Hello = z.strictObject({
  agentId: Id.meta({ description: 'Made once and kept in the agent state folder' }),
  epoch: z.number().int().min(1).meta({ description: 'Rises at every start of the agent' }),
  name: z.string().min(1).max(200),
  locationId: LocationId,
  version: z.string().max(100),
  embedded: z.boolean(),
  publicKey: z
    .string()
    .max(200)
    .meta({ description: 'X25519 public key, base64url (raw 32 bytes): credentials are sealed to it' }),
  configPath: z.string().nullable(),
  registries: z.array(FileRegistry).max(1000),
  rules: z.array(FileRule).max(5000),
  clock: Time,
});
export type Hello = z.infer<typeof Hello>;

export const Welcome = z.object({
  serverEpoch: z
    .string()
    .meta({ description: 'Changes when the database is another one: then every digest is sent again' }),
  configVersion: z.string(),
});
export type Welcome = z.infer<typeof Welcome>;

/** A secret sealed to the agent's key: X25519 + HKDF-SHA-256 + AES-256-GCM, the origin in the associated data. */
export const SealedSecret = z.object({
  ephemeralKey: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
  origin: z.string(),
});
export type SealedSecret = z.infer<typeof SealedSecret>;

/** What the agent shall read, apart from its own file. */
export const AgentConfig = z.object({
  configVersion: z.string(),
  registries: z.array(
    z.object({
      id: Id,
      name: DisplayName,
      url: z.string(),
      provider: Provider,
      apiUrl: z.string().nullable(),
      tls: Tls,
      budget: RegistryBudget,
      intervalSeconds: z.number().int(),
      authentication: SealedSecret.nullable().meta({ description: 'JSON of the authentication; null: none' }),
    }),
  ),
  rules: z.array(FileRule),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

export const Work = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('scan'),
    id: Id,
    registryId: Id,
    repository: RepositoryName.nullable(),
    scanId: Id,
    trigger: z.enum(['manual', 'change']),
  }),
  z.object({ kind: z.literal('probe'), id: Id, registryId: Id }),
  z.object({ kind: z.literal('list'), id: Id, registryId: Id, rule: RuleSpec }),
  z.object({ kind: z.literal('describe'), id: Id, registryId: Id, repository: RepositoryName, digest: Digest }),
  z.object({
    kind: z.literal('reread'),
    id: Id,
    registryId: Id,
    repository: RepositoryName,
    tags: z
      .array(TagName)
      .min(1)
      .max(100)
      .meta({ description: 'A notification hinted at these; read them and no others' }),
  }),
]);
export type Work = z.infer<typeof Work>;

export const WorkQuery = z.strictObject({
  agentId: Id,
  wait: z.coerce.number().int().min(0).max(60).default(25).meta({ description: 'Seconds to wait for work' }),
  configVersion: z.string().max(200).default(''),
  spoolDepth: z.coerce.number().int().min(0).default(0),
  dispatchVersion: z
    .string()
    .max(200)
    .default('')
    .meta({ description: 'Of the dispatches it holds; empty: it has no Kubernetes' }),
});

export const WorkAnswer = z.object({
  work: z.array(Work),
  configVersion: z.string().meta({ description: 'Another one than sent: fetch the configuration again' }),
  dispatchVersion: z.string().default('').meta({ description: 'Another one than sent: fetch the dispatches again' }),
  serverEpoch: z.string(),
});
export type WorkAnswer = z.infer<typeof WorkAnswer>;

/** Names a registry listed, kept so that rules can be explained and previewed without asking it again. */
export const Listing = z.strictObject({
  registryId: Id,
  repositories: z
    .array(RepositoryName)
    .max(200_000)
    .nullable()
    .meta({ description: 'The catalog, null when it was not read or is not offered' }),
  tags: z.array(z.strictObject({ repository: RepositoryName, names: z.array(TagName).max(100_000) })).max(2_000),
  message: z.string().nullable(),
});
export type Listing = z.infer<typeof Listing>;

export const ReportedFailure = z.strictObject({
  subject: z.string().max(500),
  code: z.string().max(100),
  message: z.string().max(2000),
  hint: z.string().max(2000).nullable(),
});
export type ReportedFailure = z.infer<typeof ReportedFailure>;

/** What the agent read of one digest. Facts are drawn from it by the control plane, so that better rules need no new reading. */
export const Observation = z.strictObject({
  digest: Digest,
  mediaType: z.string().max(255),
  artifactType: z.string().max(255).nullable(),
  configMediaType: z.string().max(255).nullable(),
  layerMediaTypes: z.array(z.string().max(255)).max(200).meta({ description: 'Distinct ones' }),
  size: z.number().int().min(0).nullable(),
  annotations: z.record(z.string().max(1000), z.string().max(65_536)),
  labels: z.record(z.string().max(1000), z.string().max(65_536)),
  env: z.record(z.string().max(200), z.string().max(4096)).meta({
    description:
      'Only PG_MAJOR, PG_VERSION, PGDATA, NIM_*, CUDA_VERSION, INFERENCE_MICROSERVICE_*: other variables may hold secrets',
  }),
  user: z.string().max(200).nullable(),
  configCreated: z.string().max(100).nullable(),
  platforms: z.array(Platform).max(1000),
  referrers: z.array(Referrer).max(1000),
  subject: Digest.nullable(),
  artifactConfig: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "A model's configuration, cut down to what is short: no list or text longer than 1,000" }),
  detail: z.enum(['manifest', 'config', 'platforms']),
});
export type Observation = z.infer<typeof Observation>;

export const WorkResult = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('scan'),
    status: z.enum(['complete', 'partial', 'failed']),
    requests: z.number().int(),
    message: z.string(),
    code: z.string().nullable(),
    hint: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal('probe'),
    state: z.enum(['ok', 'warning', 'error']),
    message: z.string(),
    code: z.string().nullable(),
    checks: z.array(Check).max(50),
    reading: RegistryReading.nullable().optional(),
    requests: z.number().int(),
  }),
  z.strictObject({
    kind: z.literal('reread'),
    ok: z.boolean(),
    message: z.string().max(2000),
    code: z.string().max(100).nullable(),
    requests: z.number().int(),
  }),
  z.strictObject({ kind: z.literal('list'), listing: Listing, requests: z.number().int() }),
  z.strictObject({
    kind: z.literal('describe'),
    ok: z.boolean(),
    message: z.string(),
    observation: Observation.nullable(),
    packages: z.array(PackageList).max(4).optional(),
    packagesMessage: z
      .string()
      .max(2000)
      .nullish()
      .meta({ description: 'Why an SBOM that is there could not be read' }),
  }),
]);
export type WorkResult = z.infer<typeof WorkResult>;

export const ScanBegin = z.strictObject({
  scanId: Id,
  parentId: Id.nullable(),
  agentId: Id,
  epoch: z.number().int(),
  registryId: Id,
  repository: RepositoryName.nullable().meta({ description: 'null: a sweep over the registry' }),
  ruleIds: z.array(Id).max(1000),
  trigger: ScanTrigger,
  only: z
    .array(TagName)
    .max(100)
    .nullable()
    .default(null)
    .meta({ description: 'A re-reading of these tags, which says nothing of any other; null: the whole repository' }),
  startedAt: Time,
});
export type ScanBegin = z.infer<typeof ScanBegin>;

export const ScanBegun = z.object({
  scanId: Id,
  nextChunk: z.number().int().meta({ description: 'Chunks below this one have arrived' }),
  committed: z.boolean(),
});
export type ScanBegun = z.infer<typeof ScanBegun>;

export const ScanProgress = z.strictObject({
  done: z.number().int().min(0),
  total: z.number().int().min(0).nullable(),
  requests: z.number().int().min(0),
  step: z.string().max(200),
});
export type ScanProgress = z.infer<typeof ScanProgress>;

/** At most 2,000 tags, 500 observations and 2,000 referrers a chunk. */
export const ScanChunk = z.strictObject({
  sha256: z
    .string()
    .regex(/^[a-f0-9]{64}$/)
    .meta({ description: 'Over the JSON text of {tags, images, referrers}, to know the same chunk again' }),
  tags: z.array(z.strictObject({ name: TagName, digest: Digest, pushedAt: Time.nullable() })).max(2_000),
  images: z.array(Observation).max(500),
  referrers: z
    .array(Referrer.extend({ subject: Digest }))
    .max(2_000)
    .default([])
    .meta({
      description: 'What was found to hang on images of this repository: signatures, SBOMs, attestations, reports',
    }),
});
export type ScanChunk = z.infer<typeof ScanChunk>;

export const ChunkTaken = z.object({
  nextChunk: z.number().int(),
  needImages: z
    .array(Digest)
    .meta({ description: 'Digests of this chunk that the library has never read: send them in a later chunk' }),
});
export type ChunkTaken = z.infer<typeof ChunkTaken>;

/** A tag that was read because its name did not decide, and that no rule took then. */
export const LeftOutTag = z.strictObject({
  name: TagName,
  digest: Digest.nullable().meta({ description: 'null: what the registry holds under it cannot be read' }),
  createdAt: Time.nullable(),
  pushedAt: Time.nullable(),
  firstSeenAt: Time,
});
export type LeftOutTag = z.infer<typeof LeftOutTag>;

export const ScanCommit = z.strictObject({
  status: z.enum(['complete', 'partial', 'failed']),
  tagCount: z.number().int().min(0).meta({ description: 'Tags in all chunks' }),
  setDigest: z
    .string()
    .regex(/^[a-f0-9]{64}$/)
    .nullable()
    .meta({
      description: 'SHA-256 over the lines "tag digest\\n", sorted by tag in byte order; null for a sweep',
    }),
  listedCount: z.number().int().min(0),
  artifactCount: z.number().int().min(0),
  unresolved: z
    .array(TagName)
    .max(100_000)
    .meta({ description: 'Listed and wanted, but not readable this time: not absent' }),
  listedNames: z
    .array(TagName)
    .max(500_000)
    .nullable()
    .meta({ description: 'Every tag listed, before rules; null when the listing failed' }),
  leftOut: z.array(LeftOutTag).max(20_000).nullable().optional().meta({
    description: 'Read and taken by no rule, so that the library can say why; null: as the last report said',
  }),
  unchanged: z.boolean().default(false).meta({
    description:
      'No chunk holds tags: the set is what the library has as present. It checks that by the digest, and asks for all with set-digest-mismatch',
  }),
  absence: z
    .enum(['none', 'repository'])
    .meta({ description: 'repository: the registry says that it does not know this repository' }),
  finishedAt: Time,
  requests: z.number().int().min(0),
  message: z.string().max(2000),
  code: z.string().max(100).nullable(),
  hint: z.string().max(2000).nullable(),
  failures: z.array(ReportedFailure).max(20),
  failedCount: z.number().int().min(0),
  spoolDepth: z.number().int().min(0).optional().meta({
    description:
      'Reports that still wait at the agent behind this one, so that nobody waits for the next long poll to know',
  }),
});
export type ScanCommit = z.infer<typeof ScanCommit>;

export const ScanCommitted = z.object({
  scanId: Id,
  status: z.enum(['complete', 'partial', 'failed']),
  added: z.number().int(),
  moved: z.number().int(),
  missing: z.number().int(),
  retired: z.number().int(),
  message: z.string(),
  evidenceWanted: z.array(EvidenceWanted).max(100).optional().meta({
    description: 'Attestations that found no room before and have some now: the next scan fetches them',
  }),
});
export type ScanCommitted = z.infer<typeof ScanCommitted>;
