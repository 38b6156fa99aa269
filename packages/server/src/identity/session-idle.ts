const IDLE_MS = 12 * 3_600_000;
const MAX_SESSIONS = 10_000;

/** Which sessions were not used for 12 hours. Kept in memory: a restart begins a new idle time, the absolute limit stays. */
export interface SessionIdle {
  /** Notes a use; false when the session was idle too long. */
  use(sessionSha256: string): boolean;
}

/** Makes an empty record of uses, bounded to the 10,000 sessions used last. */
export function createSessionIdle(now: () => Date): SessionIdle {
  const usedAt = new Map<string, number>();
  return {
    use(sessionSha256) {
      const time = now().getTime();
      const last = usedAt.get(sessionSha256);
      usedAt.delete(sessionSha256);
      if (last !== undefined && time - last > IDLE_MS) return false;
      if (usedAt.size >= MAX_SESSIONS) usedAt.delete(usedAt.keys().next().value as string);
      usedAt.set(sessionSha256, time);
      return true;
    },
  };
}
