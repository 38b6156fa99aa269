/** The port of the store: registries, their credentials and what is known of them. */
import type {
  AuthenticationView,
  Check,
  FileRegistry,
  FileRule,
  Page,
  PageQuery,
  Registry,
  RegistryBudget,
  RegistryEvent,
  RegistryReading,
  RegistryStatus,
  Tls,
} from '@pharos/contract';

/** A stored secret: ciphertext only, sealed by the server (AES-256-GCM, the origin in the associated data). */
export interface SealedCredential {
  readonly sealed: string;
  /** scheme://host:port that the credential is bound to. */
  readonly origin: string;
}

/** A credential to keep. */
export interface NewCredential extends SealedCredential {
  /** False: it only names the identity that the agent's own machine has. */
  readonly holdsSecret?: boolean;
}

export interface NewRegistry {
  readonly name: string;
  readonly url: string;
  readonly provider: Registry['provider'];
  readonly locationId: string;
  readonly authentication: Pick<AuthenticationView, 'type' | 'username'>;
  readonly credential: NewCredential | null;
  readonly apiUrl: string | null;
  readonly tls: Tls;
  readonly budget: RegistryBudget;
  readonly intervalSeconds: number;
}

export interface RegistryChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly provider?: Registry['provider'] | undefined;
  readonly authentication?: Pick<AuthenticationView, 'type' | 'username'> | undefined;
  /** null drops the stored credential. */
  readonly credential?: NewCredential | null | undefined;
  readonly apiUrl?: string | null | undefined;
  readonly tls?: Tls | undefined;
  readonly budget?: RegistryBudget | undefined;
  readonly intervalSeconds?: number | undefined;
}

/** What is told about how a registry answers; what is left out stays as it is. */
export interface RegistryNews {
  readonly state?: RegistryStatus['state'] | undefined;
  readonly message?: string | undefined;
  readonly code?: string | null | undefined;
  readonly checks?: Check[] | undefined;
  readonly nextScanAt?: string | null | undefined;
  readonly reading?: RegistryReading | null | undefined;
}

export interface Registries {
  list(query: PageQuery & { q?: string | undefined }): Promise<Page<Registry>>;
  get(id: string): Promise<Registry | null>;
  create(input: NewRegistry, now: Date): Promise<Registry>;
  update(id: string, change: RegistryChange, now: Date): Promise<Registry | null>;
  /** Forgets its repositories, tags, scans and listings too. */
  remove(id: string): Promise<boolean>;
  credential(id: string): Promise<SealedCredential | null>;
  /** Keeps what changed by it as events, in the same transaction. False: no such registry. */
  setStatus(id: string, status: RegistryNews, now: Date): Promise<boolean>;
  /** Newest first; null: no such registry. */
  events(id: string, query: PageQuery): Promise<Page<RegistryEvent> | null>;
  /** UI-written registries that the agents of a location read. */
  ofLocation(locationId: string): Promise<Registry[]>;
  /** Makes the file-sourced registries and rules of a location what its agent's file says. Ids are the agent's. */
  replaceFile(
    locationId: string,
    registries: readonly FileRegistry[],
    rules: readonly FileRule[],
    now: Date,
  ): Promise<void>;
}
