/** The port to the container engine of this machine: who starts the server hands it in, and a server install has none. */

export interface LocalContainer {
  readonly name: string;
  readonly digest: string;
  readonly repository: string;
  readonly user: string;
  /** On 127.0.0.1; null: not known while it stands still. */
  readonly port: number | null;
  /** As the engine says it: running, exited, created … */
  readonly state: string;
}

export interface LocalStart {
  /** `host/repository`, without tag. */
  readonly repository: string;
  readonly digest: string;
  readonly name: string;
  /** The first superuser. */
  readonly user: string;
  readonly plainHttp: boolean;
  readonly hostNetwork: boolean;
}

/** What goes wrong is thrown as an error with `code`, `message` and `hint` for people. */
export interface LocalEngine {
  readonly name: 'podman' | 'docker';
  list(): Promise<LocalContainer[]>;
  /** Pulls, starts and waits until it answers; `tell` hears how far it is. */
  start(run: LocalStart, tell: (line: string) => void): Promise<LocalContainer & { readonly password: string | null }>;
  stop(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** What the container said last. */
  logs(name: string): Promise<string[]>;
}

/** Looked for when somebody asks: an engine may be started after the server. null: none answers. */
export type FindLocalEngine = () => Promise<LocalEngine | null>;
