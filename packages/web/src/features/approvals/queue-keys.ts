import { useCallback, useEffect, useRef } from 'react';

/** Keys of the queue. Those with a modifier belong to the browser, and a field or a dialog keeps its own. */
export interface QueueActions {
  readonly approve: (digest: string) => void;
  readonly reject: (digest: string) => void;
  readonly comment: (digest: string) => void;
  readonly pick: (digest: string) => void;
}

const MARK = 'data-queue-row';

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[${MARK}]`)];

function isElsewhere({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true;
  const isField = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const isText = isField && (target as HTMLInputElement).type !== 'checkbox';
  return isText || document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}

/**
 * One row is current: the one that has, or last had, the focus. `refocus` gives it back after a decision; a row that is
 * gone leaves its place to the next one.
 */
export function useQueueKeys(actions: QueueActions): { refocus: () => void } {
  const place = useRef(-1);
  const latest = useRef(actions);
  latest.current = actions;

  const focus = useCallback((at: number) => {
    const all = rows();
    if (all.length === 0) return;
    place.current = Math.max(0, Math.min(at, all.length - 1));
    all[place.current]?.focus();
  }, []);

  useEffect(() => {
    const onFocus = ({ target }: FocusEvent) => {
      const row = target instanceof HTMLElement ? target.closest('tr')?.querySelector<HTMLElement>(`[${MARK}]`) : null;
      if (row) place.current = rows().indexOf(row);
    };
    const onKey = (event: KeyboardEvent) => {
      if (isElsewhere(event)) return;
      const act = (run: (digest: string) => void) => {
        const digest = rows()[Math.max(0, place.current)]?.getAttribute(MARK);
        if (digest) run(digest);
        return digest != null;
      };
      const { approve, reject, comment, pick } = latest.current;
      const keys: Record<string, () => unknown> = {
        j: () => focus(place.current + 1),
        ArrowDown: () => focus(place.current + 1),
        k: () => focus(place.current - 1),
        ArrowUp: () => focus(place.current - 1),
        a: () => act(approve),
        r: () => act(reject),
        c: () => act(comment),
        x: () => act(pick),
      };
      // After "g" a letter goes to a page; the handler of the whole site hears the same key.
      if (Date.now() < goUntil) {
        goUntil = 0;
        return;
      }
      if (event.key === 'g') goUntil = Date.now() + 1500;
      const run = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    let goUntil = 0;
    document.addEventListener('focusin', onFocus);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('keydown', onKey);
    };
  }, [focus]);

  return { refocus: useCallback(() => focus(place.current), [focus]) };
}
