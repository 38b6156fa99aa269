import { Button, Label, PageSection } from '@patternfly/react-core';
import type { Token } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { tokensQuery, useRevokeToken } from '../../api/tokens.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { UnlockIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ROLE_NAMES, scopeWords } from '../../components/roles.ts';
import type { PagedSearch } from '../../components/search-state.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { CreateToken } from './create-token.tsx';
import { RotateToken } from './rotate-token.tsx';

export function TokensPage(): ReactElement {
  const [search, change] = useSearchState<PagedSearch>();
  const may = useMay('tokens:manage');
  const tokens = useQuery({ ...tokensQuery({ cursor: search.cursor, limit: 50 }), enabled: may });
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <PageTitle title="Tokens">
        <p className="ph-quiet">
          For programs and Beacon Agents: <code>Authorization: Bearer …</code>. People sign in with a password.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {may ? (
          <>
            <SearchToolbar
              found={<Found page={tokens.data} one="token" />}
              action={<Button onClick={() => setOpen(true)}>Create token</Button>}
            />
            <QueryView query={tokens} what="the tokens" skeleton={<ListSkeleton what="the tokens" rows={3} />}>
              {(page) =>
                page.items.length === 0 ? (
                  <EmptyState title="No tokens" icon={UnlockIcon}>
                    Create one for the command line, for automation, or for an agent in another location. It is shown
                    once.
                  </EmptyState>
                ) : (
                  <DataTable label="Tokens" columns={COLUMNS} rows={page.items} rowKey={(token) => token.id} />
                )
              }
            </QueryView>
            <Paging page={tokens.data} search={search} listKey="tokens" onPage={(next) => change(next, 'push')} />
            {isOpen ? <CreateToken onClose={() => setOpen(false)} /> : null}
          </>
        ) : (
          <EmptyState title="Only administrators see tokens" icon={UnlockIcon}>
            Ask an administrator for the token you need.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

const COLUMNS: readonly Column<Token>[] = [
  { label: 'Name', modifier: 'breakWord', cell: (token) => token.name },
  {
    label: 'Role',
    cell: (token) => (
      <Label isCompact variant="outline">
        {token.role === null ? 'As its robot' : ROLE_NAMES[token.role]}
      </Label>
    ),
  },
  {
    label: 'Bounded to',
    modifier: 'breakWord',
    cell: (token) =>
      token.scopes.length === 0 ? <span className="ph-quiet">no bound</span> : token.scopes.map(boundWords).join(', '),
  },
  { label: 'For', cell: (token) => token.owner?.name ?? '' },
  { label: 'Begins with', cell: (token) => <code>{token.prefix}…</code> },
  { label: 'Created', cell: (token) => <RelativeTime time={token.createdAt} /> },
  { label: 'By', modifier: 'breakWord', cell: (token) => token.createdBy },
  { label: 'Last used', cell: (token) => <RelativeTime time={token.lastUsedAt} /> },
  { label: 'Ends', cell: (token) => <RelativeTime time={token.expiresAt} /> },
  {
    label: 'Actions',
    hideLabel: true,
    cell: (token) => (
      <span className="ph-inline-list">
        <RotateToken token={token} />
        <Revoke token={token} />
      </span>
    ),
  },
];

function boundWords(scope: string): string {
  return scope.startsWith('permission:') ? scope.slice('permission:'.length) : scopeWords(scope);
}

function Revoke({ token }: { token: Token }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const revoke = useRevokeToken();
  return (
    <>
      <Button variant="link" isInline isDanger onClick={() => setOpen(true)} aria-label={`Revoke ${token.name}`}>
        Revoke
      </Button>
      <ConfirmDialog
        title={`Revoke the token ${token.name}?`}
        confirm="Revoke"
        isOpen={isOpen}
        isBusy={revoke.isPending}
        error={revoke.error}
        onClose={() => setOpen(false)}
        onConfirm={() => revoke.mutate(token.id, { onSuccess: () => setOpen(false) })}
      >
        <p>
          Whoever uses it is refused from now on.
          {token.role === 'agent' ? ' An agent keeps its reports until it has a new token.' : ''} A revoked token cannot
          be restored.
        </p>
      </ConfirmDialog>
    </>
  );
}
