import { Alert, Button, PageSection, ToolbarItem } from '@patternfly/react-core';
import { mailAddressesOf, WEBHOOK_EVENT_WORDS, type Webhook, type WebhookDelivery } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTestWebhook, webhookDeliveriesQuery, webhookQuery } from '../../api/webhooks.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facet } from '../../components/facet.tsx';
import { Facts } from '../../components/facts.tsx';
import { formatCount } from '../../components/format.ts';
import { BellIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { ActionError, EmptyState, ListSkeleton, QueryView, TextSkeleton } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { DeliveryPanel, Try } from './delivery-panel.tsx';
import type { WebhookSearch } from './search.ts';
import { WebhookActions } from './webhook-actions.tsx';
import { DeliveryStateLabel, WebhookHealthLabel } from './webhook-labels.tsx';
import { STATE_WORDS } from './webhook-words.ts';

const CRUMBS = [{ label: 'Webhooks', to: '/manage/webhooks' }] as const;
const STATES = Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label }));

export function WebhookPage(): ReactElement {
  const { webhookId = '' } = useParams({ strict: false });
  const webhook = useQuery(webhookQuery(webhookId));
  if (webhook.data) return <Loaded key={webhookId} webhook={webhook.data} />;
  return (
    <>
      <PageTitle title="Webhook" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={webhook} what="the webhook" skeleton={<TextSkeleton what="the webhook" lines={8} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ webhook }: { webhook: Webhook }): ReactElement {
  const [search, change] = useSearchState<WebhookSearch>();
  const test = useTestWebhook(webhook.id);
  const tried = test.data?.tries[0];
  return (
    <>
      <PageTitle
        title={webhook.name}
        documentTitle={`Webhook ${webhook.name}`}
        crumbs={CRUMBS}
        labels={<WebhookHealthLabel webhook={webhook} />}
        actions={<WebhookActions webhook={webhook} onTest={() => test.mutate()} isTesting={test.isPending} />}
      >
        <p className="ph-quiet ph-break">{webhook.url}</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {webhook.disabledReason ? (
          <Alert variant="warning" isInline component="h2" title="Pharos switched it off">
            {webhook.disabledReason} Correct the address or the endpoint, then switch it on again.
          </Alert>
        ) : null}
        <ActionError error={test.error} what="No test was sent" />
        {test.data && tried ? (
          <Alert
            variant={test.data.state === 'delivered' ? 'success' : 'danger'}
            isInline
            component="h2"
            isLiveRegion
            title={test.data.state === 'delivered' ? 'The test arrived' : 'The test did not arrive'}
          >
            <Try attempt={tried} />
          </Alert>
        ) : null}
        {search.delivery ? (
          <DeliveryPanel
            key={search.delivery}
            webhookId={webhook.id}
            deliveryId={search.delivery}
            isEnabled={webhook.enabled}
            onClose={() => change({ delivery: undefined })}
          />
        ) : null}
        <Deliveries webhook={webhook} />
        <About webhook={webhook} />
      </PageSection>
    </>
  );
}

function Deliveries({ webhook }: { webhook: Webhook }): ReactElement {
  const [search, change] = useSearchState<WebhookSearch>();
  const { state, cursor } = search;
  const deliveries = useQuery(webhookDeliveriesQuery(webhook.id, { state, cursor, limit: 20 }));
  const columns: readonly Column<WebhookDelivery>[] = [
    {
      label: 'Event',
      cell: (row) => (
        <Button variant="link" isInline onClick={() => change({ delivery: row.id }, 'push')}>
          {row.event}
        </Button>
      ),
    },
    { label: 'State', cell: (row) => <DeliveryStateLabel state={row.state} status={row.status} /> },
    { label: 'Made', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.createdAt} /> },
    { label: 'Tries', cell: (row) => formatCount(row.attempts) },
    {
      label: 'Next try',
      modifier: 'nowrap',
      cell: (row) => <RelativeTime time={row.state === 'waiting' ? row.nextAttemptAt : null} absent="none" />,
    },
    { label: 'What came of it', modifier: 'breakWord', width: 30, cell: (row) => row.message },
  ];
  return (
    <Panel title="Deliveries">
      <SearchToolbar
        facets={
          <ToolbarItem>
            <Facet
              label="State"
              options={STATES}
              value={state}
              onChange={(chosen) =>
                change({ state: chosen as WebhookSearch['state'], cursor: undefined, page: undefined })
              }
            />
          </ToolbarItem>
        }
        onClear={state ? () => change({ state: undefined, cursor: undefined, page: undefined }) : undefined}
        found={<Found page={deliveries.data} one="delivery" many="deliveries" />}
      />
      <QueryView query={deliveries} what="the deliveries" skeleton={<ListSkeleton what="the deliveries" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title={state ? 'No delivery fits' : 'Nothing was sent yet'} icon={BellIcon} level="h3">
              {state
                ? 'Clear the filter to see more.'
                : 'Send a test to see whether it arrives. Events are sent as they happen.'}
            </EmptyState>
          ) : (
            <DataTable
              label="Deliveries"
              columns={columns}
              rows={page.items}
              rowKey={(row) => row.id}
              isStale={deliveries.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={deliveries.data}
        search={search}
        listKey={JSON.stringify(['webhook', webhook.id, state])}
        onPage={(next) => change(next, 'push')}
      />
      <p className="ph-quiet ph-note">
        Finished ones are kept for 7 days. Events may arrive twice and in any order; what fails is tried eight times in
        about 27 hours.
      </p>
    </Panel>
  );
}

function About({ webhook }: { webhook: Webhook }): ReactElement {
  const isMail = mailAddressesOf(webhook.url) !== null;
  return (
    <Panel title="About">
      <Facts
        label="About this webhook"
        facts={[
          [
            'Events',
            <ul key="e">
              {webhook.events.map((event) => (
                <li key={event}>
                  <code>{event}</code> <span className="ph-quiet">{WEBHOOK_EVENT_WORDS[event]}</span>
                </li>
              ))}
            </ul>,
          ],
          ['Repositories', webhook.repositories === null ? 'All' : <code key="r">{webhook.repositories}</code>],
          isMail ? null : ['Plain http', webhook.allowHttp ? 'Allowed' : 'Not allowed'],
          isMail ? null : ['Private addresses', webhook.allowPrivate ? 'Allowed' : 'Not allowed'],
          ['Made', <RelativeTime key="m" time={webhook.createdAt} />],
          isMail ? null : ['Secret made', <RelativeTime key="s" time={webhook.rotatedAt} />],
          webhook.previousSecretUntil
            ? [
                'Old secret signs',
                <span key="o">
                  until <RelativeTime time={webhook.previousSecretUntil} />
                </span>,
              ]
            : null,
          webhook.failingSince ? ['Failing since', <RelativeTime key="f" time={webhook.failingSince} />] : null,
        ]}
      />
    </Panel>
  );
}
