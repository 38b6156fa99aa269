import { PageSection } from '@patternfly/react-core';
import type { Freshness, LibraryGrowth } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { freshnessQuery, growthQuery } from '../../api/history.ts';
import { BarTable } from '../../components/chart/bar-table.tsx';
import { GrowthChart } from '../../components/growth-chart.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime, useNow } from '../../components/relative-time.tsx';
import { SpanChoice } from '../../components/span-choice.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { LibraryHead } from './library-head.tsx';
import type { StatisticsSearch } from './search.ts';

const SPANS = [
  [30, '30 days'],
  [90, '90 days'],
  [365, '1 year'],
] as const;

const AGE_WORDS: Readonly<Record<Freshness['buckets'][number]['age'], string>> = {
  week: 'Up to a week',
  month: 'Up to a month',
  quarter: 'Up to three months',
  year: 'Up to a year',
  older: 'Older than a year',
  unknown: 'Not counted yet',
};

/** The library over time, how fresh it is, and what it covers. */
export function StatisticsPage(): ReactElement {
  const [search, change] = useSearchState<StatisticsSearch>();
  const days = search.days ?? 90;
  const growth = useQuery(growthQuery(days));
  const freshness = useQuery(freshnessQuery);
  return (
    <>
      <LibraryHead current="/library/statistics" />
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <div>
          <SpanChoice
            choices={SPANS}
            value={days}
            onChange={(next) => change({ days: next === 90 ? undefined : next })}
          />
        </div>
        <QueryView query={growth} what="the growth" skeleton={<ListSkeleton what="the growth" rows={4} />}>
          {(data) => <Growth growth={data} days={days} />}
        </QueryView>
        <QueryView query={freshness} what="the freshness" skeleton={<ListSkeleton what="the freshness" rows={4} />}>
          {(data) => <Fresh freshness={data} />}
        </QueryView>
      </PageSection>
    </>
  );
}

function Growth({ growth, days }: { growth: LibraryGrowth; days: number }): ReactElement {
  const now = useNow();
  const shared = { days: growth.days, length: days, now };
  return (
    <div className="ph-tiles">
      <GrowthChart title="Tags and images" counts={['tags', 'images']} {...shared} />
      <GrowthChart title="Tags by kind" counts={['postgresTags', 'modelTags']} {...shared} />
      <GrowthChart title="Repositories" counts={['repositories']} {...shared} />
    </div>
  );
}

function Fresh({ freshness }: { freshness: Freshness }): ReactElement {
  const { buckets, stalest, platforms } = freshness;
  const shown = buckets.filter(({ age, repositories }) => age !== 'unknown' || repositories > 0);
  return (
    <div className="ph-tiles">
      <Panel title="Repositories by age of their newest image">
        <BarTable
          caption="Repositories by the age of their newest image"
          what="Repositories"
          rows={shown.map(({ age, repositories }) => ({ key: age, name: AGE_WORDS[age], value: repositories }))}
        />
      </Panel>
      <Panel title="Tags by platform">
        {platforms.length === 0 ? (
          <EmptyState title="Not counted yet" level="h3">
            Platforms are counted within an hour of the first scan.
          </EmptyState>
        ) : (
          <BarTable
            caption="Tags by platform"
            what="Tags"
            rows={platforms.map(({ platform, tags }) => ({ key: platform, name: platform, value: tags }))}
          />
        )}
      </Panel>
      <Panel title="Longest without a new image">
        {stalest.length === 0 ? (
          <EmptyState title="Nothing to tell yet" level="h3">
            Repositories stand here as soon as they were counted, within a minute of their first scan.
          </EmptyState>
        ) : (
          <ul className="ph-rows">
            {stalest.map(({ id, name, registry, newestImageAt }) => (
              <li key={id}>
                <span className="ph-row-main">
                  <Link to="/library/$repositoryId" params={{ repositoryId: id }} search={{ tab: 'trends' }}>
                    {name}
                  </Link>{' '}
                  <span className="ph-quiet">{registry}</span>
                </span>
                <span className="ph-row-side">
                  <RelativeTime time={newestImageAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
