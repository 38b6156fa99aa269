import type { RepositoryDetail, RepositoryHistory, Scan } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { repositoryHistoryQuery } from '../../api/history.ts';
import { scansQuery } from '../../api/scans.ts';
import { BarTable } from '../../components/chart/bar-table.tsx';
import { ChartPanel } from '../../components/chart/chart-panel.tsx';
import { foldSeries } from '../../components/chart/scale.ts';
import { TimeChart } from '../../components/chart/time-chart.tsx';
import { formatCount, formatDuration, plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime, useNow } from '../../components/relative-time.tsx';
import { SpanChoice } from '../../components/span-choice.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { majorsOf, scanPoints } from './repository-trends.ts';
import type { RepositorySearch } from './search.ts';

const SPANS = [
  [30, '30 days'],
  [90, '90 days'],
  [365, '1 year'],
] as const;
const MOST_MAJORS = 7;
const DAY_MS = 86_400_000;

/** A repository over time: its tags by major version, how fresh it is, what reading it takes. */
export function RepositoryTrends({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [search, change] = useSearchState<RepositorySearch>();
  const days = search.days ?? 90;
  const history = useQuery(repositoryHistoryQuery(repository.id, days));
  const scans = useQuery(scansQuery({ repositoryId: repository.id, limit: 50 }));
  return (
    <div className="ph-stack ph-note">
      <div className="ph-actions">
        <SpanChoice
          choices={SPANS}
          value={days}
          onChange={(next) => change({ days: next === 90 ? undefined : next })}
        />
        <Link to="/activity" search={{ repositoryId: repository.id }}>
          Activity of this repository
        </Link>
      </div>
      <QueryView query={history} what="the history" skeleton={<ListSkeleton what="the history" rows={4} />}>
        {(data) =>
          data.days.length === 0 ? (
            <EmptyState title="Not counted yet">
              A repository is counted within a minute of its first scan, from then on whenever it changes.
            </EmptyState>
          ) : (
            <div className="ph-columns">
              <Majors history={data} days={days} />
              <Freshness history={data} />
            </div>
          )
        }
      </QueryView>
      <QueryView query={scans} what="the scans" skeleton={<ListSkeleton what="the scans" rows={4} />}>
        {(page) => <Scans scans={page.items} />}
      </QueryView>
    </div>
  );
}

function Majors({ history, days }: { history: RepositoryHistory; days: number }): ReactElement {
  const now = useNow();
  const all = history.days.map(({ day, majors }) => ({ at: day, values: majors }));
  const { keys, points } = foldSeries(all, majorsOf(history.days), MOST_MAJORS);
  const series = keys.map((key) => ({ key, name: key === 'other' ? 'Others' : key }));
  const last = points.at(-1);
  const description = series.map(({ key, name }) => `${name}: ${plural(last?.values[key] ?? 0, 'tag')}`).join(', ');
  return (
    <ChartPanel
      title="Tags by major version"
      table={{
        head: ['Day', 'Tags', ...series.map(({ name }) => name)],
        rows: history.days.toReversed().map(({ day, tags }, index) => {
          const { values = {} } = points[points.length - 1 - index] ?? {};
          return [day, tags, ...keys.map((key) => values[key] ?? 0)];
        }),
        show: (value) => (typeof value === 'number' ? formatCount(value) : value),
      }}
    >
      <TimeChart
        title="Tags by major version"
        description={`At the end: ${description}.`}
        points={points}
        series={series}
        shape="stack"
        span={[now - days * DAY_MS, now]}
      />
    </ChartPanel>
  );
}

function Freshness({ history }: { history: RepositoryHistory }): ReactElement {
  return (
    <div className="ph-stack">
      <Panel title="Freshness">
        <p>
          The newest image was made <RelativeTime time={history.newestImageAt} absent="at a time that is not known" />.
        </p>
      </Panel>
      <Panel title="Tags by platform">
        <BarTable
          caption="Tags of this repository by platform"
          what="Tags"
          rows={history.platforms.map(({ platform, tags }) => ({ key: platform, name: platform, value: tags }))}
        />
      </Panel>
    </div>
  );
}

function Scans({ scans }: { scans: readonly Scan[] }): ReactElement | null {
  const { points, span, stepMs } = scanPoints(scans);
  if (points.length === 0) return null;
  const rows = points.toReversed().map(({ at, values }) => [at, values.seconds ?? 0, values.requests ?? 0]);
  const table = {
    head: ['Began', 'Seconds', 'Requests'],
    rows,
    show: (value: string | number, column: number) =>
      typeof value === 'string'
        ? value.slice(0, 19).replace('T', ' ')
        : column === 1
          ? formatDuration(value * 1000)
          : formatCount(value),
  };
  const shared = { points, span, stepMs, shape: 'columns' as const };
  const note =
    points.length === 1
      ? 'The only scan of this repository so far.'
      : `The last ${plural(points.length, 'scan')} of this repository.`;
  return (
    <div className="ph-pair">
      <ChartPanel title="Duration of scans" table={table} note={note}>
        <TimeChart
          {...shared}
          title="Duration of scans"
          description={note}
          series={[{ key: 'seconds', name: 'Duration' }]}
          format={(seconds) => formatDuration(seconds * 1000)}
          isWhole={false}
        />
      </ChartPanel>
      <ChartPanel title="Requests of scans" table={table} note={note}>
        <TimeChart
          {...shared}
          title="Requests of scans"
          description={note}
          series={[{ key: 'requests', name: 'Requests' }]}
        />
      </ChartPanel>
    </div>
  );
}
