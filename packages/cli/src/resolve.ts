/** Names or ids: wherever a command takes a thing, both are understood. */
import {
  type Agent,
  ApiError,
  type ApprovalRule,
  type Client,
  type Cluster,
  type HcpTag,
  type Model,
  type ModelDeployment,
  type ModelService,
  type Policy,
  type Receiver,
  type Registry,
  type Repository,
  type Rule,
  type Team,
  type Token,
  type TrustEntry,
  type User,
  type Webhook,
} from '@pharos/contract';
import { EXIT } from './exit-code.ts';
import { CliError } from './failure.ts';
import type { ListBody } from './output.ts';
import { readPages } from './paging.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text has the form of an id. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

type Query = { limit?: number | undefined; cursor?: string | undefined };

/** How one kind of thing is found. */
interface Kind<T> {
  /** In words, e.g. `registry`. */
  noun: string;
  /** The command that lists them. */
  listing: string;
  /** By its id; without it the list is looked through. */
  get?: (client: Client, id: string) => Promise<T>;
  /** A page of those that may be meant: `part` is a text of at most 200 characters for those that can be searched. */
  list: (client: Client, query: Query, part: string) => Promise<ListBody<T>>;
  /** Whether people call it so. */
  isNamed: (one: T, name: string) => boolean;
  /** What tells one from another of the same name. Default: the id. */
  tell?: (one: T) => string;
}

/** The one thing that an id or a name names. @throws CliError `not-found`, `name-ambiguous` */
async function find<T extends { id: string }>(client: Client, kind: Kind<T>, name: string): Promise<T> {
  const { noun, listing, get, list, isNamed, tell = ({ id }) => id } = kind;
  if (get && isId(name)) {
    const found = await orNull(get(client, name));
    if (found) return found;
  }
  const { items } = await readPages({ all: true }, (query) => list(client, query, name.trim().slice(0, 200)));
  const matches = items.filter((one) => one.id === name || isNamed(one, name));
  const [only, second] = matches;
  if (only && !second) return only;
  if (!only) {
    throw new CliError('not-found', `There is no ${noun} "${name}".`, `See "${listing}".`, { exitCode: EXIT.notFound });
  }
  const choices = matches.slice(0, 5).map(tell).join(', ');
  throw new CliError('name-ambiguous', `${matches.length} are called "${name}".`, `Use one of: ${choices}.`);
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** A function that finds things of one kind. */
function finder<T extends { id: string }>(kind: Kind<T>): (client: Client, name: string) => Promise<T> {
  return (client, name) => find(client, kind, name);
}

const called = (one: { name: string }, name: string) => one.name === name;
/** Where case does not tell one from another. */
const calledInAnyCase = (one: { name: string }, name: string) => one.name.toLowerCase() === name.trim().toLowerCase();
const placed = (one: { name: string; namespace: string }, name: string) =>
  one.name === name || `${one.namespace}/${one.name}` === name;

/** By id, name or address. */
export const findRegistry = finder<Registry>({
  noun: 'registry',
  listing: 'pharos registries list',
  get: (client, id) => client('getRegistry', { params: { id } }),
  list: (client, query, q) => client('listRegistries', { query: { ...query, q } }),
  isNamed: (registry, name) => registry.name === name || registry.url === name,
  tell: (one) => `${one.id} (${one.url})`,
});

/** By id, name or `namespace/name`. */
export const findCluster = finder<Cluster>({
  noun: 'cluster',
  listing: 'pharos clusters list',
  get: (client, id) => client('getCluster', { params: { id } }),
  list: (client, query, part) => client('listClusters', { query: { ...query, q: lastOf(part) } }),
  isNamed: placed,
  tell: (one) => `${one.id} (${one.location}, ${one.namespace})`,
});

export const findRule = finder<Rule>({
  noun: 'rule',
  listing: 'pharos rules list',
  get: (client, id) => client('getRule', { params: { id } }),
  list: (client, query, q) => client('listRules', { query: { ...query, q } }),
  isNamed: called,
  tell: (one) => `${one.id} (${one.source})`,
});

/** A repository by id, name, `host/name`, or name within a registry. @throws CliError `not-found`, `name-ambiguous` */
export function findRepository(client: Client, name: string, registryId?: string): Promise<Repository> {
  const kind: Kind<Repository> = {
    noun: 'repository',
    listing: 'pharos repositories list',
    get: (from, id) => from('getRepository', { params: { id } }),
    list: (from, query, part) => from('listRepositories', { query: { ...query, q: lastOf(part), registryId } }),
    isNamed: (one, wanted) => one.name === wanted || `${one.host}/${one.name}` === wanted,
    tell: (one) => `${one.host}/${one.name}`,
  };
  return find(client, kind, name);
}

/** By id, name or `publisher/name`. */
export const findModel = finder<Pick<Model, 'id' | 'key' | 'name'>>({
  noun: 'model',
  listing: 'pharos models list',
  get: (client, id) => client('getModel', { params: { id } }),
  list: (client, query, part) => client('listModels', { query: { ...query, q: part.toLowerCase() } }),
  isNamed: (model, name) => [model.key, model.name].includes(name.toLowerCase()),
  tell: (one) => one.key,
});

export const findModelDeployment = finder<ModelDeployment>({
  noun: 'model deployment',
  listing: 'pharos models deployments list',
  get: (client, id) => client('getModelDeployment', { params: { id } }),
  list: (client, query, part) => client('listModelDeployments', { query: { ...query, q: lastOf(part) } }),
  isNamed: placed,
  tell: (one) => `${one.id} (${one.location}, ${one.namespace})`,
});

export const findModelService = finder<ModelService>({
  noun: 'model service',
  listing: 'pharos models services list',
  get: (client, id) => client('getModelService', { params: { id } }),
  list: (client, query, q) => client('listModelServices', { query: { ...query, q } }),
  isNamed: called,
  tell: (one) => `${one.id} (${one.baseUrl})`,
});

export const findHcpTag = finder<HcpTag>({
  noun: 'HCP tag',
  listing: 'pharos hcp-tags list',
  get: (client, id) => client('getHcpTag', { params: { id } }),
  list: (client, query, q) => client('listHcpTags', { query: { ...query, q } }),
  isNamed: calledInAnyCase,
});

export const findToken = finder<Token>({
  noun: 'token',
  listing: 'pharos tokens list',
  list: (client, query) => client('listTokens', { query }),
  isNamed: called,
  tell: (one) => `${one.id} (${one.prefix}…)`,
});

export const findTrust = finder<TrustEntry>({
  noun: 'trust entry',
  listing: 'pharos trust list',
  list: (client, query) => client('listTrust', { query }),
  isNamed: called,
});

export const findPolicy = finder<Policy>({
  noun: 'policy',
  listing: 'pharos policies list',
  list: (client, query) => client('listPolicies', { query }),
  isNamed: called,
});

/** By id or pattern. */
export const findApprovalRule = finder<ApprovalRule>({
  noun: 'approval rule',
  listing: 'pharos approvals rules list',
  list: (client, query) => client('listApprovalRules', { query }),
  isNamed: (rule, pattern) => rule.pattern === pattern,
});

export const findAgent = finder<Agent>({
  noun: 'agent',
  listing: 'pharos agents',
  list: (client, query) => client('listAgents', { query }),
  isNamed: called,
  tell: (one) => `${one.id} (${one.locationId})`,
});

/** By id, or by its registry when that has just one. */
export const findReceiver = finder<Receiver>({
  noun: 'receiver',
  listing: 'pharos receivers list',
  get: (client, id) => client('getReceiver', { params: { id } }),
  list: (client, query) => client('listReceivers', { query }),
  isNamed: (receiver, name) => receiver.registryId === name || receiver.registry === name,
  tell: (one) => `${one.id} (${one.source})`,
});

export const findWebhook = finder<Webhook>({
  noun: 'webhook',
  listing: 'pharos webhooks list',
  get: (client, id) => client('getWebhook', { params: { id } }),
  list: (client, query) => client('listWebhooks', { query }),
  isNamed: called,
});

export const findUser = finder<User>({
  noun: 'user',
  listing: 'pharos users list',
  get: (client, id) => client('getUser', { params: { id } }),
  list: (client, query, q) => client('listUsers', { query: { ...query, q } }),
  isNamed: calledInAnyCase,
});

export const findTeam = finder<Team>({
  noun: 'team',
  listing: 'pharos teams list',
  get: (client, id) => client('getTeam', { params: { id } }),
  list: (client, query, q) => client('listTeams', { query: { ...query, q } }),
  isNamed: calledInAnyCase,
});

/** What stands after the last slash: where it is, is not searched. */
function lastOf(name: string): string {
  return name.split('/').at(-1) || name;
}
