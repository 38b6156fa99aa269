/** OpenAI-compatible services that run elsewhere, and the console that asks one of them something. */
import { z } from 'zod';
import { DisplayName, Id, Time } from './common.ts';
import { PageQuery } from './page.ts';
import { secret } from './secret.ts';

const BaseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .max(2000)
  .meta({ description: 'Without /v1 at its end, user name, query or fragment' });

/** Write-only: no answer holds it. */
const ApiKey = secret(
  z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, 'must be one word of printable ASCII'),
);

export const ModelServiceInput = z.strictObject({
  kind: z.literal('external').default('external'),
  name: DisplayName,
  baseUrl: BaseUrl,
  model: z.string().trim().min(1).max(300).meta({ description: 'As the service names it; upper and lower case count' }),
  apiKey: ApiKey.nullable().default(null),
  allowHttp: z
    .boolean()
    .default(false)
    .meta({ description: 'Plain http: the key and all text can be read on the way' }),
  allowPrivate: z.boolean().default(false).meta({ description: 'Addresses of private networks and of this machine' }),
  deploymentId: Id.nullable().default(null).meta({ description: 'The deployment that answers at this address' }),
});
export type ModelServiceInput = z.infer<typeof ModelServiceInput>;

/** The address stays, for the key is bound to it. */
export const ModelServicePatch = z.strictObject({
  name: DisplayName.optional(),
  model: ModelServiceInput.shape.model.optional(),
  apiKey: ApiKey.nullable().optional(),
});
export type ModelServicePatch = z.infer<typeof ModelServicePatch>;

/** What came of asking GET /v1/models. */
export const ServiceProbe = z.object({
  state: z.enum(['ready', 'failed', 'unknown']),
  code: z.string().nullable(),
  message: z.string(),
  hint: z.string(),
  models: z.array(z.string()).meta({ description: 'That the service names, at most 100' }),
  checkedAt: Time.nullable(),
});
export type ServiceProbe = z.infer<typeof ServiceProbe>;

export const ModelService = z.object({
  id: Id,
  kind: z.literal('external'),
  name: z.string(),
  baseUrl: z.string(),
  model: z.string(),
  hasKey: z.boolean(),
  allowHttp: z.boolean(),
  allowPrivate: z.boolean(),
  deploymentId: Id.nullable(),
  probe: ServiceProbe,
  createdAt: Time,
  createdBy: z.string(),
  updatedAt: Time,
  updatedBy: z.string(),
});
export type ModelService = z.infer<typeof ModelService>;

export const ModelServiceQuery = PageQuery.extend({
  q: z.string().max(200).optional().meta({ description: 'Part of the name, the address or the model' }),
});
export type ModelServiceQuery = z.infer<typeof ModelServiceQuery>;

/** One bounded question. */
export const TryInput = z.strictObject({
  kind: z.enum(['chat', 'embedding']),
  text: z.string().min(1).max(16_384),
  maxTokens: z.number().int().min(1).max(1024).default(256).meta({ description: 'chat: of the answer' }),
});
export type TryInput = z.infer<typeof TryInput>;

export const TryAnswer = z.object({
  ok: z.boolean(),
  status: z.number().int().nullable().meta({ description: 'HTTP status; null: no answer came' }),
  code: z.string().nullable(),
  message: z.string(),
  hint: z.string(),
  text: z.string().nullable().meta({ description: 'chat: what the model said' }),
  dimensions: z.number().int().nullable().meta({ description: 'embedding: length of the vector' }),
  tokens: z.number().int().nullable().meta({ description: 'That the service counted for both ways' }),
  durationMs: z.number().int(),
});
export type TryAnswer = z.infer<typeof TryAnswer>;

/** Why a service did not answer as it should, in words and with the next step. Addresses are judged as those of webhooks. */
export const SERVICE_FAILURES = {
  'service-address-forbidden': [
    'The address is one that is never dialled (link-local, metadata, multicast, reserved).',
    'Give the service an address that other machines reach.',
  ],
  'service-address-private': [
    'The address is in a private network or on this machine.',
    'Allow private addresses for this service, if it is yours.',
  ],
  'service-plain-http': [
    'The address is plain http.',
    'Use https, or allow plain http for this service where nobody else listens.',
  ],
  'service-name-unknown': ['The name of the host is not known.', 'Check the spelling and the name server.'],
  'service-unreachable': [
    'No connection came about, or it broke.',
    'Check that the service runs and that a firewall lets Pharos through.',
  ],
  'service-tls-failed': [
    'The certificate of the service is not trusted.',
    'Give it a certificate for this name by a known CA, or start Pharos with NODE_EXTRA_CA_CERTS.',
  ],
  'service-timed-out': ['No whole answer came in time.', 'Look whether the model is loaded and how busy it is.'],
  'service-redirected': [
    'It answered with a redirect, which is not followed.',
    'Register the address it redirects to.',
  ],
  'service-key-refused': ['It refused the key.', 'Enter a key that the service accepts.'],
  'service-refused': ['It did not answer with a status of 200 to 299.', 'Look at the log of the service.'],
  'service-too-large': ['Its answer is larger than what is read.', 'Ask for less, or ask the service itself.'],
  'service-not-openai': [
    'Its answer is not one of an OpenAI-compatible service.',
    'Give the address without /v1, of a service that answers GET /v1/models.',
  ],
  'service-model-unknown': [
    'The service names no such model.',
    'Choose one of the models that it names; upper and lower case count.',
  ],
} as const satisfies Record<string, readonly [message: string, hint: string]>;
export type ServiceFailure = keyof typeof SERVICE_FAILURES;
