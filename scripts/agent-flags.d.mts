export const AGENT_FLAGS: readonly string[];
