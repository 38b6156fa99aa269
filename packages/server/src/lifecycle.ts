/** Tags with what is known of how long they are maintained, and of newer ones: one question to the store for a page. */
import type { Lifecycle, Page, Tag } from '@pharos/contract';
import { lifecycleOf, lifecycleTags } from '@pharos/library';
import type { Context } from './context.ts';

export async function withLifecycles<T extends Tag>({ store, now }: Context, page: Page<T>): Promise<Page<T>> {
  const newer = await store.tags.newer(page.items);
  const time = now();
  const items = page.items.map((tag, index) =>
    judged(tag, lifecycleOf(tag.version, tag.engine, tag.version?.os ?? null, time, newer[index])),
  );
  return { ...page, items };
}

/** One tag: its image says more of the base than the tag's name, which is all that a list looks at. */
export async function withLifecycle<T extends Tag>({ store, now }: Context, tag: T): Promise<T> {
  const [newer] = await store.tags.newer([tag]);
  const os = tag.version?.os ?? (await store.images.get(tag.digest))?.facts.os ?? null;
  return judged(tag, lifecycleOf(tag.version, tag.engine, os, now(), newer));
}

function judged<T extends Tag>(tag: T, lifecycle: Lifecycle | null): T {
  return { ...tag, lifecycle, systemTags: [...tag.systemTags, ...lifecycleTags(lifecycle, tag.version)] };
}
