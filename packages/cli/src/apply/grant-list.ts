/** Roles of files: `curator@location:eu-west` as on the command line, or as the API has them. */
import { parseGrant } from '../grants.ts';
import type { Reader } from './reader.ts';

/** The entry with `grants` as the API has them; what is no role stays, for the schema to refuse. */
export function withGrants(reader: Reader): Record<string, unknown> {
  const { grants } = reader.value;
  if (!Array.isArray(grants)) return reader.value;
  const read = grants.map((one: unknown, index) => {
    if (typeof one !== 'string') return one;
    const grant = parseGrant(one);
    if (grant !== null) return grant;
    reader.problem(['grants', index], `"${one}" must be ROLE, ROLE@location:ID or ROLE@repositories:PATTERN.`);
    return undefined;
  });
  return { ...reader.value, grants: read.filter((one) => one !== undefined) };
}
