/** What is asked of an OpenAI-compatible service, and what is read of its answers: hostile until it fits. */
import {
  SERVICE_FAILURES,
  type ServiceFailure,
  type ServiceProbe,
  type TryAnswer,
  type TryInput,
} from '@pharos/contract';
import { z } from 'zod';
import { type Ask, ask } from './door.ts';

const PROBE_MS = 10_000;
const TRY_MS = 60_000;
const MOST_MODELS = 100;
const MOST_TEXT = 20_000;

/** Where to ask, and with what. */
export interface Door {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
}

const Models = z.object({ data: z.array(z.object({ id: z.string().max(1000) })).max(10_000) });
const Chat = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: z.object({ total_tokens: z.number().int() }).nullish(),
});
const Embedding = z.object({
  data: z.array(z.object({ embedding: z.union([z.array(z.number()), z.string()]) })).min(1),
  usage: z.object({ total_tokens: z.number().int() }).nullish(),
});

/** Asks GET /v1/models, and whether the model is among them. Never rejects. */
export async function probeService(door: Door, now: Date, signal: AbortSignal): Promise<ServiceProbe> {
  const asked = await ask({ ...wayTo(door, '/v1/models'), method: 'GET', timeoutMs: PROBE_MS, signal });
  const checkedAt = now.toISOString();
  if (asked.code !== null) return { state: 'failed', ...words(asked.code), models: [], checkedAt };
  const read = Models.safeParse(asked.json);
  if (!read.success) return { state: 'failed', ...words('service-not-openai'), models: [], checkedAt };
  const ids = read.data.data.map(({ id }) => id);
  const models = ids.slice(0, MOST_MODELS).map((id) => id.slice(0, 300));
  if (!ids.includes(door.model)) return { state: 'failed', ...words('service-model-unknown'), models, checkedAt };
  return { state: 'ready', code: null, message: 'It answers, and has the model.', hint: '', models, checkedAt };
}

/** Asks one thing. Never rejects. */
export async function tryService(door: Door, input: TryInput, signal: AbortSignal): Promise<TryAnswer> {
  const began = performance.now();
  const path = input.kind === 'chat' ? '/v1/chat/completions' : '/v1/embeddings';
  const body =
    input.kind === 'chat'
      ? {
          model: door.model,
          messages: [{ role: 'user', content: input.text }],
          max_tokens: input.maxTokens,
          stream: false,
        }
      : { model: door.model, input: input.text, encoding_format: 'float' };
  const asked = await ask({ ...wayTo(door, path), method: 'POST', body, timeoutMs: TRY_MS, signal });
  const { status } = asked;
  const durationMs = Math.round(performance.now() - began);
  const nothing = { text: null, dimensions: null, tokens: null, durationMs };
  if (asked.code !== null) return { ok: false, status, ...words(asked.code), ...nothing };
  const read = input.kind === 'chat' ? chatOf(asked.json) : embeddingOf(asked.json);
  if (read === null) return { ok: false, status, ...words('service-not-openai'), ...nothing };
  return { ok: true, status, code: null, message: 'It answered.', hint: '', ...nothing, ...read };
}

function chatOf(json: unknown): { text: string; tokens: number | null } | null {
  const read = Chat.safeParse(json);
  if (!read.success) return null;
  const text = read.data.choices[0]!.message.content ?? '';
  return { text: text.slice(0, MOST_TEXT), tokens: read.data.usage?.total_tokens ?? null };
}

function embeddingOf(json: unknown): { dimensions: number; tokens: number | null } | null {
  const read = Embedding.safeParse(json);
  if (!read.success) return null;
  const { embedding } = read.data.data[0]!;
  // Some answer base64 of 32-bit floats, whatever they are asked for.
  const dimensions = typeof embedding === 'string' ? Buffer.from(embedding, 'base64').length / 4 : embedding.length;
  return { dimensions: Math.floor(dimensions), tokens: read.data.usage?.total_tokens ?? null };
}

function wayTo(
  { baseUrl, apiKey, allowHttp, allowPrivate }: Door,
  path: string,
): Pick<Ask, 'url' | 'apiKey' | 'allowHttp' | 'allowPrivate'> {
  return { url: new URL(`${baseUrl}${path}`), apiKey, allowHttp, allowPrivate };
}

export function words(code: ServiceFailure): { code: ServiceFailure; message: string; hint: string } {
  const [message, hint] = SERVICE_FAILURES[code];
  return { code, message, hint };
}
