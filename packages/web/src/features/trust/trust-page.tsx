import { Label, PageSection } from '@patternfly/react-core';
import type { TrustEntry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.ts';
import { trustListQuery } from '../../api/trust.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { UnlockIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ChangesPanel } from './changes-panel.tsx';
import type { TrustSearch } from './search.ts';
import { KIND_WORDS } from './trust-draft.ts';

/** Whose signatures count. */
export function TrustPage(): ReactElement {
  const [search, change] = useSearchState<TrustSearch>();
  const { page: _page, ...filters } = search;
  const entries = useQuery(trustListQuery({ ...filters, limit: 50 }));
  const mayWrite = useMay('trust:write');
  const add = mayWrite ? (
    <Link to="/manage/trust/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Trust a key</span>
    </Link>
  ) : null;
  return (
    <>
      <PageTitle title="Trust">
        <p className="ph-quiet">
          Keys, identities and certificate roots whose signatures count. Agents fetch signatures; they are verified
          here, without asking a registry, and again after every change.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <SearchToolbar found={<Found page={entries.data} one="entry" many="entries" />} action={add} />
        <QueryView query={entries} what="what is trusted" skeleton={<ListSkeleton what="what is trusted" rows={3} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title="Nothing is trusted yet" icon={UnlockIcon} action={add}>
                Signatures are found and kept, and none of them counts. Add the public key of whoever signs your images.
              </EmptyState>
            ) : (
              <DataTable
                label="Trust entries"
                columns={COLUMNS}
                rows={page.items}
                rowKey={(entry) => entry.id}
                isStale={entries.isPlaceholderData}
              />
            )
          }
        </QueryView>
        <Paging page={entries.data} search={search} listKey="trust" onPage={(next) => change(next, 'push')} />
        <ChangesPanel />
      </PageSection>
    </>
  );
}

const COLUMNS: readonly Column<TrustEntry>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (entry) => (
      <span className="ph-inline-list">
        <Link to="/manage/trust/$trustId" params={{ trustId: entry.id }}>
          {entry.name}
        </Link>
        {entry.enabled ? null : <Label isCompact>Switched off</Label>}
      </span>
    ),
  },
  { label: 'What', cell: (entry) => KIND_WORDS[entry.kind].name },
  {
    label: 'Key',
    cell: ({ keys }) => (
      <span>
        {keys[0]?.algorithm} <code>{keys[0]?.fingerprint.slice(0, 16)}</code>
        {keys.length > 1 ? ` and ${keys.length - 1} more` : ''}
      </span>
    ),
  },
  { label: 'Counts in', modifier: 'breakWord', cell: (entry) => <code>{entry.scope}</code> },
  { label: 'Verifies', modifier: 'nowrap', cell: (entry) => plural(entry.images, 'image') },
  {
    label: 'Changed',
    modifier: 'nowrap',
    cell: (entry) => (
      <span>
        <RelativeTime time={entry.updatedAt} /> by {entry.updatedBy}
      </span>
    ),
  },
];
