/** Roles on the command line: `curator`, or `curator@location:eu-west`. */
import { UserGrant } from '@pharos/contract';
import { InvalidArgumentError } from 'commander';

/** Parser of an option that may be given more than once. */
export function grantOption(text: string, before: UserGrant[] | undefined): UserGrant[] {
  const at = text.indexOf('@');
  const written = at < 0 ? { role: text } : { role: text.slice(0, at), scope: text.slice(at + 1) };
  const grant = UserGrant.safeParse(written);
  if (!grant.success) {
    throw new InvalidArgumentError('It must be ROLE, ROLE@location:ID or ROLE@repositories:PATTERN.');
  }
  return [...(before ?? []), grant.data];
}

/** Roles as they are written above. */
export function grantWords(grants: readonly UserGrant[]): string {
  return grants.map(({ role, scope }) => (scope === 'everywhere' ? role : `${role}@${scope}`)).join(', ');
}

export const GRANT_HELP = `
Roles: viewer reads; consumer reads, and will provision from approved images; curator writes rules, READMEs and labels;
approver reads, and will decide; admin does everything. A role holds everywhere, or after "@" in a location
(curator@location:eu-west) or for repositories by a glob (viewer@repositories:edb/**).`;
