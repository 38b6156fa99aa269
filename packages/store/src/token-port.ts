/** The port of the store: API tokens and access keys. */
import type { Page, PageQuery, Role, Token, User } from '@pharos/contract';
import type { Grant } from '@pharos/library';

export interface NewToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role | null;
  readonly scopes: readonly string[];
  readonly ownerId: string | null;
  readonly prefix: string;
  readonly sha256: string;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
}

export interface Tokens {
  list(query: PageQuery & { ownerId?: string | undefined }, now: Date): Promise<Page<Token>>;
  get(id: string, now: Date): Promise<Token | null>;
  create(token: NewToken, now: Date): Promise<void>;
  /** The secret before the last one stops at once. */
  rotate(
    id: string,
    next: { sha256: string; prefix: string; expiresAt: Date | null; oldUntil: Date },
  ): Promise<boolean>;
  /** Notes the use at most once a minute. null: unknown, over, or its owner is disabled. */
  use(
    sha256: string,
    now: Date,
  ): Promise<{
    id: string;
    name: string;
    role: Role | null;
    scopes: string[];
    owner: { id: string; name: string; kind: User['kind']; grants: Grant[] } | null;
  } | null>;
  remove(id: string): Promise<boolean>;
}
