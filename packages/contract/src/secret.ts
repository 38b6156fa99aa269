/** Which fields hold a secret: said at the schema, so that whatever writes an input down can leave it out. */
import { z } from 'zod';

const secrets = z.registry<{ readonly secret: true }>();

/** Marks a schema as that of a secret. Mark last: a schema made from it (`.optional()`) is another one, around it. */
export function secret<T extends z.ZodType>(schema: T): T {
  secrets.add(schema, { secret: true });
  return schema;
}

/** What stands in place of a secret. */
export const REDACTED = '[secret]';

const LONGEST_TEXT = 500;
const MOST_ITEMS = 50;
const DEEPEST = 12;

/**
 * An input as it may be written down: only what the schema names, without what it marks as secret, texts and lists cut.
 * Undefined: nothing of it may.
 */
export function withoutSecrets(schema: z.ZodType, value: unknown): unknown {
  return shown([schema], value, DEEPEST);
}

/** A part that any of the alternatives calls secret is one: which of them was meant is not asked. */
function shown(schemas: readonly z.ZodType[], value: unknown, depth: number): unknown {
  if (value === undefined || depth === 0) return undefined;
  const leaves: z.ZodType[] = [];
  let isSecret = false;
  for (const schema of schemas) if (unfold(schema, leaves, DEEPEST)) isSecret = true;
  if (isSecret) return value === null ? null : REDACTED;
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) {
    const elements = leaves.flatMap((leaf) => (leaf instanceof z.ZodArray ? [leaf.element as z.ZodType] : []));
    if (elements.length === 0) return undefined;
    const items = value.slice(0, MOST_ITEMS).map((item) => shown(elements, item, depth - 1) ?? null);
    return value.length > MOST_ITEMS ? [...items, `… ${value.length - MOST_ITEMS} more`] : items;
  }
  if (typeof value !== 'object') return undefined;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const inside = leaves.flatMap((leaf) => partOf(leaf, key));
    const part = inside.length === 0 ? undefined : shown(inside, inner, depth - 1);
    return part === undefined ? [] : [[key, part] as const];
  });
  return Object.fromEntries(entries);
}

function partOf(leaf: z.ZodType, key: string): z.ZodType[] {
  if (leaf instanceof z.ZodObject) {
    const shape = leaf.shape as Record<string, z.ZodType>;
    return Object.hasOwn(shape, key) ? [shape[key] as z.ZodType] : [];
  }
  return leaf instanceof z.ZodRecord ? [leaf.valueType as z.ZodType] : [];
}

/** Adds what is inside wrappers and unions to `leaves`; true when one of them is a secret. */
function unfold(schema: z.ZodType, leaves: z.ZodType[], depth: number): boolean {
  if (secrets.has(schema)) return true;
  if (depth === 0) return false;
  const inner = innerOf(schema);
  if (inner === null) {
    leaves.push(schema);
    return false;
  }
  // Every alternative is looked at, also behind one that is secret.
  return inner.map((each) => unfold(each, leaves, depth - 1)).includes(true);
}

function innerOf(schema: z.ZodType): z.ZodType[] | null {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch
  ) {
    return [schema.unwrap() as z.ZodType];
  }
  if (schema instanceof z.ZodUnion) return schema.options as z.ZodType[];
  if (schema instanceof z.ZodIntersection) return [schema.def.left as z.ZodType, schema.def.right as z.ZodType];
  if (schema instanceof z.ZodPipe) return [schema.in as z.ZodType, schema.out as z.ZodType];
  if (schema instanceof z.ZodLazy) return [schema.unwrap() as z.ZodType];
  return null;
}
