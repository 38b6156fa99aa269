/** The port of the store: settings that the server keeps for itself. */

export interface Settings {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** Keeps the value unless there is one, and answers what is kept: replicas that start at once agree. */
  once(key: string, value: string): Promise<string>;
  /** False: it was changed meanwhile, and stays as it is. */
  replace(key: string, before: string, value: string): Promise<boolean>;
}
