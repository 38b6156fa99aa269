import { Alert, ExpandableSection, PageSection, ToolbarItem } from '@patternfly/react-core';
import { type DeliveryOutcome, RECEIVER_KINDS, type Receiver } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { deliveriesQuery, receiverQuery } from '../../api/receivers.ts';
import { useMay } from '../../api/session.ts';
import { Facet } from '../../components/facet.tsx';
import { Facts } from '../../components/facts.tsx';
import { BellIcon } from '../../components/icons.ts';
import { DELIVERY_OUTCOME_WORDS, DeliveryOutcomeLabel, WarningLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView, TextSkeleton } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { DeliveryTable } from './delivery-table.tsx';
import { ReceiverActions } from './receiver-actions.tsx';
import { isRefusedLast } from './receiver-words.ts';
import type { ReceiverSearch } from './search.ts';
import { HIDDEN_SECRET, PROOF_WORDS } from './setup-guide.ts';
import { SetupSteps } from './setup-steps.tsx';

const CRUMBS = [{ label: 'Notifications', to: '/manage/notifications' }] as const;
const OUTCOMES = Object.entries(DELIVERY_OUTCOME_WORDS).map(([value, label]) => ({ value, label }));

export function ReceiverPage(): ReactElement {
  const { receiverId = '' } = useParams({ strict: false });
  const receiver = useQuery(receiverQuery(receiverId));
  if (receiver.data) return <Loaded key={receiverId} receiver={receiver.data} />;
  return (
    <>
      <PageTitle title="Notifications of a registry" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={receiver} what="the receiver" skeleton={<TextSkeleton what="the receiver" lines={8} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ receiver }: { receiver: Receiver }): ReactElement {
  const mayWrite = useMay('registries:write');
  const { lastDelivery, lastRefusedAt, registry, source } = receiver;
  const { name } = RECEIVER_KINDS[source];
  const isRefused = isRefusedLast(receiver);
  return (
    <>
      <PageTitle
        title={registry}
        documentTitle={`Notifications of ${registry}`}
        crumbs={CRUMBS}
        labels={
          isRefused ? (
            <WarningLabel text="Last refused" />
          ) : lastDelivery ? (
            <DeliveryOutcomeLabel outcome={lastDelivery.outcome} of="Last" />
          ) : null
        }
        actions={mayWrite ? <ReceiverActions receiver={receiver} /> : null}
      >
        <p className="ph-quiet">Notifications sent by {name}</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {isRefused && lastRefusedAt !== null ? (
          <Alert
            variant="warning"
            isInline
            component="h2"
            title="A notification came without the right secret or signature"
          >
            <p>
              It was refused <RelativeTime time={lastRefusedAt} />. Compare address and secret at {name}; when the
              secret is lost, make a new one.
            </p>
          </Alert>
        ) : null}
        <Deliveries receiver={receiver} />
        <Panel title="About">
          <Facts
            label="About this receiver"
            facts={[
              [
                'Registry',
                <Link key="r" to="/manage/registries/$registryId" params={{ registryId: receiver.registryId }}>
                  {registry}
                </Link>,
              ],
              ['Sent by', name],
              ['Proved by', PROOF_WORDS[receiver.proof]],
              [
                'Address',
                <code key="a" className="ph-break">
                  {window.location.origin + receiver.path}
                </code>,
              ],
              ['Made', <RelativeTime key="m" time={receiver.createdAt} />],
              ['Secret made', <RelativeTime key="s" time={receiver.rotatedAt} />],
              ['Last refused', <RelativeTime key="l" time={lastRefusedAt} />],
            ]}
          />
          <HowTo receiver={receiver} />
        </Panel>
      </PageSection>
    </>
  );
}

/** The steps again, without the secret. */
function HowTo({ receiver }: { receiver: Receiver }): ReactElement {
  const [isOpen, setOpen] = useState(receiver.lastDelivery === null);
  const { source, proof, path } = receiver;
  const shown = proof === 'url' ? path.replace(/…$/, HIDDEN_SECRET) : path;
  return (
    <ExpandableSection
      className="ph-note"
      toggleText={`How to set up ${RECEIVER_KINDS[source].name}`}
      isExpanded={isOpen}
      onToggle={(_, open) => setOpen(open)}
    >
      <SetupSteps source={source} pasted={{ address: window.location.origin + shown, secret: HIDDEN_SECRET }} />
    </ExpandableSection>
  );
}

function Deliveries({ receiver }: { receiver: Receiver }): ReactElement {
  const [search, change] = useSearchState<ReceiverSearch>();
  const { page: _page, ...filters } = search;
  const deliveries = useQuery(deliveriesQuery(receiver.id, { ...filters, limit: 50 }));
  const refilter = (outcome: DeliveryOutcome | undefined) => change({ outcome, cursor: undefined, page: undefined });
  return (
    <>
      <SearchToolbar
        facets={
          <ToolbarItem>
            <Facet
              label="Outcome"
              options={OUTCOMES}
              value={search.outcome}
              onChange={(outcome) => refilter(outcome as DeliveryOutcome | undefined)}
            />
          </ToolbarItem>
        }
        onClear={search.outcome ? () => refilter(undefined) : undefined}
        found={<Found page={deliveries.data} one="notification" />}
      />
      <QueryView query={deliveries} what="the notifications" skeleton={<ListSkeleton what="the notifications" />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title={search.outcome ? 'No notification fits' : 'Nothing came in yet'} icon={BellIcon}>
              {search.outcome
                ? 'Clear the filter to see the others.'
                : 'Push a tag, or send a test from the product: it appears here by itself.'}
            </EmptyState>
          ) : (
            <DeliveryTable rows={page.items} isStale={deliveries.isPlaceholderData} />
          )
        }
      </QueryView>
      <Paging
        page={deliveries.data}
        search={search}
        listKey={`deliveries ${receiver.id} ${search.outcome ?? ''}`}
        onPage={(next) => change(next, 'push')}
      />
    </>
  );
}
