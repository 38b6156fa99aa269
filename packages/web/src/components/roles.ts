import type { Role, UserGrant, UserRole } from '@pharos/contract';

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  consumer: 'Consumer',
  curator: 'Curator',
  approver: 'Approver',
  admin: 'Administrator',
  agent: 'Agent',
};

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Reads the library and changes nothing.',
  consumer: 'Reads the library; for those who provision from it.',
  curator: 'Reads, and writes rules and READMEs; scans.',
  approver: 'Reads the library; for those who decide about images.',
  admin: 'May do everything; held everywhere, also people and tokens.',
  agent: 'For a Beacon Agent: reports what it read, and reads nothing of the library.',
};

export const USER_ROLES: readonly UserRole[] = ['viewer', 'consumer', 'curator', 'approver', 'admin'];

/** Where a role holds, for people: `everywhere`, `in eu-west`, `for edb/**`. */
export function scopeWords(scope: string): string {
  if (scope.startsWith('location:')) return `in ${scope.slice('location:'.length)}`;
  if (scope.startsWith('repositories:')) return `for ${scope.slice('repositories:'.length)}`;
  return 'everywhere';
}

export function grantWords({ role, scope }: UserGrant | { role: Role; scope: string }): string {
  return scope === 'everywhere' ? ROLE_NAMES[role] : `${ROLE_NAMES[role]} ${scopeWords(scope ?? 'everywhere')}`;
}
