/** The shape of one line of the route table. */
import type { z } from 'zod';
import type { Permission } from './permission.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * Which row a change touches, so that a role that holds for a location or for repositories can be held against it. The
 * words before `new-` take it from the path, `new-…` and `scan-request` from the body; `server/src/row.ts` loads it. An
 * image stands in several places: `seen-image` and `new-request` ask for one of them, the others for every one. `catalog` is
 * named in the path and its location in the body; without that, one among those of the name where the permission is held.
 */
export type RouteRow =
  | 'repository'
  | 'registry'
  | 'new-registry'
  | 'rule'
  | 'new-rule'
  | 'receiver'
  | 'new-receiver'
  | 'scan-request'
  | 'agent'
  | 'location'
  | 'model-deployment'
  | 'new-model-deployment'
  | 'cluster'
  | 'new-cluster'
  | 'catalog'
  | 'image'
  | 'seen-image'
  | 'new-decisions'
  | 'new-request';

export interface Route {
  readonly method: Method;
  /** Below `/api/v1`, with `{name}` for parameters; `root: true` puts it beside the API instead. */
  readonly path: string;
  readonly root?: true;
  /** Mandatory: the server does not start with a route that has none. */
  readonly permission: Permission;
  /**
   * The row that a change touches. Without it the permission must be held everywhere, which is right for what is nobody's in
   * particular and safe for what is forgotten. Reads (`audit: null`) need none: what they find is filtered under them.
   */
  readonly row?: RouteRow;
  /** Name of the audit event of a route that changes something; null where nothing changes. */
  readonly audit: string | null;
  readonly group: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /**
   * The body is of any media type and is handed over as it came, in bytes: a signature is over these. Such a route proves
   * its caller itself, so that checks made for browsers (Host, Origin) do not apply to it.
   */
  readonly raw?: true;
  /** Body of the success answer; absent with status 204 and with streams. */
  readonly response?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204;
  /** Media type of an answer that is not JSON (events, metrics). */
  readonly produces?: string;
  /** Bytes a body may have; default 1 MiB. */
  readonly bodyLimit?: number;
}

type Input<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What a caller sends. */
export type RouteInput<R extends Route> = {
  [K in 'params' | 'query' | 'body' as R[K] extends z.ZodType ? K : never]: Input<R[K]>;
};

/** What a caller gets. */
export type RouteOutput<R extends Route> = R['response'] extends z.ZodType ? z.output<R['response']> : undefined;
