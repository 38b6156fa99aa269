import { PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.ts';
import { sessionsQuery } from '../../api/sessions.ts';
import { UserIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import type { PagedSearch } from '../../components/search-state.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { SessionTable } from './session-table.tsx';

/** Who is signed in where. */
export function SessionsPage(): ReactElement {
  const [search, change] = useSearchState<PagedSearch>();
  const may = useMay('users:manage');
  const sessions = useQuery({ ...sessionsQuery('all', { cursor: search.cursor, limit: 50 }), enabled: may });
  return (
    <>
      <PageTitle title="Sessions">
        <p className="ph-quiet">Browsers that are signed in. A session ends after 12 hours without use, or here.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {may ? (
          <>
            <SearchToolbar found={<Found page={sessions.data} one="session" />} />
            <QueryView query={sessions} what="the sessions" skeleton={<ListSkeleton what="the sessions" rows={3} />}>
              {(page) =>
                page.items.length === 0 ? (
                  <EmptyState title="Nobody is signed in with a browser" icon={UserIcon}>
                    Programs use tokens; these are under Tokens.
                  </EmptyState>
                ) : (
                  <SessionTable rows={page.items} whose="all" />
                )
              }
            </QueryView>
            <Paging page={sessions.data} search={search} listKey="sessions" onPage={(next) => change(next, 'push')} />
          </>
        ) : (
          <EmptyState title="Only administrators see all sessions" icon={UserIcon}>
            Your own are under Your account.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}
