import { Button, Card, CardBody, CardTitle, PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useSession } from '../../api/session.ts';
import { sessionsQuery, useEndOtherSessions } from '../../api/sessions.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Paging } from '../../components/paging.tsx';
import { grantWords } from '../../components/roles.ts';
import type { PagedSearch } from '../../components/search-state.ts';
import { ActionError, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ChangePassword } from './change-password.tsx';
import { SessionTable } from './session-table.tsx';

/** One's own account: what one may, the password, the sessions. */
export function AccountPage(): ReactElement {
  const [search, change] = useSearchState<PagedSearch>();
  const session = useSession();
  const sessions = useQuery(sessionsQuery('own', { cursor: search.cursor, limit: 50 }));
  const endOthers = useEndOtherSessions();
  const roles = session?.grants.map(grantWords).join(', ');
  return (
    <>
      <PageTitle title="Your account">
        <p className="ph-quiet">
          {session?.name}: {roles || 'no role yet. Ask an administrator for one'}.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <Card>
          <CardTitle component="h2">Password</CardTitle>
          <CardBody>
            {session?.hasPassword ? (
              <ChangePassword />
            ) : (
              <p>You sign in with an identity provider or a token; there is no password here.</p>
            )}
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Sessions</CardTitle>
          <CardBody className="ph-stack">
            <ActionError error={endOthers.error} what="Not ended" />
            <QueryView query={sessions} what="your sessions" skeleton={<ListSkeleton what="your sessions" rows={2} />}>
              {(page) => <SessionTable rows={page.items} whose="own" />}
            </QueryView>
            <Paging
              page={sessions.data}
              search={search}
              listKey="own-sessions"
              onPage={(next) => change(next, 'push')}
            />
            {(sessions.data?.total ?? 0) > 1 ? (
              <div>
                <Button
                  variant="secondary"
                  isLoading={endOthers.isPending}
                  isDisabled={endOthers.isPending}
                  onClick={() => endOthers.mutate(undefined)}
                >
                  End all others
                </Button>
              </div>
            ) : null}
          </CardBody>
        </Card>
      </PageSection>
    </>
  );
}
