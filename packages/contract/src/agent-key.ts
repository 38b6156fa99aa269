/**
 * How an agent comes to its own key: a join token, used once and bound to a location, is exchanged for the public half of
 * a pair that the agent made. From then on each call carries a token that the agent signed itself, valid for minutes.
 */
import { z } from 'zod';
import { Id, Time } from './common.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';
import { secret } from './secret.ts';

/** `typ` of the signed tokens (JWT, RFC 7519; EdDSA with Ed25519, RFC 8037), and whom they are for. */
export const AGENT_TOKEN_TYPE = 'pharos-agent+jwt';
export const AGENT_TOKEN_AUDIENCE = 'pharos';
/** How long one is valid, in seconds. */
export const AGENT_TOKEN_SECONDS = 120;

/** A raw Ed25519 public key, base64url. */
export const AgentPublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be an Ed25519 public key, base64url');

export const JoinToken = z.object({
  id: Id,
  name: z.string(),
  locationId: LocationId,
  state: z.enum(['waiting', 'used', 'expired']),
  createdBy: z.string(),
  createdAt: Time,
  expiresAt: Time,
  usedAt: Time.nullable(),
  agentId: Id.nullable().meta({ description: 'The agent that used it' }),
});
export type JoinToken = z.infer<typeof JoinToken>;

export const JoinTokenInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  locationId: LocationId,
  minutes: z.number().int().min(1).max(1440).default(60).meta({ description: 'How long it may be used' }),
});
export type JoinTokenInput = z.infer<typeof JoinTokenInput>;

export const JoinTokenCreated = z.object({ id: Id, token: z.string(), expiresAt: Time });
export type JoinTokenCreated = z.infer<typeof JoinTokenCreated>;

export const JoinTokenQuery = PageQuery;

/** `proof` is a signature over `joinText`: whoever joins has the private half. */
export const AgentJoin = z.strictObject({
  token: secret(z.string().min(1).max(200)),
  agentId: Id,
  publicKey: AgentPublicKey,
  proof: z.string().max(200),
});
export type AgentJoin = z.infer<typeof AgentJoin>;

export const AgentJoined = z.object({ locationId: LocationId, generation: z.number().int() });
export type AgentJoined = z.infer<typeof AgentJoined>;

/** The next key, asked for with the present one. `generation` is that of the present one. */
export const AgentKeyRotation = z.strictObject({
  agentId: Id,
  generation: z.number().int().min(1),
  publicKey: AgentPublicKey,
  proof: z.string().max(200),
});
export type AgentKeyRotation = z.infer<typeof AgentKeyRotation>;

/** What is signed with a new key before it counts. */
export function joinText(agentId: string, publicKey: string): string {
  return `pharos/agent-key/v1\n${agentId}\n${publicKey}`;
}
