const pending = new Set<() => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `action` when the process exits or is told to, unless it is forgotten before: a failed or stopped test may leave
 * nothing running.
 */
export function atExit(action: () => void): () => void {
  if (pending.size === 0) {
    process.once('exit', runAll);
    for (const signal of SIGNALS) process.once(signal, onSignal);
  }
  pending.add(action);
  return () => {
    if (pending.delete(action) && pending.size === 0) unhook();
  };
}

function unhook(): void {
  process.off('exit', runAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function runAll(): void {
  // Last started, first ended: a child goes before the directory it writes to.
  const actions = [...pending].reverse();
  pending.clear();
  for (const action of actions) action();
}

/** A signal ends a process without `exit`; tidy up, then let it end the process as it would have. */
function onSignal(signal: NodeJS.Signals): void {
  runAll();
  unhook();
  process.kill(process.pid, signal);
}
