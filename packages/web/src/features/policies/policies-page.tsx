import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Policy } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { policiesQuery } from '../../api/policies.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { CheckCircleIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { EFFECT_WORDS } from '../../components/policy-words.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ExceptionsPanel } from './exceptions-panel.tsx';
import { ModeLabel } from './mode-label.tsx';
import type { PoliciesSearch } from './search.ts';

/** What images must show, and who is excepted from it. */
export function PoliciesPage(): ReactElement {
  const [search, change] = useSearchState<PoliciesSearch>();
  return (
    <>
      <PageTitle title="Policies">
        <p className="ph-quiet">
          What an image must show before it is approved. Missing, unreadable and expired evidence is not known, and not
          known is never a pass. A policy reports until it is enforced.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Parts of policies"
          activeKey={search.tab ?? 'policies'}
          onSelect={(_, key) =>
            change({ tab: key === 'exceptions' ? 'exceptions' : undefined, cursor: undefined, page: undefined }, 'push')
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="policies" title={<TabTitleText>Policies</TabTitleText>}>
            <PolicyList />
          </Tab>
          <Tab eventKey="exceptions" title={<TabTitleText>Exceptions</TabTitleText>}>
            <ExceptionsPanel policy={null} />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

function PolicyList(): ReactElement {
  const [search, change] = useSearchState<PoliciesSearch>();
  const policies = useQuery(policiesQuery({ cursor: search.cursor, limit: 50 }));
  const mayWrite = useMay('policies:write');
  const add = mayWrite ? (
    <Link to="/manage/policies/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">New policy</span>
    </Link>
  ) : null;
  return (
    <div className="ph-stack">
      <SearchToolbar found={<Found page={policies.data} one="policy" many="policies" />} action={add} />
      <QueryView query={policies} what="the policies" skeleton={<ListSkeleton what="the policies" rows={3} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="No policies yet" icon={CheckCircleIcon} action={add}>
              Approving is up to people alone. A policy says what an image must show; it only reports at first, and
              while it is written you see what it would do.
            </EmptyState>
          ) : (
            <DataTable
              label="Policies"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(policy) => policy.id}
              isStale={policies.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging page={policies.data} search={search} listKey="policies" onPage={(next) => change(next, 'push')} />
    </div>
  );
}

const COLUMNS: readonly Column<Policy>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: ({ id, name, description }) => (
      <div>
        <Link to="/manage/policies/$policyId" params={{ policyId: id }}>
          {name}
        </Link>
        <div className="ph-quiet">
          <HostileText text={description} clamp={200} />
        </div>
      </div>
    ),
  },
  { label: 'Effect', modifier: 'breakWord', cell: ({ effect }) => EFFECT_WORDS[effect] },
  { label: 'Mode', cell: (policy) => <ModeLabel policy={policy} /> },
  {
    label: 'Asks for',
    modifier: 'nowrap',
    cell: ({ requirements }) => plural(Object.keys(requirements).length, 'requirement'),
  },
  { label: 'Pass', cell: ({ results }) => formatCount(results.pass) },
  { label: 'Fail', cell: ({ results }) => formatCount(results.fail) },
  { label: 'Not known', cell: ({ results }) => formatCount(results.unknown) },
  {
    label: 'Changed',
    modifier: 'breakWord',
    cell: ({ version, updatedAt, updatedBy }) => (
      <div>
        <RelativeTime time={updatedAt} /> by <HostileText text={updatedBy} />
        <div className="ph-quiet">version {version}</div>
      </div>
    ),
  },
];
