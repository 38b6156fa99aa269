/** Lists: opaque cursors, `limit` ≤ 1000, default 50. */
import { z } from 'zod';

/** Query parameters that every list takes. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(2000).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** `{ items, next, total }` of one resource; `totalIsEstimate` appears above 10,000 rows. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Cursor of the next page, null at the end' }),
    total: z.number().int(),
    totalIsEstimate: z.boolean().optional(),
  });

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
  totalIsEstimate?: boolean | undefined;
}
