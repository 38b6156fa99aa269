import { Button } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { plural } from './format.ts';

interface SelectionBarProps {
  count: number;
  one: string;
  many?: string;
  /** Picks every row of this page: on a narrow screen the table has no head to do it with. */
  onPickPage: () => void;
  onClear: () => void;
  /** What can be done with all of them. */
  children: ReactNode;
}

/** What is picked and what can be done with it; the number is told to screen readers. */
export function SelectionBar({ count, one, many, onPickPage, onClear, children }: SelectionBarProps): ReactElement {
  return (
    <div className={count > 0 ? 'ph-selection' : 'pf-v6-u-screen-reader'}>
      <span role="status">{count > 0 ? `${plural(count, one, many)} selected` : ''}</span>
      {count > 0 ? (
        <>
          {children}
          <Button variant="link" isInline onClick={onPickPage}>
            Select this page
          </Button>
          <Button variant="link" isInline onClick={onClear}>
            Clear selection
          </Button>
        </>
      ) : null}
    </div>
  );
}
