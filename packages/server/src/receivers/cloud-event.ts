/** CloudEvents 1.0 over HTTP: everything in the body, or the data in the body and the rest in `ce-` headers. */
import { z } from 'zod';
import { header, type Incoming } from './source.ts';

const Structured = z.object({ specversion: z.string(), id: z.string(), type: z.string(), data: z.unknown() });

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** null: it is none. */
export function cloudEventOf(document: unknown, incoming: Incoming): CloudEvent | null {
  const [id, type] = [header(incoming, 'ce-id'), header(incoming, 'ce-type')];
  if (id !== null && type !== null) return { id, type, data: document };
  const event = Structured.safeParse(document);
  return event.success ? event.data : null;
}
