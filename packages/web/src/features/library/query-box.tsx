import { Button, TextInputGroup, TextInputGroupMain, TextInputGroupUtilities } from '@patternfly/react-core';
import type { Completions } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { completionsQuery } from '../../api/tags.ts';
import { SearchIcon, TimesIcon } from '../../components/icons.ts';
import { useDebounced } from '../../components/use-debounced.ts';
import { QueryError } from './query-error.tsx';
import { QueryHelp } from './query-help.tsx';

/** Whether what is wrong is the very word that the list below completes: it is not finished, and the list covers the reason. */
function isBeingTyped({ error, from, to }: Completions): boolean {
  return error?.position !== undefined && error.position >= from && error.position <= to;
}

interface QueryBoxProps {
  label: string;
  value: string;
  onChange: (q: string) => void;
}

/** While one types nothing waits: words to complete with are asked for at every key, rows after this pause, and an older question is dropped. */
const PAUSE_MS = 80;

/** The search box: completes what is typed, searches when the query can be read, and points at what cannot. */
export function QueryBox({ label, value, onChange }: QueryBoxProps): ReactElement {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const sent = useRef(value);
  const report = useRef(onChange);
  report.current = onChange;

  useEffect(() => {
    // The URL changed by something else than typing: a facet, the back button.
    if (value === sent.current) return;
    sent.current = value;
    setDraft(value);
    setCaret(value.length);
  }, [value]);

  const { data } = useQuery(completionsQuery(draft, caret));
  const settled = useDebounced(draft, PAUSE_MS);
  const isAnswered = data !== undefined && data.q === draft;
  const items = isAnswered && data.at === caret ? data.items : [];
  const isShown = isOpen && items.length > 0;
  const error = isAnswered && !(isShown && isBeingTyped(data)) ? data.error : null;

  useEffect(() => {
    if (data === undefined || data.q !== draft || data.error !== null) return;
    if (settled !== draft || draft.trim() === sent.current) return;
    sent.current = draft.trim();
    report.current(sent.current);
  }, [data, draft, settled]);

  const note = (text: string, at: number) => {
    setDraft(text);
    setCaret(at);
    setActive(-1);
  };
  const accept = (at: number) => {
    const item = items[at];
    if (!item || !data) return;
    const text = draft.slice(0, data.from) + item.text + draft.slice(data.to);
    const place = data.from + item.text.length;
    note(text, place);
    setOpen(true);
    input.current?.focus();
    requestAnimationFrame(() => input.current?.setSelectionRange(place, place));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isShown) return setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((at) => (at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isShown && active >= 0) accept(active);
      else setOpen(false);
    } else if (event.key === 'Escape' && isShown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      setActive(-1);
    }
  };

  return (
    <div className="ph-query">
      <TextInputGroup {...(error ? { validated: 'error' as const } : {})}>
        <TextInputGroupMain
          icon={<SearchIcon />}
          innerRef={input}
          value={draft}
          placeholder="Search, or engine:epas major:>=16 extension:vector"
          aria-label={label}
          type="text"
          role="combobox"
          isExpanded={isShown}
          aria-controls={`${id}-list`}
          inputProps={{
            'data-page-search': '',
            'aria-autocomplete': 'list',
            'aria-invalid': error !== null,
            'aria-describedby': error ? `${id}-error` : undefined,
            'aria-activedescendant': isShown && active >= 0 ? `${id}-${active}` : undefined,
            autoComplete: 'off',
            spellCheck: false,
            maxLength: 500,
            onSelect: (event: { currentTarget: HTMLInputElement }) => setCaret(event.currentTarget.selectionStart ?? 0),
            onKeyDown: onKey,
            onBlur: () => setOpen(false),
            onClick: () => setOpen(true),
          }}
          onChange={(event, text) => {
            note(text, event.currentTarget.selectionStart ?? text.length);
            setOpen(true);
          }}
        />
        <TextInputGroupUtilities>
          {draft === '' ? null : (
            <Button variant="plain" icon={<TimesIcon />} aria-label="Clear the search" onClick={() => note('', 0)} />
          )}
          <QueryHelp />
        </TextInputGroupUtilities>
      </TextInputGroup>
      <div id={`${id}-list`} role="listbox" aria-label="Completions" className="ph-completions" hidden={!isShown}>
        {items.map((item, at) => (
          // Keys are handled by the field, which keeps the focus (ARIA combobox pattern).
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <div
            key={`${item.label} ${item.detail}`}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            className={at === active ? 'ph-active' : undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => accept(at)}
          >
            <span className="ph-completion">{item.label}</span>
            <span className="ph-quiet">{item.detail}</span>
          </div>
        ))}
      </div>
      <QueryError id={`${id}-error`} q={draft} error={error} />
    </div>
  );
}
