/** From the first signal to the end of a long-running command. */
import type { Logger } from 'pino';

/**
 * Ctrl+C reaches every process of a terminal's foreground group, and npm and the launcher pass it on as well: signals
 * that come together are one wish. A second one after this time is impatience.
 */
const ONE_WISH_MS = 750;

export interface Lifetime {
  /** Remembers how to stop a part that was just started; parts stop in reverse order. */
  add(name: string, stop: () => Promise<unknown>): void;
  /** Settles at the first SIGINT, SIGTERM or SIGHUP, or when `end` is called. */
  readonly asked: Promise<string>;
  end(): void;
  /** Stops every part, also when one fails to. Answers whether all went well. */
  stop(): Promise<boolean>;
}

/** Listens for signals from now on. The second signal exits at once with 128 + its number. */
export function createLifetime(log: Logger): Lifetime {
  const parts: { name: string; stop: () => Promise<unknown> }[] = [];
  const { promise: asked, resolve: ask } = Promise.withResolvers<string>();
  let firstAt: number | null = null;
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt !== null && performance.now() - firstAt > ONE_WISH_MS) {
      process.exit(128 + (numbers[signal as keyof typeof numbers] ?? 15));
    }
    firstAt ??= performance.now();
    ask(signal);
  };
  // A parent that keeps a channel to us was killed in a way that it could not pass on.
  const onLost = (): void => onSignal('SIGTERM');
  if (process.channel) process.once('disconnect', onLost);
  for (const signal of Object.keys(numbers) as (keyof typeof numbers)[]) process.on(signal, onSignal);
  return {
    add: (name, stop) => void parts.push({ name, stop }),
    asked,
    end: () => ask('end'),
    async stop() {
      let clean = true;
      for (const { name, stop } of parts.splice(0).reverse()) {
        try {
          await stop();
          log.debug({ part: name }, 'stopped');
        } catch (error) {
          clean = false;
          log.error({ part: name, err: error }, 'a part did not stop cleanly');
        }
      }
      // The signals stay heard: one that comes between here and the end of the process must not turn a clean end into a
      // kill (they do not keep the process alive; the channel to a parent would).
      process.off('disconnect', onLost);
      return clean;
    },
  };
}
