/** What a digest names, for ever: an image manifest or an index, with the facts read from its bytes. */
import { z } from 'zod';
import { Digest, Id, TagName, Time } from './common.ts';
import { Decision, ImageState } from './decision.ts';
import { VerificationSummary } from './evidence.ts';
import { LocationId } from './location.ts';
import { PackageSummary } from './package.ts';
import { Kind, VersionScheme } from './rule.ts';
import { ImageUsage } from './usage.ts';

export const Engine = z.enum(['postgresql', 'epas', 'pge']);
export type Engine = z.infer<typeof Engine>;

/** A version as a scheme read it from a tag or an annotation. Numbers are exact; `build` keeps its digits as text. */
export const Version = z.object({
  raw: z.string(),
  scheme: VersionScheme,
  major: z.number().int().nullable(),
  minor: z.number().int().nullable(),
  patch: z.number().int().nullable(),
  build: z.string().nullable().meta({ description: 'Build stamp or number, as written' }),
  buildTime: Time.nullable().meta({ description: 'The build stamp as a time (YYMMDDhhmm or YYYYMMDDhhmm, UTC)' }),
  flavour: z.string().nullable(),
  os: z.string().nullable(),
  prerelease: z.string().nullable(),
  floating: z.boolean().meta({ description: 'Names no exact version, so it moves: 17, 17-standard, latest' }),
});
export type Version = z.infer<typeof Version>;

/** Where a fact was read, in falling order of trust. */
export const FactSource = z.enum([
  'annotation',
  'label',
  'config',
  'env',
  'sbom',
  'tag',
  'repository',
  'rule',
  'manifest',
]);
export type FactSource = z.infer<typeof FactSource>;

/**
 * How far a fact can be relied on. high: the manifest, an annotation or a label of the image itself says it; medium: the
 * configuration, the environment or an attached SBOM; low: a name or a rule says it, and the image may be something else.
 */
export const Confidence = z.enum(['high', 'medium', 'low']);
export type Confidence = z.infer<typeof Confidence>;

export const CONFIDENCE: Readonly<Record<FactSource, Confidence>> = {
  manifest: 'high',
  annotation: 'high',
  label: 'high',
  config: 'medium',
  env: 'medium',
  sbom: 'medium',
  tag: 'low',
  repository: 'low',
  rule: 'low',
};

export const Extension = z.object({
  name: z.string(),
  version: z.string().nullable(),
  description: z.string().nullable(),
});
export type Extension = z.infer<typeof Extension>;

/** Something a person should look at: two sources contradict each other, or the declared kind is not what was found. */
export const Finding = z.object({
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  hint: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Facts = z.object({
  kind: Kind,
  declaredKind: Kind.nullable(),
  subkind: z
    .string()
    .nullable()
    .meta({ description: 'e.g. cnpg-operand, edb-operand, official-postgres, nim, modelcar, helm-chart, signature' }),
  engine: Engine.nullable(),
  version: Version.nullable(),
  baseImage: z.string().nullable(),
  os: z.string().nullable(),
  extensions: z.array(Extension),
  features: z.array(z.string()),
  tde: z.boolean().nullable(),
  model: z
    .object({
      publisher: z.string().nullable(),
      name: z.string(),
      version: z.string().nullable(),
      type: z.string().nullable(),
      architecture: z.string().nullable().meta({ description: 'As the configuration names it, e.g. llama' }),
      format: z.string().nullable().meta({ description: 'gguf, safetensors, onnx …' }),
      parameters: z.string().nullable().meta({ description: 'As written, e.g. 8B' }),
      precision: z.string().nullable().meta({ description: 'Quantization, else precision, as written, e.g. Q4_K_M' }),
      licence: z.string().nullable().meta({ description: 'SPDX identifiers where the format has them' }),
      contextLength: z.number().int().nullable().meta({ description: 'Tokens' }),
    })
    .nullable(),
  uid: z.string().nullable(),
  createdAt: Time.nullable(),
  createdSource: FactSource.nullable(),
  sources: z.record(z.string(), FactSource).meta({ description: 'Fact → where it was read' }),
  confidence: z.record(z.string(), Confidence).meta({ description: 'Fact → how far its source can be relied on' }),
  findings: z.array(Finding),
});
export type Facts = z.infer<typeof Facts>;

export const Platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().nullable(),
  digest: Digest,
  size: z.number().int().nullable().meta({ description: 'Bytes to pull: config and layers; null until read' }),
});
export type Platform = z.infer<typeof Platform>;

/** Something attached to the image: a signature, an SBOM, an attestation. */
export const Referrer = z.object({
  digest: Digest.nullable(),
  artifactType: z.string(),
  source: z.enum(['index', 'tag', 'referrers']),
  tag: z.string().nullable(),
  subject: Digest.nullable(),
});
export type Referrer = z.infer<typeof Referrer>;

/** One place of an image: a tag, with the registry and the location where it stands. */
export const ImageTag = z.object({
  repositoryId: Id,
  repository: z.string(),
  registryId: Id,
  registry: z.string(),
  host: z.string().meta({ description: 'Address of the registry; oci-layout:/path for files' }),
  name: TagName,
  locationId: LocationId,
});
export type ImageTag = z.infer<typeof ImageTag>;

export const Image = z.object({
  digest: Digest,
  mediaType: z.string(),
  artifactType: z.string().nullable(),
  kind: Kind,
  facts: Facts,
  platforms: z.array(Platform),
  size: z.number().int().nullable(),
  annotations: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  environment: z
    .record(z.string(), z.string())
    .meta({ description: 'Variables that say what the image is; all others are never read' }),
  referrers: z.array(Referrer),
  packages: PackageSummary.nullable().meta({ description: 'null: no list of packages was read' }),
  tags: z.array(ImageTag).meta({ description: 'Where it stands now, at most 100' }),
  detail: z.enum(['manifest', 'config', 'platforms']).meta({ description: 'How deep it was read so far' }),
  state: ImageState,
  expiresAt: Time.nullish().meta({ description: 'When the approval ends' }),
  successor: Digest.nullish().meta({ description: 'Use this instead' }),
  decisions: z.array(Decision).meta({ description: 'The last 20, newest first' }),
  usedBy: z.array(ImageUsage).meta({ description: 'Where it runs, at most 100; all at /images/{digest}/used-by' }),
  verification: VerificationSummary.meta({ description: 'Whether a trusted key signed this digest' }),
  firstSeenAt: Time,
});
export type Image = z.infer<typeof Image>;

/** The answer to "read it deeper". */
export const ImageRead = Image.extend({
  packagesMessage: z.string().nullable().meta({ description: 'Why an SBOM that is there could not be read' }),
});
export type ImageRead = z.infer<typeof ImageRead>;
