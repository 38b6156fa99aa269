import type { Receiver } from '@pharos/contract';

/** Whether the last thing that came was refused: then the sender most likely has a wrong secret. */
export function isRefusedLast({
  lastDelivery,
  lastRefusedAt,
}: Pick<Receiver, 'lastDelivery' | 'lastRefusedAt'>): boolean {
  if (lastRefusedAt === null) return false;
  return lastDelivery === null || Date.parse(lastRefusedAt) > Date.parse(lastDelivery.receivedAt);
}
