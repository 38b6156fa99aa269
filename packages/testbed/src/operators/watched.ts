/**
 * Fields that a reader never asked for. The validators that npm carries are compiled, and let unknown fields pass; each asks
 * for every field of its schema and for no other, so what it left alone is what an API server calls an unknown field.
 */

/** Paths like `/spec/imagName`, in the order of the value. `read` gets a copy that tells what is read of it. */
export function unreadFields(value: object, read: (watched: object) => void): string[] {
  const asked = new Map<object, Set<string>>();
  read(watch(value, asked));
  return unread(value, '', asked);
}

function watch<T extends object>(value: T, asked: Map<object, Set<string>>): T {
  const keys = asked.get(value) ?? new Set();
  asked.set(value, keys);
  return new Proxy(value, {
    get(target, key, receiver) {
      if (typeof key === 'string') keys.add(key);
      const found: unknown = Reflect.get(target, key, receiver);
      return typeof found === 'object' && found !== null ? watch(found, asked) : found;
    },
  });
}

function unread(value: object, path: string, asked: Map<object, Set<string>>): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const here = `${path}/${key}`;
    if (!asked.get(value)?.has(key)) return [here];
    return typeof inner === 'object' && inner !== null ? unread(inner, here, asked) : [];
  });
}
