import type { Role } from '@pharos/contract';

export const ROLE_NAMES: Readonly<Record<Role, string>> = { admin: 'Administrator', viewer: 'Viewer', agent: 'Agent' };

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Reads the library and changes nothing.',
  admin: 'May do everything, also create tokens.',
  agent: 'For a Beacon Agent: reports what it read, and reads nothing of the library.',
};

const DAY = 86_400_000;

/** When a token ends, as the server takes it: undefined leaves the server's own default. */
export function expiryOf(days: string, now: number): string | null | undefined {
  if (days === '') return undefined;
  if (days === 'never') return null;
  return new Date(now + Number(days) * DAY).toISOString();
}
