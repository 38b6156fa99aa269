/** The route table: what agents apply in their location, and what runs there. */
import { z } from 'zod';
import { Id } from '../common.ts';
import { Dispatch, DispatchQuery, DispatchReport, DispatchTasks, KubernetesStatus, SecretAnswer } from '../dispatch.ts';
import { NodeReport } from '../node.ts';
import { page } from '../page.ts';
import type { Route } from '../route.ts';
import { told } from '../told.ts';
import { ImageUsage, UsageQuery, UsageReport } from '../usage.ts';
import { ByDigest, ById, get, MiB, post } from './parts.ts';

export const dispatchRoutes = {
  listDispatches: {
    ...get,
    path: '/dispatches',
    permission: 'library:read',
    group: 'dispatch',
    summary: 'What agents apply in their locations, and how it is',
    query: DispatchQuery,
    response: page(Dispatch),
  },
  listImageUsages: {
    ...get,
    path: '/images/{digest}/used-by',
    permission: 'library:read',
    group: 'dispatch',
    summary: 'Where an image runs, in the locations that the reader sees',
    params: ByDigest,
    query: UsageQuery,
    response: page(ImageUsage),
  },
  agentDispatches: {
    ...get,
    path: '/agent/dispatches',
    permission: 'agents:report',
    group: 'agent protocol',
    summary: 'What this agent shall apply, observe and delete; it holds a lease on it then',
    query: told(z.strictObject({ agentId: Id, epoch: z.coerce.number().int().min(1) })),
    response: DispatchTasks,
  },
  agentDispatchReport: {
    ...post,
    status: 204,
    path: '/agent/dispatches/{id}',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'How far a dispatch is; refused for an older lease or generation',
    params: ById,
    body: told(DispatchReport),
    bodyLimit: 4 * MiB,
  },
  agentUsages: {
    ...post,
    status: 204,
    path: '/agent/usages',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'Which images run in the location',
    body: told(UsageReport),
    bodyLimit: 32 * MiB,
  },
  agentSecrets: {
    ...post,
    status: 204,
    path: '/agent/secrets',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'Which of the secrets that were asked for stand there; never what they hold',
    body: told(z.strictObject({ agentId: Id, answers: z.array(SecretAnswer).max(50) })),
  },
  agentNodes: {
    ...post,
    status: 204,
    path: '/agent/nodes',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'The nodes of the location, told when they change',
    body: told(NodeReport),
    bodyLimit: 16 * MiB,
  },
  agentKubernetes: {
    ...post,
    status: 204,
    path: '/agent/kubernetes',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'How the Kubernetes of an agent answers, and what the agent may do there',
    body: told(z.strictObject({ agentId: Id, status: KubernetesStatus })),
  },
} as const satisfies Record<string, Route>;
