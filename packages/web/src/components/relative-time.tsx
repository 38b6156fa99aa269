import { type ReactElement, useEffect, useSyncExternalStore } from 'react';
import { absoluteTime, relativeTime } from './format.ts';
import { Hint } from './hint.tsx';
import { Unknown } from './labels.tsx';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, moving on every 15 seconds, with one timer for the whole page. */
export function useNow(): number {
  useEffect(() => {
    // A page that mounts after a quiet hour must not show an hour-old present.
    now = Date.now();
  }, []);
  return useSyncExternalStore(subscribe, () => now);
}

/** A time as people say it; the absolute one on hover and on focus. */
export function RelativeTime({ time, absent = 'never' }: { time: string | null; absent?: string }): ReactElement {
  const present = useNow();
  if (time === null) return <Unknown word={absent} />;
  return (
    <Hint content={absoluteTime(time)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the absolute time must be reachable by keyboard (WCAG 1.4.13) */}
      <time className="ph-time" dateTime={time} tabIndex={0}>
        {relativeTime(time, Math.max(present, Date.now() - 15_000))}
      </time>
    </Hint>
  );
}
