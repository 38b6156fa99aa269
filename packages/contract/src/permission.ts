/** Who may do what, and where. Routes name permissions only, never roles. */
import type { Role } from './token.ts';

export const PERMISSIONS = [
  'public',
  'session',
  'library:read',
  'images:read-deeper',
  'registries:write',
  'rules:write',
  'repositories:write',
  'models:write',
  'hcp-tags:write',
  'scans:write',
  'agents:write',
  'tokens:manage',
  'users:manage',
  'webhooks:manage',
  'trust:write',
  'images:decide',
  'approval-rules:write',
  'policies:write',
  'clusters:write',
  'model-services:write',
  'audit:read',
  'secrets:manage',
  'agents:report',
] as const;

/** `public` needs no identity; `session` needs one of any role. */
export type Permission = (typeof PERMISSIONS)[number];

const READS: readonly Permission[] = ['session', 'library:read', 'images:read-deeper'];

/** An administrator has every permission but the one to pass for an agent: a new permission needs no line here. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  viewer: READS,
  consumer: [...READS, 'clusters:write', 'model-services:write'],
  curator: [...READS, 'rules:write', 'repositories:write', 'hcp-tags:write', 'models:write', 'scans:write'],
  approver: [...READS, 'images:decide', 'policies:write', 'audit:read'],
  admin: PERMISSIONS.filter((permission) => permission !== 'public' && permission !== 'agents:report'),
  agent: ['session', 'agents:report'],
};

/**
 * What a role may give where it holds for a location or for repositories only. What is not here is given to those who
 * hold their role everywhere: a new permission is closed to the others until its routes say which row they touch.
 */
export const SCOPED_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  'library:read',
  'images:read-deeper',
  'registries:write',
  'rules:write',
  'repositories:write',
  'scans:write',
  'agents:write',
  'images:decide',
  'clusters:write',
  'model-services:write',
]);

/** Whether a role, held everywhere, has a permission. `public` is held by everybody. */
export function roleMay(role: Role | null, permission: Permission): boolean {
  return permission === 'public' || (role !== null && ROLE_PERMISSIONS[role].includes(permission));
}
