import { json, ociError, text } from '../answer.ts';
import { API, type Fault, type FaultContext } from '../fault.ts';

/** 429 (or what the product says instead) to every call, signed in or not. */
function always(line: string, apply: Fault['apply']): Fault {
  return { line, on: API, beforeSignIn: true, apply };
}

const wait = ({ options }: FaultContext) => options.seconds ?? 1;

/** Faults of limits, in the ways of all products. */
export const RATE = {
  'rate-limited': always('everything answers that there were too many requests, as the dialect says it', (context) =>
    context.tooMany(wait(context)),
  ),
  'retry-after-unix': always('everything answers 429 with X-Retry-After as a Unix time, as Docker Hub', (context) => ({
    ...text(429, 'Too Many Requests\n'),
    headers: { 'X-Retry-After': String(Math.floor(Date.now() / 1000) + wait(context)) },
  })),
  'retry-after-in-body': always('everything answers 429 with a Go duration in the message, as GHCR', () =>
    ociError(429, 'TOOMANYREQUESTS', 'retry-after: 10.305464ms, allowed: 2000/minute'),
  ),
  'status-429-html': always('everything answers 429 with an HTML page, as Quay', () =>
    text(429, '<html><head><title>429 Too Many Requests</title></head></html>\n', 'text/html'),
  ),
  'throttling-exception': always('everything answers 400 ThrottlingException, as ECR', () => ({
    ...json({ __type: 'ThrottlingException', message: 'Rate exceeded' }),
    status: 400,
  })),
  'quota-spent': {
    line: 'good answers say `ratelimit-remaining: 0`',
    on: API,
    apply: ({ good }) => {
      const answer = good();
      const told = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' };
      return { ...answer, headers: { ...answer.headers, ...told } };
    },
  },
} as const satisfies Record<string, Fault>;
