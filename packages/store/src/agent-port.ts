/** The port of the store: Beacon Agents. */
import type { Agent, Hello, KubernetesStatus, Page, PageQuery } from '@pharos/contract';

export interface Agents {
  /** Answers false when the epoch is below the stored one: another process of this agent is newer. */
  hello(hello: Hello, now: Date): Promise<boolean>;
  touch(id: string, heard: { spoolDepth: number }, now: Date): Promise<{ locationId: string } | null>;
  publicKey(id: string): Promise<{ publicKey: string; locationId: string } | null>;
  /** Agents heard within `withinSeconds` that serve a location. */
  connected(locationId: string, withinSeconds: number, now: Date): Promise<string[]>;
  list(query: PageQuery, now: Date): Promise<Page<Agent>>;
  /** False: no such agent. */
  setKubernetes(id: string, status: KubernetesStatus): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}
