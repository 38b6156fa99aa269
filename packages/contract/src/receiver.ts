/**
 * Notifications of registries: an address per registry that a product tells of pushes. What it says is a hint to read a
 * repository again, never a fact; the agent reads with its own credentials.
 */
import { z } from 'zod';
import { Id, Time } from './common.ts';
import { PageQuery } from './page.ts';
import type { Provider } from './registry.ts';

export const RECEIVER_SOURCES = [
  'distribution',
  'acr',
  'acr-event-grid',
  'ecr',
  'gar',
  'harbor',
  'quay',
  'dockerhub',
  'github',
  'jfrog',
  'nexus',
  'zot',
  'cloudsmith',
] as const;
export const ReceiverSource = z.enum(RECEIVER_SOURCES);
export type ReceiverSource = z.infer<typeof ReceiverSource>;

/** `header`: sends the secret in a header; `signature`: signs the body with it; `url`: has the secret in its address. */
export const ReceiverProof = z.enum(['header', 'signature', 'url']);
export type ReceiverProof = z.infer<typeof ReceiverProof>;

/** Name for people, how the product proves itself, and whose registries send so. */
export const RECEIVER_KINDS: Readonly<
  Record<ReceiverSource, { name: string; proof: ReceiverProof; providers: readonly Provider[] }>
> = {
  distribution: { name: 'CNCF Distribution', proof: 'header', providers: ['oci', 'gitlab'] },
  acr: { name: 'Azure Container Registry webhook', proof: 'header', providers: ['acr'] },
  'acr-event-grid': { name: 'Azure Event Grid', proof: 'url', providers: [] },
  ecr: { name: 'Amazon ECR by EventBridge', proof: 'header', providers: ['ecr'] },
  gar: { name: 'Google Artifact Registry by Pub/Sub', proof: 'url', providers: ['gar'] },
  harbor: { name: 'Harbor', proof: 'header', providers: ['harbor'] },
  quay: { name: 'Quay', proof: 'url', providers: ['quay'] },
  dockerhub: { name: 'Docker Hub', proof: 'url', providers: ['dockerhub'] },
  github: { name: 'GitHub Packages (GHCR)', proof: 'signature', providers: ['ghcr'] },
  jfrog: { name: 'JFrog Artifactory', proof: 'signature', providers: ['artifactory'] },
  nexus: { name: 'Sonatype Nexus', proof: 'signature', providers: ['nexus'] },
  zot: { name: 'zot', proof: 'header', providers: ['zot'] },
  cloudsmith: { name: 'Cloudsmith', proof: 'signature', providers: ['cloudsmith'] },
};

/** What a registry of this provider most likely sends; Distribution's form where nothing better is known. */
export function sourceOfProvider(provider: Provider): ReceiverSource {
  return RECEIVER_SOURCES.find((source) => RECEIVER_KINDS[source].providers.includes(provider)) ?? 'distribution';
}

export const DeliveryOutcome = z.enum(['queued', 'done', 'failed', 'ignored']);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/** What one delivery said of one repository, and what came of it. */
export const Delivery = z.object({
  id: Id,
  receiverId: Id,
  receivedAt: Time,
  event: z.string().meta({ description: "The sender's word for it" }),
  repository: z.string().nullable().meta({ description: 'As the library calls it, else as the sender does' }),
  repositoryId: Id.nullable().meta({ description: 'null: not a repository of this library' }),
  tags: z.array(z.string()).meta({ description: 'The first 100' }),
  outcome: DeliveryOutcome,
  message: z.string().meta({ description: 'What came of it, or why nothing did' }),
  requests: z.number().int().nullable().meta({ description: 'Requests that reading took' }),
  finishedAt: Time.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const Receiver = z.object({
  id: Id,
  registryId: Id,
  registry: z.string(),
  source: ReceiverSource,
  proof: ReceiverProof,
  path: z.string().meta({ description: 'Where the sender posts to; a secret address is shown without its secret' }),
  createdAt: Time,
  rotatedAt: Time.meta({ description: 'When the secret was made' }),
  lastDelivery: z.object({ receivedAt: Time, outcome: DeliveryOutcome }).nullable(),
  lastRefusedAt: Time.nullable().meta({
    description: 'When a request last came without the right secret or signature, to the minute',
  }),
});
export type Receiver = z.infer<typeof Receiver>;

export const ReceiverInput = z.strictObject({ registryId: Id, source: ReceiverSource });
export type ReceiverInput = z.infer<typeof ReceiverInput>;

/** The secret and the address to paste, shown this once. */
export const ReceiverCreated = Receiver.extend({
  secret: z.string().meta({ description: 'Shown this once' }),
  url: z.string().meta({ description: 'Path to paste behind the address of Pharos; holds the secret where it must' }),
});
export type ReceiverCreated = z.infer<typeof ReceiverCreated>;

export const ReceiverQuery = PageQuery.extend({ registryId: Id.optional() });
export const DeliveryQuery = PageQuery.extend({ outcome: DeliveryOutcome.optional() });
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

/** The answer to a sender. */
export const DeliveryAnswer = z.object({
  status: z.enum(['accepted', 'ignored']),
  validationResponse: z.string().optional().meta({ description: "Azure Event Grid's handshake" }),
});
export type DeliveryAnswer = z.infer<typeof DeliveryAnswer>;
