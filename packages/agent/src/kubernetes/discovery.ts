/** Where objects of a kind stand in the API, and whether the kind is installed at all. */
import type { ObjectRef } from '@pharos/contract';
import { type KubeObject, type KubernetesApi, KubernetesError } from './api.ts';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural name in the address. */
  readonly name: string;
  readonly namespaced: boolean;
}

/** How long an answer is believed: operators are installed while the agent runs. */
const KNOWN_MS = 60_000;

export class Discovery {
  readonly #api: KubernetesApi;
  readonly #known = new Map<string, { at: number; resources: readonly Resource[] }>();

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  /** Null: the kind is not installed. @throws KubernetesError */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resource | null> {
    const known = this.#known.get(apiVersion);
    const isFresh = known !== undefined && performance.now() - known.at < KNOWN_MS;
    const resources = isFresh ? known.resources : await this.#read(apiVersion, signal);
    return resources.find((resource) => resource.kind === kind) ?? null;
  }

  async #read(apiVersion: string, signal: AbortSignal | undefined): Promise<readonly Resource[]> {
    try {
      const answer = await this.#api.call('GET', rootOf(apiVersion), { signal });
      const listed: KubeObject[] = Array.isArray(answer.resources) ? answer.resources : [];
      const resources = listed
        .filter(({ name }) => !String(name).includes('/'))
        .map(({ name, kind, namespaced }) => ({ apiVersion, kind, name, namespaced: namespaced === true }));
      this.#known.set(apiVersion, { at: performance.now(), resources });
      return resources;
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return [];
      throw error;
    }
  }
}

/** Address of all objects of a kind, or of those of one namespace. */
export function listPath(resource: Resource, namespace: string | null): string {
  const place = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${rootOf(resource.apiVersion)}${place}/${resource.name}`;
}

/** Address of one object. */
export function objectPath(resource: Resource, { namespace, name }: ObjectRef): string {
  return `${listPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
