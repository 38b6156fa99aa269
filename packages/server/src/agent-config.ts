/** What the agents of a location shall read: the registries and rules of the UI, with credentials sealed to each agent. */

import { createHash } from 'node:crypto';
import {
  type AgentConfig,
  AuthenticationInput,
  clausesOf,
  type FileRule,
  type Registry,
  type Rule,
} from '@pharos/contract';
import type { SealedCredential, Store } from '@pharos/store';
import { ServerError } from './errors.ts';
import type { Keyring } from './keyring.ts';
import { sealToAgent, unseal } from './sealing.ts';

/** Another server on the same database may change the configuration too: what is known is asked again after this long. */
const KNOWN_MS = 10_000;

/** Configurations of agents, by location. */
export interface AgentConfigs {
  /** Changes whenever what the agents of this location shall read does. */
  version(locationId: string): Promise<string>;
  /** The configuration, with secrets sealed to one agent's key. */
  forAgent(locationId: string, publicKey: string): Promise<AgentConfig>;
  /** Registries or rules were written: versions are drawn again. */
  changed(): void;
}

interface Material {
  readonly registries: { readonly registry: Registry; readonly credential: SealedCredential | null }[];
  readonly rules: Rule[];
}

/** Makes the configurations. `unreadable` is told of registries whose credential cannot be opened; they are left out. */
export function createAgentConfigs(options: {
  store: Store;
  key: Keyring;
  now: () => Date;
  unreadable: (registry: Registry) => void;
}): AgentConfigs {
  const { store, key, now } = options;
  const known = new Map<string, { version: string; at: number }>();
  let generation = 0;

  async function read(locationId: string): Promise<Material> {
    const [registries, rules] = await Promise.all([
      store.registries.ofLocation(locationId),
      store.rules.ofLocation(locationId),
    ]);
    const withCredentials = await Promise.all(
      registries.map(async (registry) => ({ registry, credential: await store.registries.credential(registry.id) })),
    );
    return { registries: withCredentials, rules };
  }

  function secretFor(publicKey: string, registry: Registry, credential: SealedCredential) {
    const { sealed, origin } = credential;
    return sealToAgent(publicKey, unseal(key, sealed, { registryId: registry.id, origin }), origin);
  }

  return {
    async version(locationId) {
      const before = known.get(locationId);
      if (before && now().getTime() - before.at < KNOWN_MS) return before.version;
      const begun = generation;
      const version = versionOf(await read(locationId));
      if (begun === generation) known.set(locationId, { version, at: now().getTime() });
      return version;
    },
    async forAgent(locationId, publicKey) {
      const material = await read(locationId);
      const registries = material.registries.flatMap(({ registry, credential }) => {
        try {
          const authentication = credential && secretFor(publicKey, registry, credential);
          return [{ ...readBy(registry), authentication }];
        } catch (error) {
          if (!(error instanceof ServerError)) throw error;
          options.unreadable(registry);
          return [];
        }
      });
      return { configVersion: versionOf(material), registries, rules: material.rules.map(toFileRule) };
    },
    changed() {
      generation += 1;
      known.clear();
    },
  };
}

/** The text that is sealed: JSON of the sign-in as it was sent in. */
export function authenticationText(authentication: AuthenticationInput): string {
  return JSON.stringify(AuthenticationInput.parse(authentication));
}

/** What of a registry decides how it is read. */
function readBy(registry: Registry) {
  const { id, name, url, provider, apiUrl, tls, budget, intervalSeconds } = registry;
  return { id, name, url, provider, apiUrl, tls, budget, intervalSeconds };
}

function toFileRule(rule: Rule): FileRule {
  const { id, name, enabled, registryId, kind, description, repositories, tags } = rule;
  return { id, name, enabled, registryId, kind, description, repositories, tags, ...clausesOf(rule) };
}

/** Over the stored ciphertext, not the secret: each sealing has another nonce, so a new password is another version. */
function versionOf({ registries, rules }: Material): string {
  const byId = <T extends { id: string }>(a: T, b: T) => (a.id < b.id ? -1 : 1);
  const material = {
    registries: registries
      .map(({ registry, credential }) => {
        return { ...readBy(registry), sealed: credential?.sealed ?? null };
      })
      .sort(byId),
    rules: rules.map(toFileRule).sort(byId),
  };
  return createHash('sha256').update(JSON.stringify(material)).digest('hex').slice(0, 32);
}
