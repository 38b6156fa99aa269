import { Button, PageSection, ToolbarItem } from '@patternfly/react-core';
import type { AuditEvent, AuditOutcome } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { AUDIT_EXPORT, auditEventsQuery, auditFacetsQuery, auditHeadQuery } from '../../api/audit.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facet } from '../../components/facet.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { HistoryIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ErrorState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ChainState } from './chain-state.tsx';
import { EntryDialog } from './entry-dialog.tsx';
import { OutcomeLabel } from './outcome-label.tsx';
import { type AuditSearch, fromOf } from './search.ts';
import { subjectWords } from './subject-words.ts';

const PERIOD_WORDS = [
  { value: 'day', label: 'Last 24 hours' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
];
const OUTCOME_WORDS: Record<AuditOutcome, string> = { done: 'Done', denied: 'Denied', failed: 'Failed' };

/** Who changed what, and what was refused. */
export function AuditPage(): ReactElement {
  const [search, change] = useSearchState<AuditSearch>();
  const { q, action, outcome, actor, subject, period, cursor, entry } = search;
  const from = useMemo(() => fromOf(period, Date.now()), [period]);
  const filters = { q, action, outcome, actor, subject, from };
  const events = useQuery(auditEventsQuery({ ...filters, cursor, limit: 50 }));
  const facets = useQuery(auditFacetsQuery(filters));
  const head = useQuery(auditHeadQuery);
  const refilter = (patch: Partial<AuditSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const isFiltered = Boolean(q || action || outcome || actor || subject || period);
  const none = { q: undefined, action: undefined, outcome: undefined, actor: undefined, subject: undefined };
  const clear = () => refilter({ ...none, period: undefined });
  const columns = columnsOf({ open: (seq) => change({ entry: seq }, 'push'), refilter });

  return (
    <>
      <PageTitle
        title="Audit log"
        actions={
          <Button variant="secondary" component="a" href={AUDIT_EXPORT} download>
            Export
          </Button>
        }
      >
        <p className="ph-quiet">
          Every change and every refusal. Each entry bears the hash of the one before it; an export ends with a signed
          head, against which <code>pharos audit verify</code> holds the log.
        </p>
        {head.data ? <ChainState head={head.data} /> : null}
        {head.isError && !head.data ? (
          <ErrorState error={head.error} what="the state of the log" onRetry={() => void head.refetch()} />
        ) : null}
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <SearchToolbar
          searchLabel="Find in the audit log"
          q={q}
          onSearch={(next) => refilter({ q: next })}
          facets={
            <>
              <ToolbarItem>
                <Facet
                  label="Action"
                  options={(facets.data?.actions ?? []).map(({ value, count }) => ({ value, label: value, count }))}
                  value={action}
                  onChange={(next) => refilter({ action: next })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <Facet
                  label="Outcome"
                  options={(facets.data?.outcomes ?? []).map(({ value, count }) => ({
                    ...{ value, count, label: OUTCOME_WORDS[value as AuditOutcome] },
                  }))}
                  value={outcome}
                  onChange={(next) => refilter({ outcome: next as AuditOutcome | undefined })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <Facet
                  label="When"
                  options={PERIOD_WORDS}
                  value={period}
                  onChange={(next) => refilter({ period: next as AuditSearch['period'] })}
                />
              </ToolbarItem>
            </>
          }
          onClear={isFiltered ? clear : undefined}
          found={<Found page={events.data} one="entry" many="entries" />}
        />
        {actor ? <p>Only of {actor}.</p> : null}
        {subject ? <p>Only about {subject}.</p> : null}
        <QueryView query={events} what="the audit log" skeleton={<ListSkeleton what="the audit log" rows={8} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title={isFiltered ? 'No entry fits' : 'Nothing was changed yet'} icon={HistoryIcon}>
                {isFiltered ? 'Clear a filter to see more.' : 'The first change that somebody makes appears here.'}
              </EmptyState>
            ) : (
              <DataTable
                label="Audit log"
                columns={columns}
                rows={page.items}
                rowKey={(row) => String(row.seq)}
                isStale={events.isPlaceholderData}
              />
            )
          }
        </QueryView>
        <Paging
          page={events.data}
          search={search}
          listKey={JSON.stringify(['audit', filters])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
      {entry === undefined ? null : <EntryDialog seq={entry} onClose={() => change({ entry: undefined })} />}
    </>
  );
}

function Subject({ event }: { event: AuditEvent }): ReactElement {
  const { kind, short, to } = subjectWords(event);
  const name = <HostileText text={short} clamp={80} />;
  return (
    <span title={event.subject}>
      {kind} {to === null ? name : <Link to={to}>{name}</Link>}
    </span>
  );
}

function columnsOf({
  open,
  refilter,
}: {
  open: (seq: number) => void;
  refilter: (patch: Partial<AuditSearch>) => void;
}): Column<AuditEvent>[] {
  return [
    {
      label: 'Entry',
      modifier: 'fitContent',
      cell: ({ seq, action }) => (
        <Button variant="link" isInline aria-label={`Entry ${seq}, ${action}`} onClick={() => open(seq)}>
          {seq}
        </Button>
      ),
    },
    { label: 'When', modifier: 'nowrap', cell: ({ at }) => <RelativeTime time={at} /> },
    {
      label: 'Who',
      modifier: 'breakWord',
      width: 20,
      cell: ({ actor }) => (
        <Button variant="link" isInline aria-label={`Only of ${actor}`} onClick={() => refilter({ actor })}>
          <HostileText text={actor} clamp={1000} />
        </Button>
      ),
    },
    { label: 'Action', modifier: 'nowrap', cell: ({ action }) => action },
    { label: 'Outcome', modifier: 'fitContent', cell: ({ outcome }) => <OutcomeLabel outcome={outcome} /> },
    {
      label: 'Subject',
      modifier: 'breakWord',
      cell: (event) => <Subject event={event} />,
    },
    {
      label: 'Reason',
      modifier: 'breakWord',
      width: 20,
      cell: ({ reason }) => <HostileText text={reason} clamp={80} />,
    },
  ];
}
