/** Who may do what. Issue 5 adds roles and scopes; routes name permissions only, never roles. */
import type { Role } from './token.ts';

export const PERMISSIONS = [
  'public',
  'session',
  'library:read',
  'images:read-deeper',
  'registries:write',
  'rules:write',
  'models:write',
  'repositories:write',
  'hcp-tags:write',
  'scans:write',
  'agents:write',
  'tokens:manage',
  'webhooks:manage',
  'trust:write',
  'agents:report',
] as const;

/** `public` needs no identity; `session` needs one of any role. */
export type Permission = (typeof PERMISSIONS)[number];

export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: [
    'session',
    'library:read',
    'images:read-deeper',
    'registries:write',
    'rules:write',
    'models:write',
    'repositories:write',
    'hcp-tags:write',
    'scans:write',
    'agents:write',
    'tokens:manage',
    'webhooks:manage',
    'trust:write',
  ],
  viewer: ['session', 'library:read', 'images:read-deeper'],
  agent: ['session', 'agents:report'],
};

/** Whether a role holds a permission. `public` is held by everybody. */
export function roleMay(role: Role | null, permission: Permission): boolean {
  return permission === 'public' || (role !== null && ROLE_PERMISSIONS[role].includes(permission));
}
