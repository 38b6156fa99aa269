/** Server-sent events of GET /api/v1/events: hints to read again, and progress. `id` rises; `Last-Event-ID` is honoured. */
import { z } from 'zod';
import { Id } from './common.ts';
import { Scan } from './scan.ts';

export const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('scan'), scan: Scan }),
  z.object({ type: z.literal('repository'), id: Id, registryId: Id }),
  z.object({ type: z.literal('registry'), id: Id }),
  z.object({ type: z.literal('rule'), id: Id }),
  z.object({ type: z.literal('model'), id: Id }),
  z.object({ type: z.literal('receiver'), id: Id }),
  z.object({ type: z.literal('agent'), id: Id }),
  z.object({ type: z.literal('hcp-tag') }),
  z.object({ type: z.literal('activity') }),
  z.object({ type: z.literal('webhook'), id: Id }),
  z.object({ type: z.literal('image'), digest: z.string() }),
  z.object({ type: z.literal('model-service'), id: Id }),
  z.object({ type: z.literal('dispatch'), id: Id }),
  z.object({ type: z.literal('cluster'), id: Id }),
  z.object({ type: z.literal('approval') }),
  z.object({ type: z.literal('policy') }),
  z.object({ type: z.literal('reset') }),
]);
export type Event = z.infer<typeof Event>;
