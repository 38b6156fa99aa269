/** The stand-in of a product in a child process, so that its CPU and memory are not counted. It counts what arrives. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DialectName } from '@pharos/testbed';
import type { Tally } from './tally.ts';

export interface StandInOptions {
  readonly dialect: DialectName;
  readonly tags: number;
  /** Distinct images that the tags share; default: one each. */
  readonly images?: number;
  /** More than one makes every image an index. */
  readonly platforms?: number;
  readonly latencyMs?: number | undefined;
  /** More in a second are answered 429. */
  readonly requestsPerSecond?: number | undefined;
  /** Whether requests are kept, so that tokens are told apart; else they are only counted. */
  readonly isCounted?: boolean;
}

export type StandInQuestion = 'take' | 'move' | 'add';
export type StandInAnswer = Tally | { tag: string } | { url: string; apiUrl: string | null } | object;

export interface StandInProcess {
  readonly url: string;
  /** Where the product's own API stands when it is not at `url`. */
  readonly apiUrl: string | null;
  /** What arrived since the last `take`. */
  take(): Promise<Tally>;
  /** Pushes a new image under a tag that is there; answers the tag. */
  move(): Promise<string>;
  /** Pushes one more tag. */
  add(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStandIn(options: StandInOptions): Promise<StandInProcess> {
  const child = fork(fileURLToPath(new URL('./stand-in-child.ts', import.meta.url)), [JSON.stringify(options)]);
  const waiting = new Map<number, (answer: StandInAnswer) => void>();
  let asked = 0;
  child.on('message', ({ id, answer }: { id: number; answer: StandInAnswer }) => waiting.get(id)?.(answer));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ask = <T extends StandInAnswer>(question: StandInQuestion) => {
    asked += 1;
    const id = asked;
    return new Promise<T>((resolve) => {
      waiting.set(id, (answer) => resolve(answer as T));
      child.send({ id, question });
    });
  };
  const { url, apiUrl } = await new Promise<{ url: string; apiUrl: string | null }>((resolve, reject) => {
    waiting.set(0, (answer) => resolve(answer as { url: string; apiUrl: string | null }));
    child.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)));
  });
  return {
    url,
    apiUrl,
    take: () => ask<Tally>('take'),
    move: async () => (await ask<{ tag: string }>('move')).tag,
    add: async () => void (await ask('add')),
    stop: () => {
      child.kill();
      return ended;
    },
  };
}
