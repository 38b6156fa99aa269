import { SearchInput } from '@patternfly/react-core';
import { type ReactElement, useEffect, useRef, useState } from 'react';

interface SearchFieldProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Search as one types; the URL follows after a short pause. `/` focuses the first one of the page. */
export function SearchField({ label, value, onChange }: SearchFieldProps): ReactElement {
  const [draft, setDraft] = useState(value ?? '');
  const sent = useRef(value ?? '');
  const report = useRef(onChange);
  report.current = onChange;

  useEffect(() => {
    // The URL changed by something else than typing: back button, cleared filters.
    if ((value ?? '') === sent.current) return;
    sent.current = value ?? '';
    setDraft(value ?? '');
  }, [value]);

  useEffect(() => {
    if (draft === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = draft;
      report.current(draft.trim() === '' ? undefined : draft);
    }, 250);
    return () => clearTimeout(timer);
  }, [draft]);

  return (
    <SearchInput
      className="ph-search"
      aria-label={label}
      placeholder={label}
      value={draft}
      data-page-search=""
      onChange={(_, text) => setDraft(text)}
      onClear={() => setDraft('')}
    />
  );
}
