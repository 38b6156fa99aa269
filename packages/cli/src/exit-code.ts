/** What the command's exit status means. Scripts rely on these numbers: changing one needs a decision record. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  unreachable: 5,
  problems: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The table that `pharos --help` prints. */
export const EXIT_CODE_HELP = `Exit codes:
  0  done
  1  failed
  2  usage or invalid input: flags, settings, YAML, a value the server refuses
  3  not found
  4  not signed in, or not allowed
  5  the control plane, an agent or the registry does not answer
  6  problems found: a check or probe fails, a scan is partial or failed,
     or --exit-code was given and there is something to report`;

/** Codes of probes, scans and problem documents that say "nobody answers there". */
const UNREACHABLE = new Set([
  'control-plane-unreachable',
  'agent-absent',
  'agent-timeout',
  'database-unavailable',
  'stopping',
  'dns-failed',
  'connection-refused',
  'registry-unreachable',
  'timeout',
]);

/** Exit code of an error by its stable code, then by the HTTP status of the answer (0: no answer came). */
export function exitCodeOf(code: string | null, status?: number): ExitCode {
  if (code !== null && UNREACHABLE.has(code)) return EXIT.unreachable;
  switch (status) {
    case 0:
      return EXIT.unreachable;
    case 400:
    case 413:
    case 415:
    case 422:
      return EXIT.usage;
    case 401:
    case 403:
      return EXIT.notAllowed;
    case 404:
      return EXIT.notFound;
    default:
      return EXIT.failed;
  }
}
