import { Button } from '@patternfly/react-core';
import type { Page } from '@pharos/contract';
import type { ReactElement } from 'react';
import { formatCount, plural } from './format.ts';
import { AngleLeftIcon, AngleRightIcon } from './icons.ts';
import type { PagedSearch } from './search-state.ts';

/**
 * The cursor of each page that was seen, by list and page number. A cursor points forward only, so that going back
 * needs the memory of where one was; after a reload "previous" leads to the first page.
 */
const seen = new Map<string, string | undefined>();

interface PagingProps {
  page: Page<unknown> | undefined;
  search: PagedSearch;
  /** Names the list with its filters and sort, as cursors belong to both. */
  listKey: string;
  onPage: (search: PagedSearch) => void;
}

export function Paging({ page, search, listKey, onPage }: PagingProps): ReactElement | null {
  if (!page || (page.next === null && search.cursor === undefined)) return null;
  const number = search.page ?? 1;
  seen.set(`${listKey}#${number}`, search.cursor);
  const previous = seen.get(`${listKey}#${number - 1}`);
  return (
    <nav aria-label="Pages" className="ph-paging">
      <Button
        variant="secondary"
        size="sm"
        icon={<AngleLeftIcon />}
        isDisabled={search.cursor === undefined}
        onClick={() =>
          onPage(
            previous === undefined ? { cursor: undefined, page: undefined } : { cursor: previous, page: number - 1 },
          )
        }
      >
        {previous === undefined && number > 2 ? 'First page' : 'Previous'}
      </Button>
      <span>Page {formatCount(number)}</span>
      <Button
        variant="secondary"
        size="sm"
        icon={<AngleRightIcon />}
        iconPosition="end"
        isDisabled={page.next === null}
        onClick={() => onPage({ cursor: page.next ?? undefined, page: number + 1 })}
      >
        Next
      </Button>
    </nav>
  );
}

/** "60 tags", or "about 12,000 tags" where the server estimated. */
export function Found({
  page,
  one,
  many,
}: {
  page: Page<unknown> | undefined;
  one: string;
  many?: string;
}): ReactElement {
  return (
    <span className="ph-found" role="status">
      {page ? `${page.totalIsEstimate ? 'about ' : ''}${plural(page.total, one, many)}` : '\u00A0'}
    </span>
  );
}
