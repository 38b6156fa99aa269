import { PageSection, ToolbarItem } from '@patternfly/react-core';
import { RECEIVER_KINDS, type Receiver } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { receiversQuery } from '../../api/receivers.ts';
import { registriesQuery } from '../../api/registries.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facet } from '../../components/facet.tsx';
import { BellIcon } from '../../components/icons.ts';
import { DeliveryOutcomeLabel, WarningLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { isRefusedLast } from './receiver-words.ts';
import type { ReceiversSearch } from './search.ts';
import { PROOF_WORDS } from './setup-guide.ts';

/** Registries that tell Pharos of pushes. */
export function ReceiversPage(): ReactElement {
  const [search, change] = useSearchState<ReceiversSearch>();
  const { page: _page, ...filters } = search;
  const receivers = useQuery(receiversQuery({ ...filters, limit: 50 }));
  const registries = useQuery(registriesQuery());
  const mayWrite = useMay('registries:write');
  const refilter = (patch: Partial<ReceiversSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const add = mayWrite ? (
    <Link
      to="/manage/notifications/new"
      search={{ registryId: search.registryId }}
      className="pf-v6-c-button pf-m-primary"
    >
      <span className="pf-v6-c-button__text">Receive notifications</span>
    </Link>
  ) : null;

  return (
    <>
      <PageTitle title="Notifications">
        <p className="ph-quiet">
          Registries tell Pharos of a push, so that a new tag is here within seconds. What they say is a hint only: an
          agent reads the tag itself.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <SearchToolbar
          facets={
            <ToolbarItem>
              <Facet
                label="Registry"
                options={(registries.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                value={search.registryId}
                onChange={(registryId) => refilter({ registryId })}
              />
            </ToolbarItem>
          }
          onClear={search.registryId ? () => refilter({ registryId: undefined }) : undefined}
          found={<Found page={receivers.data} one="receiver" />}
          action={add}
        />
        <QueryView query={receivers} what="the receivers" skeleton={<ListSkeleton what="the receivers" rows={3} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState
                title={search.registryId ? 'This registry sends no notifications' : 'No registry sends notifications'}
                icon={BellIcon}
                action={add}
              >
                Without them a new tag is found by the next scan. With them it is read as soon as it was pushed.
              </EmptyState>
            ) : (
              <DataTable
                label="Receivers"
                columns={COLUMNS}
                rows={page.items}
                rowKey={(receiver) => receiver.id}
                isStale={receivers.isPlaceholderData}
              />
            )
          }
        </QueryView>
        <Paging
          page={receivers.data}
          search={search}
          listKey={`receivers ${search.registryId ?? ''}`}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}

const COLUMNS: readonly Column<Receiver>[] = [
  {
    label: 'Registry',
    modifier: 'breakWord',
    cell: (receiver) => (
      <Link to="/manage/notifications/$receiverId" params={{ receiverId: receiver.id }}>
        {receiver.registry}
      </Link>
    ),
  },
  { label: 'Sent by', cell: (receiver) => RECEIVER_KINDS[receiver.source].name },
  { label: 'Proved by', cell: (receiver) => PROOF_WORDS[receiver.proof] },
  {
    label: 'Last notification',
    cell: ({ lastDelivery, ...receiver }) => (
      <span className="ph-inline-list">
        {lastDelivery || !isRefusedLast({ ...receiver, lastDelivery }) ? (
          <RelativeTime time={lastDelivery?.receivedAt ?? null} absent="nothing came in yet" />
        ) : null}
        {lastDelivery ? <DeliveryOutcomeLabel outcome={lastDelivery.outcome} /> : null}
        {isRefusedLast({ ...receiver, lastDelivery }) ? <WarningLabel text="Last refused" /> : null}
      </span>
    ),
  },
  { label: 'Made', modifier: 'nowrap', cell: (receiver) => <RelativeTime time={receiver.createdAt} /> },
];
