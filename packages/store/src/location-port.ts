/** The port of the store: locations. */
import type { Location, Page, PageQuery } from '@pharos/contract';

export interface Locations {
  list(query: PageQuery, now: Date): Promise<Page<Location>>;
  has(id: string): Promise<boolean>;
  ensure(id: string, now: Date): Promise<void>;
}
