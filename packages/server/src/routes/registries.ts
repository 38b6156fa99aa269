import { type AuthenticationInput, holdsSecret, type Registry, type RegistryPatch } from '@pharos/contract';
import type { NewCredential, RegistryChange } from '@pharos/store';
import { authenticationText } from '../agent-config.ts';
import { requireAgent } from '../agent-presence.ts';
import { AGENT_WAIT_MS, type Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import { normaliseAddress } from '../registry-address.ts';
import { checkApiUrl, checkRegistryInput, visibleAuthentication } from '../registry-input.ts';
import { endProbe, startProbe } from '../registry-probe.ts';
import type { Handlers } from '../route.ts';
import { seal } from '../sealing.ts';
import { endWithin } from '../work.ts';

type Names =
  | 'listRegistries'
  | 'createRegistry'
  | 'getRegistry'
  | 'updateRegistry'
  | 'deleteRegistry'
  | 'probeRegistry'
  | 'listRegistryEvents';

/** Setting that says that a person removed the sample registry: it does not come back. */
export const SAMPLE_REMOVED = 'sample.removed';
const DEFAULT_LOCATION = 'local';
/** Status code of a registry that no agent's file names any more: the store lets go of such registries. */
const NOT_IN_FILE = 'not-in-file';

/** Registries: connect, change, check, disconnect. */
export function registryHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  const get = async (id: string) => found(await store.registries.get(id), 'The registry');

  function sealFor(registryId: string, origin: string, input: AuthenticationInput): NewCredential | null {
    if (input.type === 'none') return null;
    const sealed = seal(context.key, authenticationText(input), { registryId, origin });
    return { sealed, origin, holdsSecret: holdsSecret(input) };
  }

  /** The agents of the location learn of it, it is checked, and who watches is told. */
  async function announce(registry: Registry): Promise<Registry> {
    context.configs.changed();
    await startProbe(context, registry);
    context.work.wake();
    return get(registry.id);
  }

  return {
    listRegistries: ({ query }) => store.registries.list(query),
    getRegistry: ({ params }) => get(params.id),
    listRegistryEvents: async ({ params, query }) =>
      found(await store.registries.events(params.id, query), 'The registry'),
    createRegistry: async ({ body }) => {
      const { url, origin } = normaliseAddress(body.url, body.tls.plainHttp);
      checkRegistryInput(body);
      checkApiUrl(body.apiUrl, body.tls.plainHttp);
      const { name, provider, apiUrl, tls, budget, intervalSeconds } = body;
      const locationId = await locationOfNew(context, body.locationId);
      await store.locations.ensure(locationId, now());
      const authentication = visibleAuthentication(body.authentication);
      const settings = { name, url, provider, apiUrl, tls, budget, intervalSeconds };
      const input = { ...settings, locationId, authentication, credential: null };
      const created = await store.registries.create(input, now());
      // Sealed in a second step: the id that the database gave is part of what the credential is bound to.
      const credential = sealFor(created.id, origin, body.authentication);
      if (credential) await store.registries.update(created.id, { credential }, now());
      return announce(created);
    },
    updateRegistry: async ({ params, body }) => {
      const before = await get(params.id);
      if (before.source === 'file') throw readOnly('The registry');
      checkRegistryInput(body);
      // Switching plain HTTP off says something of an API address that stays, too.
      const apiUrl = body.apiUrl === undefined ? before.apiUrl : body.apiUrl;
      checkApiUrl(apiUrl, (body.tls ?? before.tls).plainHttp);
      const after = found(
        await store.registries.update(before.id, changeOf(before, body, sealFor), now()),
        'The registry',
      );
      return announce(after);
    },
    deleteRegistry: async ({ params }) => {
      const registry = await get(params.id);
      if (registry.source === 'file' && !registry.isSample && registry.status.code !== NOT_IN_FILE) {
        throw readOnly('The registry');
      }
      if (registry.isSample) await giveUpSample(context, registry.id);
      found((await store.registries.remove(registry.id)) || null, 'The registry');
      context.work.forget(registry.id);
      context.configs.changed();
      context.work.wake();
      events.emit({ type: 'registry', id: registry.id });
      return undefined;
    },
    probeRegistry: async ({ params, signal }) => {
      const registry = await get(params.id);
      await requireAgent(context, registry.locationId);
      const item = await startProbe(context, registry);
      const end = await endWithin(item, AGENT_WAIT_MS, signal);
      if (!end?.done) {
        await endProbe(context, registry.id, 'The agent did not answer in time.');
        throw new ProblemError('agent-timeout', `No agent of ${registry.locationId} answered in time.`);
      }
      return (await get(registry.id)).status;
    },
  };
}

type Seal = (registryId: string, origin: string, input: AuthenticationInput) => NewCredential | null;

/** The store voids the credential when scheme, host or port of registry or API change and no new one comes along: it was entered for the old ones. */
function changeOf(before: Registry, patch: RegistryPatch, sealFor: Seal): RegistryChange {
  const { name, provider, apiUrl, intervalSeconds, authentication, tls, budget } = patch;
  const address = normaliseAddress(patch.url ?? before.url, (tls ?? before.tls).plainHttp);
  const change: RegistryChange = { name, provider, apiUrl, intervalSeconds, tls, budget, url: address.url };
  if (!authentication) return change;
  const credential = sealFor(before.id, address.origin, authentication);
  return { ...change, authentication: visibleAuthentication(authentication), credential };
}

/** Remembers that the sample is not wanted, so that no hello brings it back, and takes it out of the file's care. */
async function giveUpSample({ store, now }: Context, registryId: string): Promise<void> {
  await store.settings.set(SAMPLE_REMOVED, 'true');
  await store.registries.setStatus(registryId, { code: NOT_IN_FILE }, now());
}

/** The location asked for, else the one known when there is just one, else `local`. */
export async function locationOfNew({ store, now }: Pick<Context, 'store' | 'now'>, asked?: string): Promise<string> {
  if (asked !== undefined) return asked;
  const { items, total } = await store.locations.list({ limit: 1 }, now());
  return total === 1 && items[0] ? items[0].id : DEFAULT_LOCATION;
}

function readOnly(what: string): ProblemError {
  return new ProblemError('read-only-source', `${what} comes from the file of an agent and is changed there.`);
}
