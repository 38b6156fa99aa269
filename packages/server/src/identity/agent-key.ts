/** Agents that sign for themselves: a token of their own for each call, checked against the public key that they joined with. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { AGENT_TOKEN_AUDIENCE, AGENT_TOKEN_SECONDS, AGENT_TOKEN_TYPE, Id, joinText } from '@pharos/contract';
import type { AgentKey, Store } from '@pharos/store';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { nobodysPrincipal, type Principal } from './principal.ts';

/** Clocks of agents may be off by so much; beyond it their calls are refused, as they would be with a certificate. */
const SKEW_SECONDS = 300;

/** Whether a bearer text is a token that an agent signed. Says nothing of whether it is valid. */
export function looksLikeAgentToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === AGENT_TOKEN_TYPE;
  } catch {
    return false;
  }
}

/** Who signed it; null: nobody whose key counts. Notes when a former key was used: that is a copy at work. */
export async function agentPrincipal(store: Store, token: string, now: Date): Promise<Principal | null> {
  const agentId = issuerOf(token);
  const key = agentId === undefined ? null : await store.agentKeys.get(agentId);
  if (key === null || key.isRevoked) return null;
  if (await isSignedBy(token, key.publicKey, now)) {
    await store.agentKeys.used(key.agentId, now);
    return principalOf(key);
  }
  const isCopy = key.previousPublicKey !== null && (await isSignedBy(token, key.previousPublicKey, now));
  if (isCopy) await store.agentKeys.copied(key.agentId, now);
  return null;
}

function issuerOf(token: string): string | undefined {
  try {
    return Id.safeParse(decodeJwt(token).iss).data;
  } catch {
    return undefined;
  }
}

function principalOf({ agentId, locationId }: AgentKey): Principal {
  return { ...nobodysPrincipal(`agent ${agentId}`, 'token', 'agent'), agent: { id: agentId, locationId } };
}

async function isSignedBy(token: string, publicKey: string, now: Date): Promise<boolean> {
  const key = ed25519(publicKey);
  if (key === null) return false;
  try {
    await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: AGENT_TOKEN_TYPE,
      audience: AGENT_TOKEN_AUDIENCE,
      clockTolerance: SKEW_SECONDS,
      maxTokenAge: AGENT_TOKEN_SECONDS,
      requiredClaims: ['exp', 'iat', 'iss'],
      currentDate: now,
    });
    return true;
  } catch {
    return false;
  }
}

/** Whether somebody has the private half of a key. */
export function provesKey(agentId: string, publicKey: string, proof: string): boolean {
  const key = ed25519(publicKey);
  return key !== null && verify(null, Buffer.from(joinText(agentId, publicKey)), key, Buffer.from(proof, 'base64url'));
}

function ed25519(publicKey: string): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    return null;
  }
}
