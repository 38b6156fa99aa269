import { Button } from '@patternfly/react-core';
import type { Team } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { teamsQuery, useDeleteTeam } from '../../api/users.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { UserIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { grantWords } from '../../components/roles.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { TeamForm } from './team-form.tsx';
import type { PanelProps } from './users-panel.tsx';

export function TeamsPanel({ search, change }: PanelProps): ReactElement {
  const teams = useQuery(teamsQuery({ q: search.q, cursor: search.cursor, limit: 50 }));
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <SearchToolbar
        searchLabel="Find a team"
        q={search.q}
        onSearch={(q) => change({ q, cursor: undefined, page: undefined })}
        found={<Found page={teams.data} one="team" />}
        action={<Button onClick={() => setOpen(true)}>Add team</Button>}
      />
      <QueryView query={teams} what="the teams" skeleton={<ListSkeleton what="the teams" rows={3} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title={search.q ? 'No team is called that' : 'No teams'} icon={UserIcon}>
              A team gives its roles to everybody in it.
            </EmptyState>
          ) : (
            <DataTable label="Teams" columns={COLUMNS} rows={page.items} rowKey={(team) => team.id} />
          )
        }
      </QueryView>
      <Paging page={teams.data} search={search} listKey="teams" onPage={(next) => change(next, 'push')} />
      {isOpen ? <TeamForm onClose={() => setOpen(false)} /> : null}
    </>
  );
}

const COLUMNS: readonly Column<Team>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (team) => (
      <span className="ph-stack-tiny">
        <strong>{team.name}</strong>
        {team.description ? <HostileText text={team.description} /> : null}
      </span>
    ),
  },
  { label: 'Roles', modifier: 'breakWord', cell: (team) => team.grants.map(grantWords).join(', ') },
  { label: 'Members', modifier: 'breakWord', cell: (team) => words(team.members.map((member) => member.name)) },
  { label: 'Groups', modifier: 'breakWord', cell: (team) => words(team.groups) },
  { label: 'Actions', hideLabel: true, cell: (team) => <TeamActions team={team} /> },
];

function words(names: readonly string[]): ReactElement | string {
  return names.length === 0 ? <span className="ph-quiet">none</span> : names.join(', ');
}

function TeamActions({ team }: { team: Team }): ReactElement {
  const [asked, setAsked] = useState<'change' | 'delete' | null>(null);
  const remove = useDeleteTeam();
  return (
    <span className="ph-inline-list">
      <Button variant="link" isInline onClick={() => setAsked('change')} aria-label={`Change ${team.name}`}>
        Change
      </Button>
      <Button variant="link" isInline isDanger onClick={() => setAsked('delete')} aria-label={`Remove ${team.name}`}>
        Remove
      </Button>
      {asked === 'change' ? <TeamForm team={team} onClose={() => setAsked(null)} /> : null}
      <ConfirmDialog
        title={`Remove the team ${team.name}?`}
        confirm="Remove"
        isOpen={asked === 'delete'}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setAsked(null)}
        onConfirm={() => remove.mutate(team.id, { onSuccess: () => setAsked(null) })}
      >
        <p>Its members stay, and lose what the team gave them.</p>
      </ConfirmDialog>
    </span>
  );
}
