import { randomUUID } from 'node:crypto';
import type { AgentJoined } from '@pharos/contract';
import { type AgentKey, noteAudit } from '@pharos/store';
import type { Context } from '../context.ts';
import { provesKey } from '../identity/agent-key.ts';
import { whoAsks } from '../identity/principal.ts';
import { newToken, sha256 } from '../identity/secret.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listJoinTokens'
  | 'createJoinToken'
  | 'deleteJoinToken'
  | 'revokeAgentKey'
  | 'agentJoin'
  | 'agentRotateKey';

const MINUTE_MS = 60_000;

/** Join tokens, and the keys that agents sign with. */
export function agentKeyHandlers({ store, now, identity, events }: Context): Pick<Handlers, Names> {
  const { agentKeys } = store;
  return {
    listJoinTokens: ({ query }) => agentKeys.tokens(query, now()),
    createJoinToken: async ({ body, principal }) => {
      const token = newToken();
      const expiresAt = new Date(now().getTime() + body.minutes * MINUTE_MS);
      const { name, locationId } = body;
      const kept = {
        id: randomUUID(),
        sha256: sha256(token),
        name,
        locationId,
        createdBy: whoAsks(principal),
        expiresAt,
      };
      await agentKeys.createToken(kept, now());
      return { id: kept.id, token, expiresAt: expiresAt.toISOString() };
    },
    deleteJoinToken: async ({ params }) => {
      found((await agentKeys.removeToken(params.id)) || null, 'The join token');
      return undefined;
    },
    revokeAgentKey: async ({ params }) => {
      found((await agentKeys.revoke(params.id, now())) || null, 'The key of the agent');
      events.emit({ type: 'agent', id: params.id });
      return undefined;
    },
    agentJoin: async ({ body, request }) => {
      const attempt = identity.limitJoin({ address: request.ip, userAgent: null });
      const { agentId, publicKey } = body;
      const isProved = provesKey(agentId, publicKey, body.proof);
      noteAudit({ actor: agentId, actorKind: 'agent', subjectKind: 'agent', subject: agentId });
      const key = isProved
        ? await agentKeys.join({ tokenSha256: sha256(body.token), agentId, publicKey }, now())
        : null;
      if (key === null) {
        throw new ProblemError('unauthenticated', 'The join token is unknown, used already, or too old.', {
          hint: 'Make a new one: pharos agents join-token NAME --location LOCATION.',
        });
      }
      attempt.succeeded();
      return joined(key);
    },
    agentRotateKey: async ({ body, principal }) => {
      const { agentId, generation, publicKey, proof } = body;
      const isOwn = principal?.agent?.id === agentId && provesKey(agentId, publicKey, proof);
      const key = isOwn ? await agentKeys.rotate({ agentId, generation, publicKey }) : null;
      if (key !== null) return joined(key);
      throw new ProblemError('conflict', 'The key of the agent is not of this generation.', {
        hint: 'Another process of this agent has changed it: stop one of the two, or let the agent join again.',
      });
    },
  };
}

function joined({ locationId, generation }: AgentKey): AgentJoined {
  return { locationId, generation };
}
