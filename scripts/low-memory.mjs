// What `pharos agent --low-memory` tells Node. It sizes its heap by the memory of the machine and lets it fill before it collects: where
// there is plenty, an agent that reads 200,000 tags comes to 560 MiB, half of it garbage already. With these it comes to half
// of that, for about a twentieth of its speed (docs/benchmarks.md). They limit nothing: a larger repository takes more.
export const LOW_MEMORY_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=20'];

/** What Node is told for the arguments of a `pharos` command line. */
export function nodeFlagsOf(args) {
  return args[0] === 'agent' && args.includes('--low-memory') ? LOW_MEMORY_FLAGS : [];
}
