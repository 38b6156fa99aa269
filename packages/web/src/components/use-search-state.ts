import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/**
 * The page's search state in the URL, and a way to change a part of it. A changed filter replaces the entry (the
 * back button leaves the page, not the last keystroke); a changed page or tab is a new one with `push`.
 */
export function useSearchState<T extends object>(): [T, (patch: Partial<T>, how?: 'replace' | 'push') => void] {
  const search = useSearch({ strict: false }) as T;
  const navigate = useNavigate();
  const change = useCallback(
    (patch: Partial<T>, how: 'replace' | 'push' = 'replace') => {
      const next = (old: T) => ({ ...old, ...patch });
      void navigate({ to: '.', search: next as never, replace: how === 'replace', resetScroll: false });
    },
    [navigate],
  );
  return [search, change];
}
