/** The port of the store: users and teams. */
import type {
  Page,
  Team,
  TeamInput,
  TeamPatch,
  TeamQuery,
  User,
  UserGrant,
  UserPatch,
  UserQuery,
} from '@pharos/contract';

export interface NewUser {
  readonly id: string;
  readonly name: string;
  readonly displayName?: string;
  readonly kind?: User['kind'];
  /** null: robots, and people who have yet to choose one. */
  readonly passwordHash: string | null;
  readonly grants: readonly UserGrant[];
}

/** Who an identity provider says somebody is, with what the groups give here. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly displayName: string;
  readonly grants: readonly UserGrant[];
  readonly groups: readonly string[];
}

export interface Users {
  /** People, without robots. */
  count(): Promise<number>;
  list(query: UserQuery): Promise<Page<User>>;
  get(id: string): Promise<User | null>;
  create(user: NewUser, now: Date): Promise<User>;
  /** Disabling ends sessions and one-time links. Throws `last-administrator`. */
  update(id: string, patch: UserPatch, now: Date): Promise<User | null>;
  /** With sessions and tokens. Throws `last-administrator`. */
  remove(id: string): Promise<boolean>;
  /** Who may sign in with a password: enabled, and with one. */
  byName(name: string): Promise<{ id: string; name: string; passwordHash: string } | null>;
  passwordHash(id: string): Promise<string | null>;
  /** Ends every session but one, and the one-time link. */
  setPassword(id: string, passwordHash: string, keepSession?: string): Promise<void>;
  /** One link a user: a new one takes the place of the old. */
  offerLink(userId: string, sha256: string, expiresAt: Date): Promise<void>;
  /** Uses a link up. Answers whose it is; null: unknown, too old, or of somebody disabled. */
  takeLink(sha256: string, now: Date): Promise<string | null>;
  signedIn(id: string, now: Date): Promise<void>;
  /** Makes or finds the user, and replaces roles and teams. null: disabled here. */
  external(identity: ExternalIdentity, now: Date): Promise<string | null>;
}

export interface Teams {
  list(query: TeamQuery): Promise<Page<Team>>;
  get(id: string): Promise<Team | null>;
  create(id: string, input: TeamInput, now: Date): Promise<Team>;
  /** Throws `last-administrator`. */
  update(id: string, patch: TeamPatch): Promise<Team | null>;
  /** Throws `last-administrator`. */
  remove(id: string): Promise<boolean>;
}
