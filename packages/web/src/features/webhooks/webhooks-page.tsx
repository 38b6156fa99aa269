import { PageSection } from '@patternfly/react-core';
import type { Webhook } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.ts';
import { webhooksQuery } from '../../api/webhooks.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { BellIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { PagedSearch } from '../../components/search-state.ts';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { WebhookHealthLabel } from './webhook-labels.tsx';

/** Endpoints that are told what happens. */
export function WebhooksPage(): ReactElement {
  const mayManage = useMay('webhooks:manage');
  return (
    <>
      <PageTitle title="Webhooks">
        <p className="ph-quiet">
          Programs of yours are told what happens in the library, by signed requests. The other way round, what
          registries tell Pharos, stands under <Link to="/manage/notifications">Notifications</Link>.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {mayManage ? (
          <List />
        ) : (
          <EmptyState title="Only administrators see webhooks" icon={BellIcon}>
            Their addresses may be secrets. Ask an administrator.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function List(): ReactElement {
  const [search, change] = useSearchState<PagedSearch>();
  const webhooks = useQuery(webhooksQuery({ cursor: search.cursor, limit: 50 }));
  const add = (
    <Link to="/manage/webhooks/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Add webhook</span>
    </Link>
  );
  const isEmpty = webhooks.data?.total === 0;
  return (
    <>
      <SearchToolbar found={<Found page={webhooks.data} one="webhook" />} action={isEmpty ? null : add} />
      <QueryView query={webhooks} what="the webhooks" skeleton={<ListSkeleton what="the webhooks" rows={3} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="Nobody is told yet" icon={BellIcon} action={add}>
              A webhook sends what you choose to an address of yours: new images, moved tags, failing scans, lost
              agents. What could not be delivered is tried again for a day.
            </EmptyState>
          ) : (
            <DataTable
              label="Webhooks"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(webhook) => webhook.id}
              isStale={webhooks.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging page={webhooks.data} search={search} listKey="webhooks" onPage={(next) => change(next, 'push')} />
    </>
  );
}

const COLUMNS: readonly Column<Webhook>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: (webhook) => (
      <span>
        <Link to="/manage/webhooks/$webhookId" params={{ webhookId: webhook.id }} className="ph-name">
          {webhook.name}
        </Link>
        <span className="ph-quiet ph-break">{webhook.url}</span>
      </span>
    ),
  },
  { label: 'State', cell: (webhook) => <WebhookHealthLabel webhook={webhook} /> },
  { label: 'Events', modifier: 'breakWord', width: 30, cell: (webhook) => webhook.events.join(', ') },
  { label: 'Waiting', cell: (webhook) => formatCount(webhook.waiting) },
  {
    label: 'Last sent',
    modifier: 'nowrap',
    cell: ({ lastDelivery }) => <RelativeTime time={lastDelivery?.at ?? null} absent="nothing sent yet" />,
  },
];
