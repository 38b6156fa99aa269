/** Roles on the command line: `curator`, or `curator@location:eu-west`. */
import { UserGrant } from '@pharos/contract';
import { InvalidArgumentError } from 'commander';

/** null: it is no role. */
export function parseGrant(text: string): UserGrant | null {
  const at = text.indexOf('@');
  const written = at < 0 ? { role: text } : { role: text.slice(0, at), scope: text.slice(at + 1) };
  return UserGrant.safeParse(written).data ?? null;
}

/** Parser of an option that may be given more than once. */
export function grantOption(text: string, before: UserGrant[] | undefined): UserGrant[] {
  const grant = parseGrant(text);
  if (grant !== null) return [...(before ?? []), grant];
  throw new InvalidArgumentError('It must be ROLE, ROLE@location:ID or ROLE@repositories:PATTERN.');
}

/** One role as it is written above. */
export function grantWord({ role, scope }: UserGrant): string {
  return scope === 'everywhere' ? role : `${role}@${scope}`;
}

/** Roles as they are written above. */
export function grantWords(grants: readonly UserGrant[]): string {
  return grants.map(grantWord).join(', ');
}

export const GRANT_HELP = `
Roles: viewer reads; consumer reads, and makes databases and model services from approved images; curator reads, and writes
rules, READMEs, labels and facts of models; approver reads, decides and writes policies; admin does everything. A role holds everywhere, or after "@" in a location
(curator@location:eu-west) or for repositories by a glob (viewer@repositories:edb/**).`;
