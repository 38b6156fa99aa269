/** Azure Event Grid, in its own schema or as CloudEvents. */
import { z } from 'zod';
import { AcrEvent, acrNotice } from './acr.ts';
import { BY_ADDRESS, type Notice, nothing, type Source } from './source.ts';

const GridEvent = z.object({
  id: z.string(),
  eventType: z.string().optional(),
  type: z.string().optional().meta({ description: 'CloudEvents call it so' }),
  data: z.unknown(),
});
const Batch = z.union([z.array(GridEvent).max(1_000), GridEvent.transform((one) => [one])]);
const Validation = z.object({ validationCode: z.string().max(500) });

export const acrEventGrid: Source = {
  ...BY_ADDRESS,
  read(document) {
    const batch = Batch.safeParse(document);
    if (!batch.success) return null;
    for (const { id, eventType, data } of batch.data) {
      if (eventType !== 'Microsoft.EventGrid.SubscriptionValidationEvent') continue;
      const asked = Validation.safeParse(data);
      if (!asked.success) return null;
      const notices = [
        nothing('SubscriptionValidation', 'Event Grid asked whether this address wants its events.', id),
      ];
      return { notices, validationResponse: asked.data.validationCode };
    }
    return { notices: batch.data.map(noticeOf) };
  },
};

function noticeOf({ id, eventType, type, data }: z.infer<typeof GridEvent>): Notice {
  const name = eventType ?? type ?? 'event';
  if (!/^Microsoft\.ContainerRegistry\.Image(?:Pushed|Deleted)$/.test(name)) return nothing(name, 'It is no push.', id);
  const event = AcrEvent.safeParse(data);
  return event.success ? { ...acrNotice(event.data), event: name, id } : nothing(name, 'It names no repository.', id);
}
