// How Node runs a Beacon Agent of its own (`pharos agent`). Node sizes its young generation by the memory of the machine and lets it
// fill before it collects: 128 MiB and more of what is garbage already, in a process that should fit into a small container.
export const AGENT_FLAGS = ['--max-semi-space-size=4'];
