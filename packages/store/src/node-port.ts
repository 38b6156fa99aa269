/** The port of the store for what agents tell of the clusters that models run in: nodes, and whether secrets stand there. */
import type { ClusterNode, NodeReport, SecretAnswer } from '@pharos/contract';

/** The newest word of the agents of a location. */
export interface StoredNodes {
  readonly agentId: string;
  /** The agent may not read nodes: nothing is known. */
  readonly denied: boolean;
  /** More than are listed, where there are very many. */
  readonly total: number;
  readonly nodes: readonly ClusterNode[];
  readonly reportedAt: string;
}

/** One secret of a namespace, by its name. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

export interface Nodes {
  /**
   * Keeps what an agent sees now, as a whole. False: the agent is not known, said something newer before, or may not
   * read nodes where another agent of the location may.
   */
  report(report: NodeReport, now: Date): Promise<boolean>;
  /** null: no agent of the location has told. */
  of(locationId: string): Promise<StoredNodes | null>;

  /** Puts the questions that were not answered since `freshSince`, and answers all that were; null: the agent may not look. `keys`: their names, where they are known. */
  askSecrets(
    locationId: string,
    secrets: readonly SecretName[],
    freshSince: Date,
    now: Date,
  ): Promise<{ answers: Map<string, boolean | null>; keys: Map<string, readonly string[]>; asked: number }>;
  /** At most 50 that nobody has answered since they were asked; those asked longer ago than a minute are nobody’s any more. */
  openSecrets(locationId: string, now: Date): Promise<SecretName[]>;
  answerSecrets(locationId: string, answers: readonly SecretAnswer[], now: Date): Promise<void>;
}

/** The key of an answer. */
export const secretKey = ({ namespace, name }: SecretName): string => `${namespace}/${name}`;
