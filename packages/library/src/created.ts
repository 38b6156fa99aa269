/** When an image was built. Many values are no such time: reproducible builds write 1970 or 1980, Go's zero time is the year 1. */
import type { FactSource, Finding, Observation } from '@pharos/contract';
import { cleanText } from './clean-text.ts';
import { fromAnnotation, type Stated, stated } from './evidence.ts';

/** Before this no container image was built; anything older is a placeholder (0001, 1970, 1980-01-01). */
const OLDEST = Date.UTC(2000, 0, 1);
/** Clocks of builders and of Pharos may differ; further ahead is no build time. */
const TOLERANCE = 24 * 3_600_000;

/** A build time, or why there is none. */
export interface Created {
  readonly time: string | null;
  readonly problem: 'unreadable' | 'placeholder' | 'future' | null;
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})(?: UTC)?$/i;
const RFC_2822 = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|GMT|UTC?|Z)$/;

/**
 * Reads a creation time: RFC 3339 with any fraction (7 digits come from .NET), Go's `2025-03-31 07:34:00 +0000 UTC`, RFC 2822,
 * a date alone (midnight UTC), Unix seconds or milliseconds. `now` (RFC 3339) decides what lies in the future.
 * Answers RFC 3339 in UTC with milliseconds, or null with the problem. Never throws.
 */
export function parseCreated(text: string, now: string): Created {
  const time = milliseconds(text.trim());
  if (time === null) return { time: null, problem: 'unreadable' };
  if (time < OLDEST) return { time: null, problem: 'placeholder' };
  if (time > Date.parse(now) + TOLERANCE) return { time: null, problem: 'future' };
  return { time: new Date(time).toISOString(), problem: null };
}

function milliseconds(text: string): number | null {
  if (text.length > 64) return null;
  if (/^\d{10}$/.test(text)) return Number(text) * 1000;
  if (/^\d{13}$/.test(text)) return Number(text);
  const time = Date.parse(normalised(text) ?? '');
  return Number.isNaN(time) ? null : time;
}

/** Only forms with an explicit zone reach Date.parse: without one it would read the machine's. */
function normalised(text: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text}T00:00:00Z`;
  if (RFC_2822.test(text)) return text;
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, date, clock, fraction = '', zone = 'Z'] = match;
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  return `${date}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`;
}

/** The build time of an observed image, with its source, and a finding for every source that states an impossible one. */
export function readCreated(
  observation: Observation,
  now: string,
): { createdAt: string | null; source: FactSource | null; findings: Finding[] } {
  const findings: Finding[] = [];
  for (const { value, source } of creationTimes(observation)) {
    const { time, problem } = parseCreated(value, now);
    if (time !== null) return { createdAt: time, source, findings };
    if (problem !== null) findings.push(implausible(value, source, problem));
  }
  return { createdAt: null, source: null, findings };
}

/** Annotation, then config, then label: the label may be the base image's, the config's time never is. */
function creationTimes(observation: Observation): Stated[] {
  const key = 'org.opencontainers.image.created';
  const annotation = fromAnnotation(observation, key);
  const { configCreated } = observation;
  const config: Stated | null = configCreated ? { value: configCreated, source: 'config' } : null;
  const label = stated({ ...observation, annotations: {} }, key);
  return [annotation, config, label].filter((reading) => reading !== null);
}

const PROBLEMS = {
  unreadable: 'is not a time',
  placeholder: 'is a placeholder of a reproducible build, not a time',
  future: 'lies in the future',
} as const;

function implausible(value: string, source: FactSource, problem: keyof typeof PROBLEMS): Finding {
  return {
    code: 'created-implausible',
    severity: 'info',
    message: `The creation time "${cleanText(value, 64)}" (${source}) ${PROBLEMS[problem]}, so it is taken as unknown.`,
    hint: 'Set the annotation org.opencontainers.image.created when building the image.',
  };
}
