/** The route table: join tokens, and the keys that agents sign with. */
import {
  AgentJoin,
  AgentJoined,
  AgentKeyRotation,
  JoinToken,
  JoinTokenCreated,
  JoinTokenInput,
  JoinTokenQuery,
} from '../agent-key.ts';
import { page } from '../page.ts';
import type { Route } from '../route.ts';
import { told } from '../told.ts';
import { ById, get, post, remove } from './parts.ts';

export const agentKeysRoutes = {
  listJoinTokens: {
    ...get,
    path: '/join-tokens',
    permission: 'tokens:manage',
    group: 'agents',
    summary: 'Join tokens, the newest first; never the token itself',
    query: JoinTokenQuery,
    response: page(JoinToken),
  },
  createJoinToken: {
    ...post,
    path: '/join-tokens',
    permission: 'tokens:manage',
    audit: 'join-token.create',
    group: 'agents',
    summary: 'A token with which one agent joins a location, once',
    body: JoinTokenInput,
    response: JoinTokenCreated,
  },
  deleteJoinToken: {
    ...remove,
    path: '/join-tokens/{id}',
    permission: 'tokens:manage',
    audit: 'join-token.delete',
    group: 'agents',
    summary: 'Take a join token back',
    params: ById,
  },
  revokeAgentKey: {
    ...post,
    status: 204,
    path: '/agents/{id}/revoke-key',
    permission: 'agents:write',
    row: 'agent',
    audit: 'agent.revoke-key',
    group: 'agents',
    summary: 'Refuse the key of an agent from now on; it must join again',
    params: ById,
  },
  agentJoin: {
    ...post,
    status: 200,
    path: '/agent/join',
    permission: 'public',
    audit: 'agent.join',
    group: 'agent protocol',
    summary: 'An agent exchanges a join token for a key of its own',
    body: told(AgentJoin),
    response: AgentJoined,
  },
  agentRotateKey: {
    ...post,
    status: 200,
    path: '/agent/key',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'An agent puts another key in the place of its own',
    body: told(AgentKeyRotation),
    response: AgentJoined,
  },
} as const satisfies Record<string, Route>;
