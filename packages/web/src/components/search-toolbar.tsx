import { Button, Toolbar, ToolbarContent, ToolbarGroup, ToolbarItem, ToolbarToggleGroup } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { FilterIcon } from './icons.ts';
import { SearchField } from './search-field.tsx';

interface SearchToolbarProps {
  searchLabel?: string;
  q?: string | undefined;
  onSearch?: (q: string | undefined) => void;
  facets?: ReactNode;
  /** The number found. */
  found?: ReactNode;
  /** The primary action, at the right. */
  action?: ReactNode;
  /** How the list is drawn: sort, cards or table. */
  view?: ReactNode;
  /** Set while any filter is on. */
  onClear?: (() => void) | undefined;
}

/** The one toolbar of a list: search, facets, the number found, view, the primary action at the right. */
export function SearchToolbar(props: SearchToolbarProps): ReactElement {
  const { searchLabel, q, onSearch, facets, found, action, view, onClear } = props;
  return (
    <Toolbar className="ph-toolbar" inset={{ default: 'insetNone' }}>
      <ToolbarContent>
        {onSearch ? (
          <ToolbarItem className="ph-toolbar-search">
            <SearchField label={searchLabel ?? 'Search'} value={q} onChange={onSearch} />
          </ToolbarItem>
        ) : null}
        {facets ? (
          <ToolbarToggleGroup toggleIcon={<FilterIcon />} breakpoint="xl">
            <ToolbarGroup variant="filter-group">{facets}</ToolbarGroup>
          </ToolbarToggleGroup>
        ) : null}
        {onClear ? (
          <ToolbarItem>
            <Button variant="link" onClick={onClear}>
              Clear filters
            </Button>
          </ToolbarItem>
        ) : null}
        <ToolbarGroup align={{ default: 'alignEnd' }} className="ph-toolbar-end">
          {found ? <ToolbarItem alignSelf="center">{found}</ToolbarItem> : null}
          {view}
          {action ? <ToolbarItem>{action}</ToolbarItem> : null}
        </ToolbarGroup>
      </ToolbarContent>
    </Toolbar>
  );
}
