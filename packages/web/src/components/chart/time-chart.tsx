import { type PointerEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { formatCount } from '../format.ts';
import {
  type Area,
  type ChartPoint,
  pathOf,
  seenFrom,
  steps,
  ticksUpTo,
  timeLabel,
  timeTicks,
  xOf,
  yOf,
} from './scale.ts';
import { SeriesPattern, seriesColor } from './series-pattern.tsx';

export interface Series {
  readonly key: string;
  readonly name: string;
}

interface TimeChartProps {
  title: string;
  /** What the picture shows, in a sentence, for those who do not see it. */
  description: string;
  points: readonly ChartPoint[];
  series: readonly Series[];
  /** `lines` from zero, `stack` one upon another, `columns` for what adds up within a span. */
  shape: 'lines' | 'stack' | 'columns';
  /** From when to when, in milliseconds; values of `lines` and `stack` hold until the next point. */
  span: readonly [from: number, to: number];
  /** Width of a column in time. */
  stepMs?: number;
  format?: (value: number) => string;
  isWhole?: boolean;
}

const HEIGHT = 200;
const RIGHT = 12;
/** Two columns of a picture are no walls. */
const MOST_WIDE = 40;

/** Numbers over time. The picture is one image to a screen reader; the table behind it holds every number. */
export function TimeChart(props: TimeChartProps): ReactElement {
  const { title, description, points, series, span, shape, format = formatCount } = props;
  const id = useId();
  const [frame, width] = useWidth();
  const [cursor, setCursor] = useState<number | null>(null);
  const max = Math.max(0, ...points.map((point) => heightOf(point, series, shape)));
  const ticks = ticksUpTo(max, props.isWhole ?? true);
  const top = ticks.at(-1) ?? 1;
  const left = 12 + 7 * Math.max(...ticks.map((tick) => format(tick).length));
  const area: Area = { left, top: 8, width: Math.max(40, width - left - RIGHT), height: HEIGHT - 32 };
  const times = timeTicks(span[0], span[1], Math.max(2, Math.floor(area.width / 70)));
  const shown = cursor === null ? points.at(-1) : points[cursor];
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const at = points.findLastIndex((point) => xOf(Date.parse(point.at), area, span) <= x);
    setCursor(at < 0 ? (points.length > 0 ? 0 : null) : at);
  };

  return (
    <div className="ph-stack-tiny">
      <div className="ph-chart-frame" ref={frame}>
        <svg
          className="ph-chart"
          height={HEIGHT}
          role="img"
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-description`}
          onPointerMove={follow}
          onPointerLeave={() => setCursor(null)}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-description`}>{description}</desc>
          <defs>
            {series.map(({ key }, index) => (
              <SeriesPattern key={key} id={`${id}-${index}`} name={key} index={index} />
            ))}
          </defs>
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className={tick === 0 ? 'ph-axis' : 'ph-grid'}
                x1={area.left}
                x2={area.left + area.width}
                y1={yOf(tick, area, top)}
                y2={yOf(tick, area, top)}
              />
              <text x={area.left - 6} y={yOf(tick, area, top)} textAnchor="end" dominantBaseline="middle">
                {format(tick)}
              </text>
            </g>
          ))}
          {times.map((time) => (
            <text key={time} x={xOf(time, area, span)} y={HEIGHT - 6} textAnchor="middle">
              {timeLabel(time, span[1] - span[0])}
            </text>
          ))}
          <Drawn {...props} area={area} top={top} id={id} />
          {cursor !== null && shown ? (
            <line
              className="ph-cursor"
              x1={xOf(Date.parse(shown.at), area, span)}
              x2={xOf(Date.parse(shown.at), area, span)}
              y1={area.top}
              y2={area.top + area.height}
            />
          ) : null}
        </svg>
      </div>
      <Legend series={series} point={shown} id={id} isStack={shape !== 'lines'} format={format} />
      <p className="ph-chart-readout">
        {shown ? `${cursor === null ? 'As of ' : ''}${momentOf(shown.at)}` : 'No numbers yet'}
        {shown && shape === 'stack' ? `, ${format(heightOf(shown, series, shape))} in all` : ''}
      </p>
    </div>
  );
}

type DrawnProps = TimeChartProps & { area: Area; top: number; id: string };

function Drawn({ points, series, shape, span, stepMs = 86_400_000, area, top, id }: DrawnProps): ReactElement {
  const end = area.left + area.width;
  const x = (point: ChartPoint) => seenFrom(xOf(Date.parse(point.at), area, span), end);
  if (shape === 'lines') {
    return (
      <>
        {series.map(({ key }, index) => (
          <path
            key={key}
            d={pathOf(
              steps(
                points.map((point) => [x(point), yOf(point.values[key] ?? 0, area, top)]),
                end,
              ),
            )}
            fill="none"
            stroke={seriesColor(key, index)}
            strokeWidth="2"
            strokeDasharray={DASHES[index % DASHES.length]}
          />
        ))}
      </>
    );
  }
  if (shape === 'columns') {
    const wide = Math.min(MOST_WIDE, Math.max(2, (stepMs / Math.max(1, span[1] - span[0])) * area.width - 2));
    return (
      <>
        {points.map((point) => {
          let below = 0;
          return series.map(({ key }, index) => {
            const value = point.values[key] ?? 0;
            const y = yOf(below + value, area, top);
            const height = yOf(below, area, top) - y;
            below += value;
            return (
              <rect
                key={`${point.at} ${key}`}
                className="ph-area"
                x={Math.min(x(point), end - wide)}
                y={y}
                width={wide}
                height={height}
                fill={`url(#${id}-${index})`}
              />
            );
          });
        })}
      </>
    );
  }
  let below = points.map(() => 0);
  return (
    <>
      {series.map(({ key }, index) => {
        const above = points.map((point, at) => (below[at] ?? 0) + (point.values[key] ?? 0));
        const upper = steps(
          points.map((point, at) => [x(point), yOf(above[at] ?? 0, area, top)]),
          end,
        );
        const lower = steps(
          points.map((point, at) => [x(point), yOf(below[at] ?? 0, area, top)]),
          end,
        );
        below = above;
        return (
          <path
            key={key}
            className="ph-area"
            d={`${pathOf([...upper, ...lower.toReversed()])}Z`}
            fill={`url(#${id}-${index})`}
          />
        );
      })}
    </>
  );
}

const DASHES = [undefined, '7 3', '2 3', '10 3 2 3'] as const;

interface LegendProps {
  series: readonly Series[];
  point: ChartPoint | undefined;
  id: string;
  isStack: boolean;
  format: (value: number) => string;
}

function Legend({ series, point, id, isStack, format }: LegendProps): ReactElement {
  return (
    <ul className="ph-chart-legend" aria-hidden="true">
      {series.map(({ key, name }, index) => (
        <li key={key}>
          <svg width="20" height="12" aria-hidden="true">
            {isStack ? (
              <rect width="20" height="12" fill={`url(#${id}-${index})`} />
            ) : (
              <line
                x1="0"
                x2="20"
                y1="6"
                y2="6"
                stroke={seriesColor(key, index)}
                strokeWidth="2"
                strokeDasharray={DASHES[index % DASHES.length]}
              />
            )}
          </svg>
          {name} <strong>{point ? format(point.values[key] ?? 0) : ''}</strong>
        </li>
      ))}
    </ul>
  );
}

function heightOf(point: ChartPoint, series: readonly Series[], shape: TimeChartProps['shape']): number {
  const values = series.map(({ key }) => point.values[key] ?? 0);
  return shape === 'lines' ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0);
}

/** A day as it stands, an hour with its time. */
function momentOf(at: string): string {
  return at.length === 10 ? at : `${at.slice(0, 16).replace('T', ' ')} UTC`;
}

/** The width there is; text in a stretched picture would be stretched too. */
function useWidth(): [(element: HTMLDivElement | null) => void, number] {
  const [width, setWidth] = useState(600);
  const observer = useRef<ResizeObserver | null>(null);
  const frame = useRef((element: HTMLDivElement | null) => {
    observer.current?.disconnect();
    if (element === null) return;
    setWidth(element.clientWidth);
    observer.current = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.current.observe(element);
  });
  useEffect(() => () => observer.current?.disconnect(), []);
  return [frame.current, width];
}
