/** Names or ids: wherever a command takes a thing, both are understood. */
import {
  type Agent,
  ApiError,
  type Client,
  type Cluster,
  type HcpTag,
  type Model,
  type Policy,
  type Receiver,
  type Registry,
  type Repository,
  type Rule,
  type TagDetail,
  type Team,
  type Token,
  type TrustEntry,
  type User,
  type Webhook,
} from '@pharos/contract';
import { EXIT } from './exit-code.ts';
import { CliError } from './failure.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text has the form of an id. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findRegistry(client: Client, name: string): Promise<Registry> {
  if (isId(name)) {
    const found = await orNull(client('getRegistry', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listRegistries', { query: { limit: 1000, q: name.slice(0, 200) } });
  const matches = items.filter((registry) => registry.name === name || registry.url === name);
  return single(matches, 'registry', name, 'pharos registries list', (one) => `${one.id} (${one.url})`);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findCluster(client: Client, name: string): Promise<Cluster> {
  if (isId(name)) {
    const found = await orNull(client('getCluster', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listClusters', { query: { limit: 1000, q: name.slice(0, 200) } });
  const matches = items.filter((cluster) => cluster.name === name || `${cluster.namespace}/${cluster.name}` === name);
  const where = (one: Cluster) => `${one.id} (${one.location}, ${one.namespace})`;
  return single(matches, 'cluster', name, 'pharos clusters list', where);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findRule(client: Client, name: string): Promise<Rule> {
  if (isId(name)) {
    const found = await orNull(client('getRule', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listRules', { query: { limit: 1000, q: name.slice(0, 200) } });
  const matches = items.filter((rule) => rule.name === name);
  return single(matches, 'rule', name, 'pharos rules list', (one) => `${one.id} (${one.source})`);
}

/**
 * A repository by id, name, `host/name`, or name within a registry.
 *
 * @throws CliError `not-found`, `name-ambiguous`.
 */
export async function findRepository(client: Client, name: string, registryId?: string): Promise<Repository> {
  if (isId(name)) {
    const found = await orNull(client('getRepository', { params: { id: name } }));
    if (found) return found;
  }
  const last = name.split('/').at(-1) ?? name;
  const { items } = await client('listRepositories', { query: { limit: 1000, q: last.slice(0, 200), registryId } });
  const matches = items.filter((one) => one.name === name || `${one.host}/${one.name}` === name);
  return single(matches, 'repository', name, 'pharos repositories list', (one) => `${one.host}/${one.name}`);
}

/**
 * A model by id, name, or `publisher/name`.
 *
 * @throws CliError `not-found`, `name-ambiguous`.
 */
export async function findModel(client: Client, name: string): Promise<Pick<Model, 'id' | 'key'>> {
  if (isId(name)) {
    const found = await orNull(client('getModel', { params: { id: name } }));
    if (found) return found;
  }
  const wanted = name.toLowerCase();
  const { items } = await client('listModels', { query: { limit: 1000, q: wanted.slice(0, 200) } });
  const matches = items.filter((model) => model.key === wanted || model.name === wanted);
  return single(matches, 'model', name, 'pharos models list', (one) => one.key);
}

/** Case does not tell HCP tags apart. @throws CliError `not-found`. */
export async function findHcpTag(client: Client, name: string): Promise<HcpTag> {
  if (isId(name)) {
    const found = await orNull(client('getHcpTag', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listHcpTags', { query: { limit: 1000, q: name.slice(0, 200) } });
  const matches = items.filter((tag) => tag.name.toLowerCase() === name.trim().toLowerCase());
  return single(matches, 'HCP tag', name, 'pharos hcp-tags list', (one) => one.id);
}

/** The tag that `repository:tag` names. @throws CliError `not-found`, `name-ambiguous`, `tag-missing`. */
export async function findTagOf(client: Client, reference: string): Promise<TagDetail> {
  const colon = reference.lastIndexOf(':');
  // A colon before a slash belongs to a port.
  if (colon <= reference.lastIndexOf('/')) {
    throw new CliError('tag-missing', `"${reference}" names no tag.`, 'Write REPOSITORY:TAG.');
  }
  const repository = await findRepository(client, reference.slice(0, colon));
  return client('getTag', { params: { id: repository.id, name: reference.slice(colon + 1) } });
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findToken(client: Client, name: string): Promise<Token> {
  const { items } = await client('listTokens', { query: { limit: 1000 } });
  const matches = items.filter((token) => token.id === name || token.name === name);
  return single(matches, 'token', name, 'pharos tokens list', (one) => `${one.id} (${one.prefix}…)`);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findTrust(client: Client, name: string): Promise<TrustEntry> {
  const { items } = await client('listTrust', { query: { limit: 1000 } });
  const matches = items.filter((entry) => entry.id === name || entry.name === name);
  return single(matches, 'trust entry', name, 'pharos trust list', (one) => one.id);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findPolicy(client: Client, name: string): Promise<Policy> {
  const { items } = await client('listPolicies', { query: { limit: 1000 } });
  const matches = items.filter((policy) => policy.id === name || policy.name === name);
  return single(matches, 'policy', name, 'pharos policies list', (one) => one.id);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findAgent(client: Client, name: string): Promise<Agent> {
  const { items } = await client('listAgents', { query: { limit: 1000 } });
  const matches = items.filter((agent) => agent.id === name || agent.name === name);
  return single(matches, 'agent', name, 'pharos agents', (one) => `${one.id} (${one.locationId})`);
}

/**
 * A receiver by id, or by its registry when that has just one.
 *
 * @throws CliError `not-found`, `name-ambiguous`.
 */
export async function findReceiver(client: Client, name: string): Promise<Receiver> {
  if (isId(name)) {
    const found = await orNull(client('getReceiver', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listReceivers', { query: { limit: 1000 } });
  const matches = items.filter((receiver) => receiver.registryId === name || receiver.registry === name);
  return single(matches, 'receiver', name, 'pharos receivers list', (one) => `${one.id} (${one.source})`);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findWebhook(client: Client, name: string): Promise<Webhook> {
  if (isId(name)) {
    const found = await orNull(client('getWebhook', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listWebhooks', { query: { limit: 1000 } });
  const matches = items.filter((webhook) => webhook.name === name);
  return single(matches, 'webhook', name, 'pharos webhooks list', (one) => one.id);
}

function single<T>(matches: T[], noun: string, name: string, list: string, tell: (one: T) => string): T {
  const [only, second] = matches;
  if (only && !second) return only;
  if (!only) {
    throw new CliError('not-found', `There is no ${noun} "${name}".`, `See "${list}".`, { exitCode: EXIT.notFound });
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

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findUser(client: Client, name: string): Promise<User> {
  if (isId(name)) {
    const found = await orNull(client('getUser', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listUsers', { query: { limit: 1000, q: name.slice(0, 200) } });
  const matches = items.filter((user) => user.name.toLowerCase() === name.toLowerCase());
  return single(matches, 'user', name, 'pharos users list', (one) => one.id);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
export async function findTeam(client: Client, name: string): Promise<Team> {
  if (isId(name)) {
    const found = await orNull(client('getTeam', { params: { id: name } }));
    if (found) return found;
  }
  const { items } = await client('listTeams', { query: { limit: 1000, q: name.slice(0, 200) } });
  const matches = items.filter((team) => team.name.toLowerCase() === name.toLowerCase());
  return single(matches, 'team', name, 'pharos teams list', (one) => one.id);
}
