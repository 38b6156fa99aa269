import type { RegistryHistory } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { registryHistoryQuery } from '../../api/history.ts';
import { ChartPanel } from '../../components/chart/chart-panel.tsx';
import { TimeChart } from '../../components/chart/time-chart.tsx';
import { formatCount, formatDuration, plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { useNow } from '../../components/relative-time.tsx';
import { SpanChoice } from '../../components/span-choice.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { RegistrySearch } from './search.ts';

const SPANS = [
  [1, '24 hours'],
  [7, '7 days'],
  [90, '90 days'],
] as const;
const HOUR_MS = 3_600_000;

/** How long scans of a registry take and what they spend. */
export function RegistryHistoryPanel({ registryId }: { registryId: string }): ReactElement {
  const [search, change] = useSearchState<RegistrySearch>();
  const days = search.days ?? 1;
  const history = useQuery(registryHistoryQuery(registryId, days));
  return (
    <div className="ph-stack">
      <div>
        <SpanChoice choices={SPANS} value={days} onChange={(next) => change({ days: next === 1 ? undefined : next })} />
      </div>
      <QueryView query={history} what="the scans over time" skeleton={<ListSkeleton what="the scans" rows={4} />}>
        {(data) =>
          data.spans.length === 0 ? (
            <Panel title="Scans over time">
              <p className="ph-quiet">No scan ended in this time. What they take and spend stands here.</p>
            </Panel>
          ) : (
            <Charts history={data} days={days} />
          )
        }
      </QueryView>
    </div>
  );
}

function Charts({ history: { step, spans }, days }: { history: RegistryHistory; days: number }): ReactElement {
  const now = useNow();
  const stepMs = step === 'hour' ? HOUR_MS : 24 * HOUR_MS;
  // Whole hours or days, so that the running one has its whole place.
  const end = Math.ceil(now / stepMs) * stepMs;
  const span: [number, number] = [end - days * 24 * HOUR_MS, end];
  const points = spans.map(({ at, scans, failed, requests, seconds }) => ({
    at,
    values: { mean: scans === 0 ? 0 : seconds / scans, ok: scans - failed, failed, requests },
  }));
  const sum = (read: (each: RegistryHistory['spans'][number]) => number) =>
    spans.reduce((all, each) => all + read(each), 0);
  const scans = sum((each) => each.scans);
  const requests = sum((each) => each.requests);
  const mean = scans === 0 ? 0 : sum((each) => each.seconds) / scans;
  const per = `by ${step}`;
  const table = {
    head: [step === 'hour' ? 'Hour' : 'Day', 'Scans', 'Failed', 'Mean seconds', 'Longest seconds', 'Requests'],
    rows: spans
      .toReversed()
      .map((each) => [
        each.at,
        each.scans,
        each.failed,
        each.scans === 0 ? 0 : each.seconds / each.scans,
        each.longestSeconds,
        each.requests,
      ]),
    show: (value: string | number, column: number) =>
      typeof value === 'string'
        ? value.slice(0, step === 'hour' ? 16 : 10).replace('T', ' ')
        : column === 3 || column === 4
          ? formatDuration(value * 1000)
          : formatCount(value),
  };
  const shared = { points, span, stepMs, shape: 'columns' as const };
  return (
    <>
      <ChartPanel title="Duration of scans" table={table} note={`Mean of a repository's scan, ${per}.`}>
        <TimeChart
          {...shared}
          title="Duration of scans"
          description={`${plural(scans, 'scan')}, ${formatDuration(mean * 1000)} each on average.`}
          series={[{ key: 'mean', name: 'Mean' }]}
          format={(seconds) => formatDuration(seconds * 1000)}
          isWhole={false}
        />
      </ChartPanel>
      <ChartPanel title="Requests spent" table={table} note={`All requests to this registry, ${per}.`}>
        <TimeChart
          {...shared}
          title="Requests spent"
          description={`${plural(requests, 'request')} in all.`}
          series={[{ key: 'requests', name: 'Requests' }]}
        />
      </ChartPanel>
      <ChartPanel title="Scans" table={table} note={`Scans of repositories that ended, ${per}.`}>
        <TimeChart
          {...shared}
          title="Scans"
          description={`${plural(scans, 'scan')}, ${formatCount(sum((each) => each.failed))} of them failed.`}
          series={[
            { key: 'ok', name: 'Read' },
            { key: 'failed', name: 'Failed' },
          ]}
        />
      </ChartPanel>
    </>
  );
}
