/** The route table: the keys that secrets rest under. */
import { Encryption } from '../encryption.ts';
import type { Route } from '../route.ts';
import { get, post } from './parts.ts';

export const encryptionRoutes = {
  getEncryption: {
    ...get,
    path: '/encryption',
    permission: 'secrets:manage',
    group: 'encryption',
    summary: 'Keys that stored secrets rest under, by id, with how many each seals',
    response: Encryption,
  },
  rotateEncryptionKey: {
    ...post,
    status: 200,
    path: '/encryption/rotate',
    permission: 'secrets:manage',
    audit: 'encryption.rotate',
    group: 'encryption',
    summary: 'Make a new key, and put every stored secret under it',
    response: Encryption,
  },
  forgetEncryptionKeys: {
    ...post,
    status: 200,
    path: '/encryption/forget',
    permission: 'secrets:manage',
    audit: 'encryption.forget',
    group: 'encryption',
    summary: 'Drop older keys that seal nothing any more; backups from before need them',
    response: Encryption,
  },
} as const satisfies Record<string, Route>;
