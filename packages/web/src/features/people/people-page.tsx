import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.ts';
import { UserIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { PeopleSearch } from './search.ts';
import { TeamsPanel } from './teams-panel.tsx';
import { UsersPanel } from './users-panel.tsx';

/** People, robots and teams, and what they may. */
export function PeoplePage(): ReactElement {
  const [search, change] = useSearchState<PeopleSearch>();
  const may = useMay('users:manage');
  const tab = search.tab ?? 'users';
  return (
    <>
      <PageTitle title="Users and teams">
        <p className="ph-quiet">
          Roles say what somebody may do: everywhere, in one location, or for repositories by a pattern.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        {may ? (
          <Tabs
            activeKey={tab}
            onSelect={(_, key) =>
              change(
                { tab: key === 'teams' ? 'teams' : undefined, q: undefined, cursor: undefined, page: undefined },
                'push',
              )
            }
            aria-label="Users and teams"
            mountOnEnter
            unmountOnExit
          >
            <Tab eventKey="users" title={<TabTitleText>Users and robots</TabTitleText>}>
              <UsersPanel search={search} change={change} />
            </Tab>
            <Tab eventKey="teams" title={<TabTitleText>Teams</TabTitleText>}>
              <TeamsPanel search={search} change={change} />
            </Tab>
          </Tabs>
        ) : (
          <EmptyState title="Only administrators see users and teams" icon={UserIcon}>
            What you may do yourself is under Your account.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}
