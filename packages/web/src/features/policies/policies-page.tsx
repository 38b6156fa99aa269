import { Label, PageSection } from '@patternfly/react-core';
import type { Policy } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { policiesQuery } from '../../api/policies.ts';
import { useMay } from '../../api/session.ts';
import { Code } from '../../components/code.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { CheckCircleIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { EFFECT_WORDS } from '../../components/policy-words.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ExceptionsPanel } from './exceptions-panel.tsx';
import type { PoliciesSearch } from './search.ts';

/** What images must show. Policies are written as files; here stands what came of them. */
export function PoliciesPage(): ReactElement {
  const [search, change] = useSearchState<PoliciesSearch>();
  const { page: _page, ...filters } = search;
  const policies = useQuery(policiesQuery({ ...filters, limit: 50 }));
  const mayWrite = useMay('policies:write');
  return (
    <>
      <PageTitle title="Policies">
        <p className="ph-quiet">
          What an image must show before it is approved. Missing, unreadable and expired evidence is not known, and not
          known is never a pass. A policy reports until it is enforced.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <SearchToolbar found={<Found page={policies.data} one="policy" many="policies" />} />
        <QueryView query={policies} what="the policies" skeleton={<ListSkeleton what="the policies" rows={3} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title="No policies yet" icon={CheckCircleIcon}>
                Approving is up to people alone. {mayWrite ? 'Write one as a file, as shown below.' : ''}
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
        <ExceptionsPanel />
        {mayWrite ? <WritePolicy /> : null}
      </PageSection>
    </>
  );
}

const COLUMNS: readonly Column<Policy>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: ({ name, description }) => (
      <>
        <HostileText text={name} />
        <div className="ph-quiet">
          <HostileText text={description} clamp={200} />
        </div>
      </>
    ),
  },
  { label: 'Effect', modifier: 'breakWord', cell: ({ effect }) => EFFECT_WORDS[effect] },
  {
    label: 'Mode',
    cell: ({ enabled, mode }) => (
      <Label isCompact color={enabled && mode === 'enforce' ? 'blue' : 'grey'} variant="outline">
        {enabled ? (mode === 'enforce' ? 'Enforced' : 'Reports only') : 'Switched off'}
      </Label>
    ),
  },
  { label: 'Pass', cell: ({ results }) => formatCount(results.pass) },
  { label: 'Fail', cell: ({ results }) => formatCount(results.fail) },
  { label: 'Not known', cell: ({ results }) => formatCount(results.unknown) },
  {
    label: 'Changed',
    modifier: 'breakWord',
    cell: ({ version, updatedAt, updatedBy }) => (
      <>
        <RelativeTime time={updatedAt} /> by <HostileText text={updatedBy} />
        <div className="ph-quiet">version {version}</div>
      </>
    ),
  },
];

const FILE = `name: signed
effect: require
mode: report
scope:
  repositories: ["**"]
requirements:
  signedBy: any
`;

/** Policies are data that a team reviews, so they are written as files. */
function WritePolicy(): ReactElement {
  return (
    <Panel title="Write a policy">
      <ol className="ph-steps">
        <li>
          Save this as <code>policy.yaml</code>; the guide to policies names everything that can be asked for.
          <Code text={FILE} what="policy file" />
        </li>
        <li>
          Try it on the whole library; nothing is changed by it.
          <Code text="pharos policies preview policy.yaml" what="command to try it" />
        </li>
        <li>
          Make it. It reports; with <code>mode: enforce</code> and an update it counts.
          <Code
            text={'pharos policies create policy.yaml\npharos policies update signed policy.yaml'}
            what="commands"
          />
        </li>
      </ol>
    </Panel>
  );
}
