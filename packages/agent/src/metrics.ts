/** Counts since the start of the agent, for its owner and for tests. Plain numbers, changed in place. */
export interface AgentMetrics {
  /** Requests sent to registries. */
  requests: number;
  scansComplete: number;
  scansPartial: number;
  scansFailed: number;
  reportsDelivered: number;
  /** Undelivered reports that a newer one of the same repository made needless. */
  reportsSuperseded: number;
  /** Undelivered reports that had to go because the spool was full. */
  reportsDropped: number;
  reportsCorrupt: number;
  /** Reports that the control plane would never take. */
  reportsRefused: number;
  spoolDepth: number;
  spoolBytes: number;
  deliveryFailures: number;
}

export function createMetrics(): AgentMetrics {
  return {
    requests: 0,
    scansComplete: 0,
    scansPartial: 0,
    scansFailed: 0,
    reportsDelivered: 0,
    reportsSuperseded: 0,
    reportsDropped: 0,
    reportsCorrupt: 0,
    reportsRefused: 0,
    spoolDepth: 0,
    spoolBytes: 0,
    deliveryFailures: 0,
  };
}
