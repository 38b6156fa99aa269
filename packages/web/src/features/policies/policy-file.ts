/** A policy as the file that `pharos policies` reads. */
import { PolicySpec } from '@pharos/contract';
import { parse, stringify } from 'yaml';

/** Without what goes without saying, so that the file says what somebody would write. */
export function fileOf({ name, description, effect, mode, enabled, scope, requirements }: PolicySpec): string {
  const narrow = Object.fromEntries(Object.entries(scope).filter(([, list]) => list.length > 0));
  const said = {
    name,
    ...(description === '' ? {} : { description }),
    ...{ effect, mode },
    ...(enabled ? {} : { enabled }),
    ...(Object.keys(narrow).length === 0 ? {} : { scope: narrow }),
    requirements,
  };
  return stringify(said, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What a file holds; `problem`: it is no YAML, or not a mapping. What it holds may still be no policy. */
export function readFile(text: string): { readonly value: unknown; readonly problem: string | null } {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 });
    const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMapping
      ? { value, problem: null }
      : { value: null, problem: 'It has to be a mapping that begins with name: …' };
  } catch (error) {
    return { value: null, problem: (error as Error).message.split('\n')[0] ?? 'It is no YAML.' };
  }
}

/** The policy with what goes without saying, or null. */
export const policyOf = (value: unknown): PolicySpec | null => PolicySpec.safeParse(value).data ?? null;
