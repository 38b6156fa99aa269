import type { LibraryDay } from '@pharos/contract';
import type { ReactElement } from 'react';
import { ChartPanel } from './chart/chart-panel.tsx';
import { TimeChart } from './chart/time-chart.tsx';
import { formatCount, plural } from './format.ts';

type Count = Exclude<keyof LibraryDay, 'day'>;

const NAMES: Readonly<Record<Count, string>> = {
  tags: 'Tags',
  images: 'Images',
  repositories: 'Repositories',
  postgresTags: 'PostgreSQL tags',
  modelTags: 'AI model tags',
};

interface GrowthChartProps {
  title: string;
  counts: readonly Count[];
  days: readonly LibraryDay[];
  /** Days back that the picture spans. */
  length: number;
  now: number;
}

/** The library over time. */
export function GrowthChart({ title, counts, days, length, now }: GrowthChartProps): ReactElement {
  const series = counts.map((key) => ({ key, name: NAMES[key] }));
  const points = days.map(({ day, ...values }) => ({ at: day, values }));
  const [first, last] = [days[0], days.at(-1)];
  const description = last
    ? `${series.map(({ key, name }) => `${name}: from ${formatCount(first?.[key] ?? 0)} to ${formatCount(last[key])}`).join('. ')}, over ${plural(length, 'day')}.`
    : 'No numbers yet.';
  return (
    <ChartPanel
      title={title}
      table={{
        head: ['Day', ...series.map(({ name }) => name)],
        rows: days.toReversed().map((day) => [day.day, ...counts.map((key) => day[key])]),
        show: (value) => (typeof value === 'number' ? formatCount(value) : value),
      }}
    >
      <TimeChart
        title={title}
        description={description}
        points={points}
        series={series}
        shape="lines"
        span={[now - length * 86_400_000, now]}
      />
    </ChartPanel>
  );
}
