/** Reading what somebody else's file holds. */
export type Values = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record at the end of the path; empty when there is none. */
export function recordAt(value: unknown, ...path: string[]): Values {
  let found: unknown = value;
  for (const key of path) found = isRecord(found) ? found[key] : undefined;
  return isRecord(found) ? found : {};
}

export function textAt(value: Values, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Texts of a list; one text counts as a list of it. */
export function textsAt(value: Values, key: string): string[] {
  const found = value[key];
  const list = Array.isArray(found) ? found : [found];
  return list.filter((each): each is string => typeof each === 'string' && each !== '');
}

export function recordsAt(value: Values, key: string): Values[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isRecord) : [];
}
