/** Admission control: what agents are told, what they decided, and what would be decided. */
import { z } from 'zod';
import { Id, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';

/** `enforce` refuses; `audit` admits with warnings, and counts what it would have refused. */
export const AdmissionMode = z.enum(['enforce', 'audit']);
export type AdmissionMode = z.infer<typeof AdmissionMode>;

/** What was found of one image. */
export const AdmissionCode = z.enum([
  'approved',
  'deprecated',
  'tag-moved',
  'unchanged',
  'pending',
  'rejected',
  'revoked',
  'unknown',
  'tag-moves',
  'unreadable',
  'no-snapshot',
]);
export type AdmissionCode = z.infer<typeof AdmissionCode>;

export const AdmissionVerdict = z.object({
  path: z.string().meta({ description: 'Field of the object, e.g. spec.containers[0].image' }),
  name: z.string().meta({ description: 'Container, or field' }),
  image: z.string(),
  digest: z.string().nullable().meta({ description: 'What it names; null where the library cannot say' }),
  state: ImageState.or(z.literal('unknown')).nullable().meta({ description: 'null: it was not looked up' }),
  outcome: z.enum(['admitted', 'warned', 'refused']),
  code: AdmissionCode,
  message: z.string(),
});
export type AdmissionVerdict = z.infer<typeof AdmissionVerdict>;

/**
 * What is signed of a snapshot, as JSON text. A field that an agent does not know is ignored: one that changes what the others
 * mean comes with another version, which is refused.
 */
export const SnapshotHeader = z.object({
  version: z.literal(1),
  serverEpoch: z.string(),
  locationId: LocationId,
  generation: z.number().int().min(1).meta({ description: 'Rises with every change' }),
  issuedAt: Time,
  contentSha256: z.string().regex(/^[a-f0-9]{64}$/),
});
export type SnapshotHeader = z.infer<typeof SnapshotHeader>;

export const SnapshotQuery = z.strictObject({
  agentId: Id,
  generation: z.coerce.number().int().min(0).default(0).meta({ description: 'The newest that the agent ever had' }),
  contentSha256: z.string().max(64).default('').meta({ description: 'What it holds: the content is left out then' }),
});

/** Signed by the control plane: Ed25519 over `pharos/admission/v1\n` and the header's text. */
export const AdmissionSnapshot = z.object({
  publicKey: z.string().max(200).meta({ description: 'Raw Ed25519 key, base64url; agents keep the first they meet' }),
  header: z.string().max(2000).meta({ description: 'JSON text of SnapshotHeader, as it was signed' }),
  signature: z.string().max(200).meta({ description: 'base64url' }),
  content: z.string().nullable().meta({ description: 'base64 of gzip of the lines; null: the agent holds it' }),
});
export type AdmissionSnapshot = z.infer<typeof AdmissionSnapshot>;

/** What is signed of a header. */
export function signedSnapshotText(header: string): string {
  return `pharos/admission/v1\n${header}`;
}

const Short = z.string().max(253);

/** One kind of refusal, however often it came: a controller tries again and again. */
export const ReportedRefusal = z.strictObject({
  operation: z.string().max(20),
  namespace: Short.meta({ description: "'' for what stands in none" }),
  kind: z.string().max(200).meta({ description: 'Kind and group, e.g. Pod or Cluster.postgresql.cnpg.io' }),
  name: Short.meta({ description: 'Name, or its beginning where the API server makes it up' }),
  user: z.string().max(256).meta({ description: 'Who asked, as the API server knows them' }),
  image: z.string().max(1024),
  path: z.string().max(500),
  digest: z.string().max(140).nullable(),
  state: AdmissionVerdict.shape.state,
  code: AdmissionCode.nullable().meta({ description: 'null: it was about the object as a whole' }),
  message: z.string().max(1000),
  mode: AdmissionMode.meta({ description: 'audit: it was admitted all the same' }),
  count: z.number().int().min(1),
  firstAt: Time,
  lastAt: Time,
});
export type ReportedRefusal = z.infer<typeof ReportedRefusal>;

/** How admission control of one agent stands. Counts are since `startedAt`. */
const Status = {
  mode: AdmissionMode,
  state: z.enum(['ok', 'stale', 'missing']).meta({
    description: 'stale: the snapshot is older than it may be; missing: there is none. Both refuse everything new.',
  }),
  message: z.string().max(1000),
  generation: z.number().int().min(0),
  issuedAt: Time.nullable().meta({ description: 'When the control plane last said so' }),
  images: z.number().int().min(0).meta({ description: 'Images with a decision in the snapshot' }),
  maxAgeSeconds: z.number().int().min(1),
  pinTags: z.boolean(),
  exemptNamespaces: z.array(z.string().max(63)).max(100),
  startedAt: Time,
  admitted: z.number().int().min(0),
  warned: z.number().int().min(0),
  refused: z.number().int().min(0),
  audited: z.number().int().min(0).meta({ description: 'Admitted by audit mode alone' }),
  exempted: z.number().int().min(0),
};

export const AdmissionReport = z.strictObject({
  agentId: Id,
  reportId: Id.meta({ description: 'Sent twice counts once' }),
  ...Status,
  refusals: z.array(ReportedRefusal).max(100),
  dropped: z.number().int().min(0).meta({ description: 'Further refusals that there was no room for' }),
});
export type AdmissionReport = z.infer<typeof AdmissionReport>;

export const AdmissionStatus = z.object({
  agentId: Id,
  agent: z.string(),
  locationId: LocationId,
  ...Status,
  reportedAt: Time,
});
export type AdmissionStatus = z.infer<typeof AdmissionStatus>;

export const AdmissionRefusal = ReportedRefusal.extend({
  id: z.number().int(),
  locationId: LocationId,
  agentId: Id.nullable(),
});
export type AdmissionRefusal = z.infer<typeof AdmissionRefusal>;

export const AdmissionRefusalQuery = PageQuery.extend({ locationId: LocationId.optional() });

/** Objects as they would be sent to the API server. */
export const AdmissionCheck = z.strictObject({
  locationId: LocationId,
  objects: z.array(z.record(z.string(), z.unknown())).min(1).max(500),
});

export const AdmissionAnswer = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  outcome: z.enum(['admitted', 'warned', 'refused', 'not-looked-at']).meta({
    description: 'not-looked-at: nothing of this kind runs an image by itself, as far as Pharos knows',
  }),
  message: z.string(),
  verdicts: z.array(AdmissionVerdict),
  pins: z
    .array(z.object({ path: z.string(), value: z.string() }))
    .meta({ description: 'What the mutating webhook would write' }),
});
export type AdmissionAnswer = z.infer<typeof AdmissionAnswer>;

export const AdmissionChecked = z.object({
  generation: z.number().int(),
  items: z.array(AdmissionAnswer),
});
export type AdmissionChecked = z.infer<typeof AdmissionChecked>;
