/**
 * What agents say is read as far as it is known. A newer agent may say more: what a schema does not name is left out, where people's
 * inputs are refused for it. So an agent that was updated first goes on working, and what it has to say beyond that
 * is not lost for ever, for agents say everything again. The size of a body bounds it.
 */
import { z } from 'zod';

/**
 * The same schema, which ignores unknown fields at every depth. `exact` schemas are left as they are: where an unknown field
 * changes what the known ones mean, ignoring it would be a guess.
 */
export function told<S extends z.ZodType>(schema: S, exact: readonly z.ZodType[] = []): S {
  return tolerant(schema, new Set(exact), new Map()) as S;
}

type Seen = Map<z.ZodType, z.ZodType>;

function tolerant(schema: z.ZodType, exact: ReadonlySet<z.ZodType>, seen: Seen): z.ZodType {
  const before = seen.get(schema);
  if (before !== undefined) return before;
  const made = exact.has(schema) ? schema : remade(schema, (inner) => tolerant(inner, exact, seen));
  seen.set(schema, made);
  return made;
}

function remade(schema: z.ZodType, inside: (inner: z.ZodType) => z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, inner]) => [key, inside(inner)]),
    );
    return like(schema, { ...schema.def, shape, catchall: undefined });
  }
  if (schema instanceof z.ZodArray)
    return like(schema, { ...schema.def, element: inside(schema.element as z.ZodType) });
  if (schema instanceof z.ZodRecord) {
    return like(schema, { ...schema.def, valueType: inside(schema.valueType as z.ZodType) });
  }
  if (schema instanceof z.ZodUnion) {
    return like(schema, { ...schema.def, options: (schema.options as z.ZodType[]).map(inside) });
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly
  ) {
    return like(schema, { ...schema.def, innerType: inside(schema.def.innerType as z.ZodType) });
  }
  return schema;
}

/** With its checks and its description, which belong to the schema that it was made from. */
function like(schema: z.ZodType, def: object): z.ZodType {
  return z.core.clone(schema as never, def as never, { parent: true } as never) as unknown as z.ZodType;
}
