/** Flags and fields of how a registry is read: where its own API stands, what may be spent, what was. */
import type { Registry, RegistryBudget } from '@pharos/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { ago, count } from '../format.ts';

/** commander knows no null among values, so that `none` stays a word until it is sent. */
const NONE = 'none';
type OrNone<T> = T | typeof NONE;

export interface ReadingOptions {
  apiUrl?: string;
  requestsPerDay?: OrNone<number>;
  concurrency?: OrNone<number>;
  /** `--vulnerability-reports`, or its opposite. */
  vulnerabilityReports?: boolean;
}

/** Adds `--api-url`, `--requests-per-day`, `--concurrency` (`none` takes each away again), and whether reports are read. */
export function readingOptions(command: Command): Command {
  return command
    .option('--api-url <URL>', 'the product’s own API, when it is at another host; the sign-in goes there', orNone(url))
    .option('--requests-per-day <N>', 'most requests in 24 hours, or none', orNone(numberUpTo(100_000_000)))
    .option('--concurrency <N>', 'most requests at once (1–64), or none', orNone(numberUpTo(64)))
    .option('--vulnerability-reports', 'read the reports of its own scanner (Harbor) and those attached unsigned')
    .option('--no-vulnerability-reports', 'spend no requests on them');
}

/** The budget to send; undefined when no flag names one. */
export function budgetPatch(
  { requestsPerDay, concurrency, vulnerabilityReports }: ReadingOptions,
  before: RegistryBudget = { requestsPerDay: null, concurrency: null },
): RegistryBudget | undefined {
  if (requestsPerDay === undefined && concurrency === undefined && vulnerabilityReports === undefined) return undefined;
  const reports = vulnerabilityReports ?? before.vulnerabilityReports;
  return {
    requestsPerDay: requestsPerDay === undefined ? before.requestsPerDay : nullOf(requestsPerDay),
    concurrency: concurrency === undefined ? before.concurrency : nullOf(concurrency),
    ...(reports === undefined ? {} : { vulnerabilityReports: reports }),
  };
}

/** The API address to send; undefined when the flag was not given. */
export function apiUrlPatch({ apiUrl }: ReadingOptions): string | null | undefined {
  return apiUrl === undefined ? undefined : nullOf(apiUrl);
}

function nullOf<T>(value: OrNone<T>): T | null {
  return value === NONE ? null : value;
}

/** What `registries get` shows of it. */
export function readingFields({ apiUrl, budget, reading, requests24h }: Registry): [string, string | number | null][] {
  const { requestsPerDay, concurrency } = budget;
  const spent = String(reading?.spentToday ?? requests24h);
  return [
    ['API address', apiUrl],
    ['requests', `${spent}${requestsPerDay === null ? '' : ` of ${requestsPerDay}`} in 24 hours`],
    [
      'at once',
      reading === null ? concurrency : `${reading.concurrency}${concurrency === null ? '' : ` of ${concurrency}`}`,
    ],
    ['read as', reading === null ? null : [reading.product, reading.detectedBy].filter(Boolean).join(', by ')],
    ['digests in lists', reading === null ? null : reading.bulk ? 'yes' : 'no'],
    ['own limit', reading?.quota ? quotaText(reading.quota) : null],
    ['vulnerability reports', budget.vulnerabilityReports ? 'read' : null],
    ['paused', reading?.pausedUntil ? `until ${reading.pausedUntil}, ${ago(reading.pausedUntil)}` : null],
    ['not asked', reading && reading.breaker !== 'closed' ? 'it did not answer five times in a row' : null],
  ];
}

function quotaText({ limit, remaining }: { limit: number | null; remaining: number }): string {
  return limit === null ? `${count(remaining, 'request')} left` : `${remaining} of ${limit} left`;
}

function orNone<T>(parse: (text: string) => T): (text: string) => OrNone<T> {
  return (text) => (text === NONE ? NONE : parse(text));
}

function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}, or "none".`);
  };
}

function url(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be an address such as https://gitlab.example.com, or "none".');
}
