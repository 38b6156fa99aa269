import type { PolicyPreview, PolicySpec } from '@pharos/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { tryPolicy } from '../../api/policies.ts';
import { addLooks } from './try-out.ts';

/** Images a look: each answers within a second or so, so that progress is seen and stopping is at once. */
const STEP = 1000;
/** As far as a look goes by itself while a policy is being written. */
const FIRST = 5000;

export interface TryOut {
  /** null: nothing is known yet. */
  readonly found: PolicyPreview | null;
  /** What is shown is of the draft before; the first look at this one is under way. */
  readonly isOld: boolean;
  readonly isRunning: boolean;
  readonly error: unknown;
  /** Goes on to the end of the library, or begins anew after an error. */
  readonly goOn: () => void;
  readonly stop: () => void;
}

interface State {
  readonly key: string | null;
  readonly found: PolicyPreview | null;
  readonly isRunning: boolean;
  readonly error: unknown;
}

/** What the policy would be if it counted: its name, and whether it is on, decide nothing, so changing them asks for no new look. */
const asTried = (spec: PolicySpec): PolicySpec => ({
  ...spec,
  name: 'Try-out',
  description: '',
  mode: 'enforce',
  enabled: true,
});

/**
 * Tries a policy step by step, as soon as it is one (`spec` null: it is none yet). `isWhole`: to the end of the library by itself, for
 * numbers that somebody decides on.
 */
export function useTryOut(spec: PolicySpec | null, policyId: string | undefined, isWhole = false): TryOut {
  const key = spec === null ? null : JSON.stringify(asTried(spec));
  const [state, setState] = useState<State>({ key: null, found: null, isRunning: false, error: null });
  const running = useRef<AbortController | null>(null);

  const look = useCallback(
    async (from: PolicyPreview | null, most: number) => {
      running.current?.abort();
      if (key === null) return;
      const control = new AbortController();
      running.current = control;
      const body = {
        spec: JSON.parse(key) as PolicySpec,
        limit: STEP,
        ...(policyId === undefined ? {} : { policyId }),
      };
      setState((old) => (from === null ? { ...old, isRunning: true, error: null } : { ...old, isRunning: true }));
      let found = from;
      try {
        do {
          const more = await tryPolicy(found?.next ? { ...body, after: found.next } : body, control.signal);
          control.signal.throwIfAborted();
          found = found === null ? more : addLooks(found, more);
          setState({ key, found, isRunning: found.next !== null && found.looked < most, error: null });
        } while (found.next !== null && found.looked < most);
      } catch (error) {
        if (!control.signal.aborted) setState({ key, found, isRunning: false, error });
      }
    },
    [key, policyId],
  );

  useEffect(() => {
    void look(null, isWhole ? Number.POSITIVE_INFINITY : FIRST);
    return () => running.current?.abort();
  }, [look, isWhole]);

  return {
    found: key === null ? null : state.found,
    isOld: state.key !== key,
    isRunning: key !== null && state.isRunning,
    error: state.error,
    goOn: () => void look(state.key === key ? state.found : null, Number.POSITIVE_INFINITY),
    stop: () => {
      running.current?.abort();
      setState((old) => ({ ...old, isRunning: false }));
    },
  };
}
