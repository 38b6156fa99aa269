/** Whether the server answers, as the event stream and every request saw it last. */
import { useSyncExternalStore } from 'react';

let away = false;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  if (away === value) return;
  away = value;
  for (const listener of listeners) listener();
}

export const noteAway = () => set(true);
export const noteHere = () => set(false);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAway(): boolean {
  return useSyncExternalStore(subscribe, () => away);
}
