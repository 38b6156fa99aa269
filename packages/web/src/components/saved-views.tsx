import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import type { SavedView } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { savedViewsQuery } from '../api/me.ts';
import { ManageViews } from './manage-views.tsx';
import { SaveView } from './save-view.tsx';
import { parseSearch } from './search-state.ts';
import { sameView, viewQuery } from './view-query.ts';

interface SavedViewsProps {
  /** The list, as the API names it. */
  page: string;
  /** The list's search state. */
  search: object;
}

/** One's own views of a list: open, save, manage. The default is opened when the list is entered without a filter. */
export function SavedViews({ page, search }: SavedViewsProps): ReactElement {
  const views = useQuery(savedViewsQuery(page)).data?.items;
  const [isOpen, setOpen] = useState(false);
  const [dialog, setDialog] = useState<'save' | 'manage'>();
  const place = useRef<HTMLSpanElement>(null);
  const open = useOpenView();
  useDefaultView(views, search, open);
  const query = viewQuery(search);
  const current = views?.find((view) => sameView(view.query, query));
  const close = () => {
    setDialog(undefined);
    // The menu that opened the dialog is gone: the focus returns to its button.
    setTimeout(() => place.current?.querySelector('button')?.focus());
  };
  const choose = (value: unknown) => {
    setOpen(false);
    if (value === 'save' || value === 'manage') setDialog(value);
    const view = views?.find(({ id }) => id === value);
    if (view) open(view, false);
  };

  return (
    <span ref={place}>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setOpen}
        onSelect={(_, value) => choose(value)}
        shouldFocusToggleOnSelect
        popperProps={{ appendTo: 'inline', position: 'end' }}
        toggle={(ref) => (
          <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
            View: <strong>{current?.name ?? 'Not saved'}</strong>
          </MenuToggle>
        )}
      >
        <DropdownList aria-label="Saved views" className="ph-menu">
          {(views ?? []).map((view) => (
            <DropdownItem key={view.id} value={view.id} isSelected={view.id === current?.id}>
              {view.name}
              {view.isDefault ? <span className="ph-quiet"> default</span> : null}
            </DropdownItem>
          ))}
          {views && views.length > 0 ? <Divider component="li" /> : null}
          <DropdownItem value="save" isDisabled={query === '' || current !== undefined}>
            Save this view…
          </DropdownItem>
          <DropdownItem value="manage" isDisabled={!views || views.length === 0}>
            Manage views…
          </DropdownItem>
        </DropdownList>
      </Dropdown>
      {dialog === 'save' ? <SaveView page={page} query={query} onClose={close} /> : null}
      {dialog === 'manage' ? <ManageViews views={views ?? []} query={query} onClose={close} /> : null}
    </span>
  );
}

type OpenView = (view: SavedView, replace: boolean) => void;

function useOpenView(): OpenView {
  const navigate = useNavigate();
  return (view, replace) => {
    void navigate({ to: '.', search: parseSearch(view.query) as never, replace, resetScroll: false });
  };
}

/** Once, when the list is entered: who clears the filters afterwards wants them cleared. */
function useDefaultView(views: readonly SavedView[] | undefined, search: object, open: OpenView): void {
  const isDecided = useRef(false);
  useEffect(() => {
    if (isDecided.current || views === undefined) return;
    isDecided.current = true;
    const preferred = views.find((view) => view.isDefault);
    const isBare = Object.values(search).every((value) => value === undefined);
    if (preferred && isBare) open(preferred, true);
  });
}
