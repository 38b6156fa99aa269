import { PageSection, ToolbarItem } from '@patternfly/react-core';
import { ActivityType } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { activityQuery } from '../../api/activity.ts';
import { registriesQuery } from '../../api/registries.ts';
import { useMay } from '../../api/session.ts';
import { ActivityRows } from '../../components/activity-rows.tsx';
import { ACTIVITY_WORDS } from '../../components/activity-words.ts';
import { Facet } from '../../components/facet.tsx';
import { HistoryIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { type ActivitySearch, sinceOf } from './search.ts';

const TYPES = ActivityType.options.map((value) => ({ value, label: ACTIVITY_WORDS[value] }));
const PERIOD_WORDS = [
  { value: 'day', label: 'Last 24 hours' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
];

/** What happened in the library. */
export function ActivityPage(): ReactElement {
  const [search, change] = useSearchState<ActivitySearch>();
  const { type, registryId, repositoryId, period, cursor } = search;
  const since = useMemo(() => sinceOf(period, Date.now()), [period]);
  const filters = { type, registryId, repositoryId, since };
  const activity = useQuery(activityQuery({ ...filters, cursor, limit: 50 }));
  const registries = useQuery(registriesQuery());
  const mayHook = useMay('webhooks:manage');
  const refilter = (patch: Partial<ActivitySearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const isFiltered = Boolean(type || registryId || repositoryId || period);
  const clear = () => refilter({ type: undefined, registryId: undefined, repositoryId: undefined, period: undefined });
  const repository = repositoryId ? activity.data?.items[0]?.repository : null;

  return (
    <>
      <PageTitle title="Activity">
        <p className="ph-quiet">
          What happened in the library, kept for 90 days. What one scan changed stands together.
          {mayHook ? (
            <>
              {' '}
              Programs are told by <Link to="/manage/webhooks">webhooks</Link>.
            </>
          ) : null}
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <SearchToolbar
          facets={
            <>
              <ToolbarItem>
                <Facet
                  label="What"
                  options={TYPES}
                  value={type}
                  onChange={(chosen) => refilter({ type: chosen as ActivitySearch['type'] })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <Facet
                  label="Registry"
                  options={(registries.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                  value={registryId}
                  onChange={(chosen) => refilter({ registryId: chosen })}
                />
              </ToolbarItem>
              <ToolbarItem>
                <Facet
                  label="When"
                  options={PERIOD_WORDS}
                  value={period}
                  onChange={(chosen) => refilter({ period: chosen as ActivitySearch['period'] })}
                />
              </ToolbarItem>
            </>
          }
          onClear={isFiltered ? clear : undefined}
          found={<Found page={activity.data} one="entry" many="entries" />}
        />
        {repository ? <p>Of the repository {repository}.</p> : null}
        <QueryView query={activity} what="the activity" skeleton={<ListSkeleton what="the activity" rows={8} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title={isFiltered ? 'Nothing fits' : 'Nothing happened yet'} icon={HistoryIcon}>
                {isFiltered
                  ? 'Clear a filter to see more.'
                  : 'Entries appear here as soon as a scan changes something. Connect a registry and add a rule first.'}
              </EmptyState>
            ) : (
              <ActivityRows entries={page.items} />
            )
          }
        </QueryView>
        <Paging
          page={activity.data}
          search={search}
          listKey={JSON.stringify(['activity', type, registryId, repositoryId, period])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}
