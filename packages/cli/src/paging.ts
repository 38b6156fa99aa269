/** Reading lists page by page. */
import type { CommonOptions } from './command.ts';
import type { ListBody } from './output.ts';

export interface ListOptions extends CommonOptions {
  limit?: number;
  cursor?: string;
  all?: boolean;
}

type PageQuery = { limit?: number | undefined; cursor?: string | undefined };

/** One page as asked for, or with --all every page as one. */
export async function readPages<T>(
  { limit, cursor, all }: ListOptions,
  read: (query: PageQuery) => Promise<ListBody<T>>,
): Promise<ListBody<T>> {
  if (!all) return read({ limit, cursor });
  const items: T[] = [];
  for (let next: string | undefined; ; ) {
    const page = await read({ limit: 1000, cursor: next });
    for (const item of page.items) items.push(item);
    if (page.next === null) return { items, next: null, total: items.length };
    next = page.next;
  }
}
