import { parseArgs } from 'node:util';
import { DIALECTS, type DialectName, isDialectName } from './dialects.ts';
import type { FaultSetting } from './fault-switch.ts';
import { FAULTS, isFaultName } from './faults.ts';
import type { MisbehavingOptions } from './misbehaving-registry.ts';
import { generateRepository, smallSet } from './seed-repository.ts';
import type { AuthMode } from './sign-in.ts';
import { TestbedError } from './testbed-error.ts';

/** What --help prints. */
export const USAGE = `npm run testbed -- [options]

Runs a registry stand-in on loopback with a small set of content, well-behaved or with faults, until Ctrl-C.

  --dialect NAME  the product that it stands in for: ${Object.keys(DIALECTS).join(', ')}
                  (default oci; a product's own API on another origin is printed as apiUrl)
  --api-closed    the product's own API refuses the account, and /v2 works
  --referrers     the referrers API, whether the product has it or not
  --fault NAME    a fault; may be given several times
  --list          print every fault and every dialect with what it does
  --repo NAME     faults strike this repository only
  --tag NAME      faults strike this tag only
  --after N       the first N calls pass unharmed
  --times N       faults end after N calls
  --auth MODE     open (default), basic or token
  --port N        default: a free port
  --page N        the most tags on a page (default 1000)
  --latency MS    before each answer
  --rate N        more calls in a second are answered 429
  --tags N        one repository of N generated tags instead of the small set
  --help
`;

/** What the command line asks for: text to print, or a registry to run. */
export type Command = { kind: 'print'; text: string } | { kind: 'run'; options: MisbehavingOptions };

/** Reads the arguments. Throws TestbedError `bad-argument` or `unknown-fault`. */
export function readCommand(args: readonly string[]): Command {
  const values = parse(args);
  if (values.help) return { kind: 'print', text: USAGE };
  if (values.list) return { kind: 'print', text: `faults:\n${table(FAULTS)}\ndialects:\n${table(DIALECTS)}` };
  const tags = count('tags', values.tags);
  return {
    kind: 'run',
    options: {
      ...given('port', count('port', values.port)),
      ...given('pageSize', count('page', values.page)),
      ...given('latencyMs', count('latency', values.latency)),
      ...given('requestsPerSecond', count('rate', values.rate)),
      ...given('dialect', dialect(values.dialect)),
      ...given('referrers', values.referrers),
      apiClosed: values['api-closed'] ?? false,
      auth: authMode(values.auth),
      fault: faults(values),
      repositories: tags === undefined ? smallSet() : [generateRepository('postgresql', tags)],
    },
  };
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        fault: { type: 'string', multiple: true },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        dialect: text,
        'api-closed': { type: 'boolean' },
        referrers: { type: 'boolean' },
        repo: text,
        tag: text,
        after: text,
        times: text,
        auth: text,
        port: text,
        page: text,
        latency: text,
        rate: text,
        tags: text,
      },
    }).values;
  } catch (cause) {
    throw badArgument((cause as Error).message);
  }
}

function faults(values: Values): FaultSetting[] {
  const shared = {
    ...given('repo', values.repo),
    ...given('tag', values.tag),
    ...given('afterRequests', count('after', values.after)),
    ...given('times', count('times', values.times)),
  };
  return (values.fault ?? []).map((name) => {
    if (!isFaultName(name)) {
      throw new TestbedError('unknown-fault', `There is no fault "${name}".`, 'List them with --list.');
    }
    return { name, ...shared };
  });
}

function given<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: T });
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,7}$/.test(value)) throw badArgument(`--${name} needs a whole number, not "${value}".`);
  return Number(value);
}

function authMode(value = 'open'): AuthMode {
  if (value === 'open' || value === 'basic' || value === 'token') return value;
  throw badArgument(`--auth is open, basic or token, not "${value}".`);
}

function badArgument(message: string): TestbedError {
  return new TestbedError('bad-argument', message, 'See --help.');
}

function dialect(name: string | undefined): DialectName | undefined {
  if (name === undefined || isDialectName(name)) return name;
  throw new TestbedError('unknown-dialect', `There is no dialect "${name}".`, 'List them with --list.');
}

/** Every name with its line, aligned. */
export function table(entries: Readonly<Record<string, { line: string }>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, { line }]) => `  ${name.padEnd(width)}  ${line}\n`)
    .join('');
}
