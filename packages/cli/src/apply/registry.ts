/** Registries of files. */
import { hash } from 'node:crypto';
import { type Registry, RegistryInput, signInUser } from '@pharos/contract';
import { secondsOf } from '../command.ts';
import type { Place } from './entry.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import type { Reader } from './reader.ts';
import { type Change, conflict, create, difference, type Step, skip, update } from './step.ts';

export interface RegistryDocument {
  place: Place;
  input: RegistryInput;
  /** Without one the stored credential stays as it is. */
  hasAuthentication: boolean;
}

export const OF_AGENT_FILE = 'It comes from an agent file and is changed there.';

const KEYS = [
  ...Object.keys(RegistryInput.shape),
  ...['interval', 'location', 'caCerts', 'skipVerify', 'plainHttp', 'requestsPerDay', 'concurrency'],
  'vulnerabilityReports',
];

export const registryNoun: Noun<RegistryDocument> = {
  noun: 'registry',
  kind: 'Registry',
  list: 'registries',
  needs: ['registries'],
  keyOf: ({ input }) => input.name,
  read: (reader) => {
    const input = reader.parse(RegistryInput, inApiWords(reader), KEYS);
    return input && { place: reader.place, input, hasAuthentication: reader.value.authentication !== undefined };
  },
  plan: planRegistry,
  write: ({ registries }) => registries.filter(({ source }) => source === 'ui').map(written),
};

/** From the words of the file to the words of the API: `interval: 5m`, `location`, and secrets from the environment. */
function inApiWords(reader: Reader): Record<string, unknown> {
  const { interval, location, ...value } = reader.value;
  const seconds = interval === undefined ? undefined : secondsOf(String(interval));
  if (seconds === null) reader.problem(['interval'], '"interval" must be a duration such as 30s, 5m or 1h.');
  const signIn = value.authentication;
  const expanded =
    typeof signIn === 'object' && signIn !== null
      ? Object.entries(signIn).map(([key, one]) => [key, reader.expand(one, ['authentication', key])])
      : null;
  return {
    ...value,
    url: reader.expand(value.url, ['url']),
    ...(value.apiUrl === undefined ? {} : { apiUrl: reader.expand(value.apiUrl, ['apiUrl']) }),
    ...(seconds ? { intervalSeconds: seconds } : {}),
    ...(location === undefined ? {} : { locationId: location }),
    ...(expanded ? { authentication: Object.fromEntries(expanded) } : {}),
  };
}

function planRegistry(document: RegistryDocument, { registries }: Known, options: PlanOptions): Step {
  const { input } = document;
  const head = { noun: 'registry', name: input.name };
  const named = registries.filter((registry) => registry.name === input.name);
  const before = named.find((registry) => registry.source === 'ui');
  if (!before) {
    const [ofFile] = named;
    if (ofFile) return skip(head, ofFile.id, OF_AGENT_FILE);
    return create(head, fieldsOf(input), input, (client) => client('createRegistry', { body: input }));
  }
  const { id } = before;
  if (input.locationId !== undefined && input.locationId !== before.locationId) {
    const reason = `It stands in location "${before.locationId}", which cannot be changed; remove it, then apply again.`;
    return conflict(head, id, reason);
  }
  const changes = difference(fieldsOf(before), fieldsOf({ ...input, locationId: before.locationId }));
  const credential = credentialChange(document, before, options);
  if (credential) changes.push(credential);
  const { name: _, locationId: __, authentication, ...patch } = input;
  const body = credential ? { ...patch, authentication } : patch;
  return update(head, id, changes, body, (client) => client('updateRegistry', { params: { id }, body }));
}

/** Secrets cannot be compared: a stored credential of the same kind and user name counts as the same. */
function credentialChange(
  { input, hasAuthentication }: RegistryDocument,
  before: Registry,
  { updateSecrets }: PlanOptions,
): Change | null {
  if (!hasAuthentication) return null;
  const wanted = input.authentication ?? { type: 'none' };
  const userName = signInUser(wanted);
  const shown = [before.authentication.type, before.authentication.username].filter(Boolean).join(' ');
  const after = [wanted.type, userName].filter(Boolean).join(' ');
  const change = {
    field: 'authentication',
    before: shown,
    after: wanted.type === 'none' ? 'none' : `${after}, new credential`,
  };
  if (shown !== after) return change;
  if (wanted.type === 'none') return null;
  // The server drops a credential when the address, or that of the product's API, changes: it is bound to scheme, host and port.
  const plainHttp = input.tls?.plainHttp ?? false;
  const moved = plainHttp !== before.tls.plainHttp || address(input.url, plainHttp) !== address(before.url, plainHttp);
  const isThere = ['stored', 'at-agent'].includes(before.authentication.secret);
  const apiMoved = (input.apiUrl ?? null) !== null && input.apiUrl !== before.apiUrl;
  return updateSecrets || moved || apiMoved || !isThere ? change : null;
}

function fieldsOf(registry: RegistryInput | Registry): Record<string, unknown> {
  const { url, provider, locationId, apiUrl, tls, budget, intervalSeconds } = registry;
  return {
    url: address(url, tls?.plainHttp ?? false),
    provider: provider ?? 'auto',
    location: locationId,
    apiUrl: apiUrl ?? undefined,
    'tls.caCerts': tls?.caCerts?.trim() ? `sha256:${hash('sha256', tls.caCerts.trim()).slice(0, 12)}` : undefined,
    'tls.skipVerify': tls?.skipVerify || undefined,
    'tls.plainHttp': tls?.plainHttp || undefined,
    'budget.requestsPerDay': budget?.requestsPerDay ?? undefined,
    'budget.concurrency': budget?.concurrency ?? undefined,
    'budget.vulnerabilityReports': budget?.vulnerabilityReports || undefined,
    interval: `${intervalSeconds ?? 300}s`,
  };
}

/** As the library shows it: host[:port][/prefix], without the scheme's own port and without a pasted `/v2`. */
function address(url: string, plainHttp: boolean): string {
  const rest = url
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/+$/, '')
    .replace(/^([^/]+)\/v[12]$/, '$1');
  const parsed = URL.parse(`${plainHttp ? 'http' : 'https'}://${rest}`);
  return parsed ? `${parsed.host}${parsed.pathname}`.replace(/\/$/, '') : rest;
}

function written({ name, url, provider, locationId, apiUrl, tls, budget, intervalSeconds, authentication }: Registry) {
  const { type, username } = authentication;
  const who = username === null ? type : `${type}, ${username}`;
  const limits = Object.entries(budget).filter(([, limit]) => limit !== null && limit !== false);
  const switches = Object.entries(tls).filter(([, value]) => value !== '' && value !== false);
  return {
    fields: {
      name,
      url,
      provider: provider === 'auto' ? undefined : provider,
      location: locationId,
      apiUrl: apiUrl ?? undefined,
      tls: switches.length > 0 ? Object.fromEntries(switches) : undefined,
      budget: limits.length > 0 ? Object.fromEntries(limits) : undefined,
      interval: `${intervalSeconds}s`,
    },
    note:
      type === 'none'
        ? undefined
        : `It signs in (${who}), which stays as it is. To make it anew, add "authentication".`,
  };
}
