import { Button, Label, type LabelProps } from '@patternfly/react-core';
import type { Policy, PolicyException } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ComponentType, type ReactElement, useState } from 'react';
import { policyExceptionsQuery, useChangeException } from '../../api/policies.ts';
import { useMay, useSession } from '../../api/session.ts';
import { AskException } from '../../components/ask-exception.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { shortDigest } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { BanIcon, CheckCircleIcon, ClockIcon, HistoryIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { EXCEPTION_WORDS } from '../../components/policy-words.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { PagedSearch } from '../../components/search-state.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';

/** One digest, one policy, an end, two people. Of one policy, or of all. */
export function ExceptionsPanel({ policy }: { policy: Pick<Policy, 'id' | 'name'> | null }): ReactElement {
  const [search, change] = useSearchState<PagedSearch>();
  const of = policy === null ? {} : { policyId: policy.id };
  const exceptions = useQuery(policyExceptionsQuery({ limit: 50, cursor: search.cursor, ...of }));
  const mayAsk = useMay('policies:write');
  const [isAsking, setAsking] = useState(false);
  const ask = mayAsk && policy !== null ? <Button onClick={() => setAsking(true)}>Ask for an exception…</Button> : null;
  const columns = policy === null ? COLUMNS : COLUMNS.filter(({ label }) => label !== 'Policy');
  return (
    <div className="ph-stack">
      <SearchToolbar found={<Found page={exceptions.data} one="exception" />} action={ask} />
      <QueryView query={exceptions} what="the exceptions" skeleton={<ListSkeleton what="the exceptions" rows={2} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="No exceptions" icon={CheckCircleIcon} action={ask}>
              One person asks for an exception of one image, with a reason and an end; another confirms it. It helps
              against one policy only.{' '}
              {mayAsk && policy === null ? 'Ask where a policy is against an image: on its page or in its review.' : ''}
            </EmptyState>
          ) : (
            <DataTable
              label="Exceptions"
              columns={columns}
              rows={page.items}
              rowKey={({ id }) => id}
              isStale={exceptions.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={exceptions.data}
        search={search}
        listKey={`exceptions ${policy?.id ?? ''}`}
        onPage={(next) => change(next, 'push')}
      />
      {isAsking && policy !== null ? (
        <AskException policies={[{ policyId: policy.id, policy: policy.name }]} onClose={() => setAsking(false)} />
      ) : null}
    </div>
  );
}

const LOOKS: Readonly<Record<PolicyException['state'], readonly [NonNullable<LabelProps['color']>, ComponentType]>> = {
  asked: ['yellow', ClockIcon],
  holds: ['green', CheckCircleIcon],
  expired: ['grey', HistoryIcon],
  revoked: ['red', BanIcon],
};

function ExceptionLabel({ state }: { state: PolicyException['state'] }): ReactElement {
  const [color, Icon] = LOOKS[state];
  return (
    <Label isCompact color={color} icon={<Icon />}>
      {EXCEPTION_WORDS[state]}
    </Label>
  );
}

const COLUMNS: readonly Column<PolicyException>[] = [
  {
    label: 'Policy',
    modifier: 'breakWord',
    cell: ({ policy, policyId }) => (
      <Link to="/manage/policies/$policyId" params={{ policyId }}>
        {policy}
      </Link>
    ),
  },
  {
    label: 'Image',
    modifier: 'breakWord',
    cell: ({ digest, places: [first] }) => (
      <Link to="/approvals/$digest" params={{ digest }} title={digest}>
        {first === undefined ? null : <HostileText text={first} />} <code>{shortDigest(digest)}</code>
      </Link>
    ),
  },
  { label: 'State', cell: ({ state }) => <ExceptionLabel state={state} /> },
  { label: 'Until', cell: ({ expiresAt }) => <RelativeTime time={expiresAt} /> },
  {
    label: 'Asked by',
    modifier: 'breakWord',
    cell: ({ requestedBy, requestedAt, reason }) => (
      <div>
        <HostileText text={requestedBy} />, <RelativeTime time={requestedAt} />
        <div className="ph-quiet">
          <HostileText text={reason} clamp={200} />
        </div>
      </div>
    ),
  },
  {
    label: 'Confirmed by',
    modifier: 'breakWord',
    cell: ({ confirmedBy, confirmedAt, state }) =>
      confirmedBy === null ? (
        <span className="ph-quiet">{state === 'asked' ? 'nobody yet' : 'nobody'}</span>
      ) : (
        <span>
          <HostileText text={confirmedBy} />, <RelativeTime time={confirmedAt} />
        </span>
      ),
  },
  { label: 'Actions', hideLabel: true, cell: (exception) => <Actions exception={exception} /> },
];

function Actions({ exception }: { exception: PolicyException }): ReactElement | null {
  const [verb, setVerb] = useState<'confirm' | 'revoke' | null>(null);
  const change = useChangeException();
  const may = useMay('policies:write');
  const name = useSession()?.name;
  const { state, policy, id, requestedBy, digest, places } = exception;
  if (!may || state === 'expired' || state === 'revoked') return null;
  const isMine = requestedBy === name;
  const end = state === 'asked' ? 'Withdraw' : 'Revoke';
  const of = `exception from ${policy} for ${places[0] ?? shortDigest(digest)}`;
  const close = () => {
    setVerb(null);
    change.reset();
  };
  return (
    <span className="ph-inline-list">
      {state === 'asked' && !isMine ? (
        <Button variant="link" isInline onClick={() => setVerb('confirm')} aria-label={`Confirm ${of}`}>
          Confirm…
        </Button>
      ) : null}
      <Button variant="link" isInline isDanger onClick={() => setVerb('revoke')} aria-label={`${end} ${of}`}>
        {end}…
      </Button>
      {state === 'asked' && isMine ? <span className="ph-quiet">Another person has to confirm it.</span> : null}
      <ConfirmDialog
        title={verb === 'confirm' ? `Confirm the exception from ${policy}?` : `${end} the exception from ${policy}?`}
        confirm={verb === 'confirm' ? 'Confirm' : end}
        isOpen={verb !== null}
        isBusy={change.isPending}
        isGain={verb === 'confirm'}
        error={change.error}
        onClose={close}
        onConfirm={() => verb && change.mutate({ id, verb }, { onSuccess: close })}
      >
        {verb === 'confirm' ? (
          <>
            <p>
              The image may then be approved although this policy is against it, until the exception ends. Its reason:
            </p>
            <p>
              <HostileText text={exception.reason} clamp={1000} />
            </p>
          </>
        ) : (
          <p>
            {state === 'asked'
              ? 'Nobody confirmed it yet, so nothing rests on it.'
              : 'It ends at once. What was approved with it stays approved until somebody revokes that.'}
          </p>
        )}
      </ConfirmDialog>
    </span>
  );
}
