import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useEffect, useState } from 'react';

const KEYS = [
  ['/', 'Search on this page, or in the Image Library'],
  ['?', 'Show these keys'],
  ['Esc', 'Close a dialog or a menu'],
  ['g then h', 'Go to Home'],
  ['g then a', 'Go to Approvals'],
  ['g then l', 'Go to the Image Library'],
  ['g then r', 'Go to Registries'],
  ['g then s', 'Go to Scans'],
  ['j, k', 'Approvals: the next one, the one before'],
  ['Enter', 'Approvals: open it'],
  ['x', 'Approvals: select it'],
  ['a, r, c', 'Approvals: approve, reject, comment'],
] as const;

const PLACES: Record<string, string> = {
  a: '/approvals',
  h: '/',
  l: '/library',
  r: '/manage/registries',
  s: '/manage/scans',
};

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}

/** The page's own search field; PatternFly puts the attributes on the field or around it, by version. */
function searchField(): HTMLInputElement | null {
  const marked = document.querySelector('[data-page-search]');
  if (marked instanceof HTMLInputElement) return marked;
  return marked?.querySelector('input') ?? null;
}

/** Keys for the whole site, and the dialog that lists them. Keys with a modifier belong to the browser. */
export function useKeyboard(): { openKeys: () => void; keysDialog: ReactElement } {
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  useEffect(() => {
    let goUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
      if (event.key === '/') {
        event.preventDefault();
        const field = searchField();
        if (field) field.focus();
        else void navigate({ to: '/library' }).then(() => setTimeout(() => searchField()?.focus(), 150));
      } else if (event.key === '?') {
        setOpen(true);
      } else if (event.key === 'g') {
        goUntil = Date.now() + 1500;
      } else if (Date.now() < goUntil) {
        goUntil = 0;
        const to = PLACES[event.key];
        if (to) void navigate({ to });
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);

  const keysDialog = (
    <Modal variant="small" isOpen={isOpen} onClose={() => setOpen(false)} aria-labelledby="keys-title">
      <ModalHeader title="Keys" labelId="keys-title" />
      <ModalBody>
        <dl className="ph-keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </ModalBody>
    </Modal>
  );
  return { openKeys: () => setOpen(true), keysDialog };
}
