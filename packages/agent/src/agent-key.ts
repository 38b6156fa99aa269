/**
 * The agent's own key: joined once with a join token, changed at every start, and used to sign a short token for each call. A
 * copy of the state folder is found out by it: of two that start, one has a key that is no longer the newest.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  AGENT_TOKEN_AUDIENCE,
  AGENT_TOKEN_SECONDS,
  AGENT_TOKEN_TYPE,
  ApiError,
  type Client,
  createClient,
  joinText,
} from '@pharos/contract';
import { SignJWT } from 'jose';
import type { Logger } from 'pino';
import { AgentError } from './agent-error.ts';
import type { Identity, Signing } from './identity.ts';

/** Where the agent reports, and the join token of its file. */
export interface JoinAddress {
  readonly baseUrl: string;
  /** null: it has joined before, and the token was taken out of the file. */
  readonly joinToken: string | null;
}

/** A token is made anew when it has less than this left. */
const SPARE_SECONDS = 60;

/** A client that joins at its first call, and signs for itself from then on. Calls fail with ApiError as long as joining does. */
export function signingClient(identity: Identity, { baseUrl, joinToken }: JoinAddress, log: Logger): Client {
  let opening: Promise<void> | null = null;
  let made: { token: string; until: number } | null = null;

  async function open(): Promise<void> {
    const joinedWith = joinToken === null ? null : createHash('sha256').update(joinToken).digest('hex');
    const { signing } = identity;
    const isOther = joinedWith !== null && signing?.joinedWith !== joinedWith;
    if (joinToken !== null && (signing === null || signing.generation === 0 || isOther)) {
      await join(joinToken, joinedWith!, isOther ? null : signing);
    }
    await rotate();
  }

  async function join(token: string, joinedWith: string, begun: Signing | null): Promise<void> {
    // Kept before it is told: when the answer gets lost, the same key asks again, and the token is not lost with it.
    const key = begun?.key ?? newKey();
    await identity.saveSigning({ generation: 0, key, next: null, joinedWith });
    const { publicKey, proof } = offer(identity.id, key);
    const joined = await createClient({ baseUrl })('agentJoin', {
      body: { token, agentId: identity.id, publicKey, proof },
    });
    await identity.saveSigning({ generation: joined.generation, key, next: null, joinedWith });
    log.info({ event: 'joined', locationId: joined.locationId }, 'the agent has joined and has a key of its own');
  }

  async function rotate(): Promise<void> {
    const signing = identity.signing;
    if (signing === null) throw neverJoined();
    const next = signing.next ?? newKey();
    if (signing.next === null) await identity.saveSigning({ ...signing, next });
    const { generation, joinedWith } = signing;
    const body = { agentId: identity.id, generation, ...offer(identity.id, next) };
    const say = async (key: string) =>
      createClient({ baseUrl, token: await tokenOf(identity.id, key) })('agentRotateKey', { body });
    const rotated = await say(signing.key).catch((error: unknown) => {
      // The server may have taken the next key and its answer was lost: then the next key says it once more.
      const wasOffered = signing.next !== null && error instanceof ApiError && error.status === 401;
      if (!wasOffered) throw error;
      return say(next);
    });
    await identity.saveSigning({ generation: rotated.generation, key: next, next: null, joinedWith });
  }

  return createClient({
    baseUrl,
    token: async () => {
      opening ??= open();
      await opening.catch((error: unknown) => {
        opening = null;
        throw error;
      });
      const now = Date.now();
      if (made === null || made.until < now) {
        const token = await tokenOf(identity.id, identity.signing!.key);
        made = { token, until: now + (AGENT_TOKEN_SECONDS - SPARE_SECONDS) * 1000 };
      }
      return made.token;
    },
  });
}

/** The agent has no way to say who it is. */
export function neverJoined(): AgentError {
  return new AgentError(
    'access-key-missing',
    'The agent has not joined yet, and its file holds neither agent.join_token nor agent.access_key.',
  );
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url');
}

function readKey(key: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(key, 'base64url'), format: 'der', type: 'pkcs8' });
}

function offer(agentId: string, key: string): { publicKey: string; proof: string } {
  const privateKey = readKey(key);
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x!;
  const proof = sign(null, Buffer.from(joinText(agentId, publicKey)), privateKey).toString('base64url');
  return { publicKey, proof };
}

function tokenOf(agentId: string, key: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', typ: AGENT_TOKEN_TYPE })
    .setIssuer(agentId)
    .setAudience(AGENT_TOKEN_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${AGENT_TOKEN_SECONDS}s`)
    .sign(readKey(key));
}
