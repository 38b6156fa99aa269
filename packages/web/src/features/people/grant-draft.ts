import type { UserGrant, UserRole } from '@pharos/contract';

export type Where = 'everywhere' | 'location' | 'repositories';

export const WHERE_WORDS: Readonly<Record<Where, string>> = {
  everywhere: 'everywhere',
  location: 'in the location',
  repositories: 'for repositories',
};

/** A role as it stands in the form. */
export interface GrantDraft {
  readonly key: number;
  readonly role: UserRole;
  readonly where: Where;
  readonly text: string;
}

let lastKey = 0;

export function newGrant(): GrantDraft {
  lastKey += 1;
  return { key: lastKey, role: 'viewer', where: 'everywhere', text: '' };
}

export function draftsOf(grants: readonly UserGrant[]): GrantDraft[] {
  return grants.map(({ role, scope = 'everywhere' }) => {
    const [, where, text] = /^(location|repositories):(.*)$/s.exec(scope) ?? [];
    return { ...newGrant(), role, where: (where ?? 'everywhere') as Where, text: text ?? '' };
  });
}

export function grantsOf(drafts: readonly GrantDraft[]): UserGrant[] {
  return drafts.map(({ role, where, text }) => ({
    role,
    scope: where === 'everywhere' ? where : `${where}:${text.trim()}`,
  }));
}
