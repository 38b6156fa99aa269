export { EXIT, type ExitCode } from './exit-code.ts';
export type { Io, Sink } from './output.ts';
export { run } from './run.ts';
