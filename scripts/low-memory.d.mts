export const LOW_MEMORY_FLAGS: readonly string[];
export function nodeFlagsOf(args: readonly string[]): readonly string[];
