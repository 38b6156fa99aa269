/** The port of the store for join tokens and the keys of agents. */
import type { JoinToken, Page, PageQuery } from '@pharos/contract';

export interface AgentKey {
  readonly agentId: string;
  readonly locationId: string;
  readonly publicKey: string;
  readonly previousPublicKey: string | null;
  readonly generation: number;
  readonly isRevoked: boolean;
}

export interface NewJoinToken {
  readonly id: string;
  readonly sha256: string;
  readonly name: string;
  readonly locationId: string;
  readonly createdBy: string;
  readonly expiresAt: Date;
}

export interface AgentKeys {
  createToken(token: NewJoinToken, now: Date): Promise<void>;
  /** Newest first. */
  tokens(query: PageQuery, now: Date): Promise<Page<JoinToken>>;
  removeToken(id: string): Promise<boolean>;
  /** Uses a token up and keeps the key. The same agent with the same key may say it twice. null: unknown, used, or too old. */
  join(join: { tokenSha256: string; agentId: string; publicKey: string }, now: Date): Promise<AgentKey | null>;
  get(agentId: string): Promise<AgentKey | null>;
  /** The next key takes the place of the one of this generation; saying it twice is saying it once. null: it is not of this generation. */
  rotate(rotation: { agentId: string; generation: number; publicKey: string }): Promise<AgentKey | null>;
  /** Notes the use at most once a minute. */
  used(agentId: string, now: Date): Promise<void>;
  /** Notes that the former key was used: somebody may have a copy of the state folder. */
  copied(agentId: string, now: Date): Promise<void>;
  revoke(agentId: string, now: Date): Promise<boolean>;
}
