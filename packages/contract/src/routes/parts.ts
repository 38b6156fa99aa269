/** What several lines of the route table are written with. */
import { z } from 'zod';
import { Digest, Id, TagName } from '../common.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const ById = z.strictObject({ id: Id });
export const ByDigest = z.strictObject({ digest: Digest });
export const ByTag = z.strictObject({ id: Id, name: TagName });

export const get = { method: 'GET', audit: null, status: 200 } as const;
export const post = { method: 'POST', status: 201 } as const;
export const patch = { method: 'PATCH', status: 200 } as const;
export const remove = { method: 'DELETE', status: 204 } as const;
