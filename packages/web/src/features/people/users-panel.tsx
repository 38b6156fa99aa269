import { Button, Label } from '@patternfly/react-core';
import type { User } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { usersQuery } from '../../api/users.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { UserIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { grantWords } from '../../components/roles.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import type { useSearchState } from '../../components/use-search-state.ts';
import type { PeopleSearch } from './search.ts';
import { UserActions } from './user-actions.tsx';
import { UserForm } from './user-form.tsx';

export interface PanelProps {
  search: PeopleSearch;
  change: ReturnType<typeof useSearchState<PeopleSearch>>[1];
}

export function UsersPanel({ search, change }: PanelProps): ReactElement {
  const users = useQuery(usersQuery({ q: search.q, cursor: search.cursor, limit: 50 }));
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <SearchToolbar
        searchLabel="Find a user"
        q={search.q}
        onSearch={(q) => change({ q, cursor: undefined, page: undefined })}
        found={<Found page={users.data} one="user" />}
        action={<Button onClick={() => setOpen(true)}>Add user</Button>}
      />
      <QueryView query={users} what="the users" skeleton={<ListSkeleton what="the users" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title={search.q ? 'Nobody is called that' : 'No users'} icon={UserIcon}>
              {search.q ? 'Search for another part of the name.' : 'Add the first one; it gets a one-time link.'}
            </EmptyState>
          ) : (
            <DataTable label="Users and robots" columns={COLUMNS} rows={page.items} rowKey={(user) => user.id} />
          )
        }
      </QueryView>
      <Paging page={users.data} search={search} listKey="users" onPage={(next) => change(next, 'push')} />
      {isOpen ? <UserForm onClose={() => setOpen(false)} /> : null}
    </>
  );
}

const STATE_WORDS = { active: 'Active', invited: 'Invited', disabled: 'Disabled' } as const;
const STATE_COLORS = { active: 'green', invited: 'blue', disabled: 'grey' } as const;

const COLUMNS: readonly Column<User>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (user) => (
      <span className="ph-stack-tiny">
        <strong>{user.name}</strong>
        {user.displayName ? <HostileText text={user.displayName} /> : null}
      </span>
    ),
  },
  {
    label: 'Kind',
    cell: (user) =>
      user.kind === 'robot' ? 'Robot' : user.origin === 'oidc' ? 'Person (identity provider)' : 'Person',
  },
  {
    label: 'State',
    cell: (user) => (
      <Label isCompact color={STATE_COLORS[user.state]}>
        {STATE_WORDS[user.state]}
      </Label>
    ),
  },
  {
    label: 'Roles',
    modifier: 'breakWord',
    cell: (user) => user.grants.map(grantWords).join(', ') || <span className="ph-quiet">none of its own</span>,
  },
  {
    label: 'Teams',
    modifier: 'breakWord',
    cell: (user) => user.teams.map((team) => team.name).join(', ') || <span className="ph-quiet">none</span>,
  },
  { label: 'Last sign-in', modifier: 'nowrap', cell: (user) => <RelativeTime time={user.lastSignInAt} /> },
  { label: 'Actions', hideLabel: true, cell: (user) => <UserActions user={user} /> },
];
