/** The log of the long-running commands: on stderr, readable at a terminal, JSON lines everywhere else. */
import { type Logger, pino } from 'pino';
import type { LogLevel } from './settings.ts';

/** Names whose values never reach a log, one and two levels down. */
const SECRETS = ['password', 'token', 'secret', 'accessKey', 'access_key', 'authorization', 'authentication', 'config'];

/** Writes are synchronous: the last line before a crash is the one that matters. */
export async function createLogger(level: LogLevel, isTerminal: boolean, color: boolean): Promise<Logger> {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`]), censor: '[hidden]' },
  };
  if (!isTerminal) return pino(options, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ colorize: color, destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss' }));
}
